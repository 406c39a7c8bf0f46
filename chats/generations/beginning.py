"""From a checked question to queued rows; called inside the transaction that writes the question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from chats import catalog
from chats.catalog import ModelSpec, form
from chats.catalog.fit import fit
from chats.catalog.form import Form, Task
from chats.models import Attachment, Generation, GenerationInput, Message

MOST = 16  # generations of one question
MOST_MODELS = 6
MOST_OF_ONE = 8


@dataclass(frozen=True, slots=True)
class Run:
    """What the person wants of one model."""

    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    count: int = 1


@dataclass(frozen=True, slots=True)
class Given:
    """A file and as what it goes in; "" where the form's order decides."""

    attachment: Attachment
    role: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    spec: ModelSpec
    kind: str
    task: str
    parameters: Mapping[str, Any]
    price_key: str
    roles: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs that passed every check, ready for begin()."""

    jobs: tuple[Job, ...]
    given: tuple[Given, ...]
    text: str

    @property
    def count(self) -> int:
        return sum(job.count for job in self.jobs)


def check_runs(user, runs: Sequence[Run], given: Sequence[Given], text: str, beside: int = 0) -> Runs:
    """Raises ValueError with a sentence for the person; nothing is written. `beside`: jobs of the same question."""
    if len(runs) > MOST_MODELS or any(not 1 <= run.count <= MOST_OF_ONE for run in runs):
        raise ValueError(_("At most %(models)s models and %(count)s runs of each.") % _most())
    if not text.strip():
        # The gateway refuses a blank prompt for every model, also where there is a picture (video.md 0).
        raise ValueError(_("Say in words what should be made."))
    checked = Runs(tuple(_job(run, given, text) for run in runs), tuple(given), text)
    if checked.count > MOST:
        raise ValueError(_("At most %(most)s results in one message.") % {"most": MOST})
    _check_room(user, checked.count + beside)
    return checked


def _most() -> dict[str, int]:
    return {"models": MOST_MODELS, "count": MOST_OF_ONE}


def _check_room(user, count: int) -> None:
    most = settings.MAX_OPEN_GENERATIONS
    running = Generation.objects.filter(author=user, state__in=Generation.OPEN).count()
    if running + count > most:
        sentence = _("You have %(running)s jobs running, and at most %(most)s may run. Wait for some to end.")
        raise ValueError(sentence % {"running": running, "most": most})


def _job(run: Run, given: Sequence[Given], text: str) -> Job:
    spec = catalog.get(run.model)
    if not spec.is_available:
        raise ValueError(_("%(model)s cannot be used here yet.") % {"model": spec.label})
    for file, verdict in zip(given, fit(spec, [one.attachment.facts() for one in given]), strict=True):
        if not verdict.is_accepted and file.role != "mask":
            raise ValueError(f"{file.attachment.name}: {verdict.reason}")
    if not form.is_generation(spec):
        return _reply_job(spec, run, given)
    return _form_job(spec, run, given, text)


def _reply_job(spec: ModelSpec, run: Run, given: Sequence[Given]) -> Job:
    """A chat model that draws, asked several times at once."""
    kind = next((kind for kind in ("image", "video", "audio") if kind in spec.outputs), "")
    if not kind:
        raise ValueError(_("%(model)s makes no pictures, films or sounds.") % {"model": spec.label})
    parameters = catalog.clean_parameters(spec, dict(run.parameters))
    return Job(spec, kind, "", parameters, spec.model, ("",) * len(given), run.count)


def _form_job(spec: ModelSpec, run: Run, given: Sequence[Given], text: str) -> Job:
    asked = form.form_of(spec)
    if asked.prompt_max and len(text) > asked.prompt_max:
        sentence = _("%(model)s reads at most %(most)s characters.")
        raise ValueError(sentence % {"model": spec.label, "most": asked.prompt_max})
    roles, task = _roles(spec, asked, given)
    parameters = form.clean(spec, task, run.parameters)
    return Job(spec, asked.makes, task.name, parameters, form.price_key(spec, task, parameters), roles, run.count)


def _roles(spec: ModelSpec, asked: Form, given: Sequence[Given]) -> tuple[tuple[str, ...], Task]:
    """As the person said; where this model has other slots than the first of the runs, by the order of its own."""
    told = tuple(form.roles_for(asked, [(one.attachment.kind, one.role) for one in given]))
    try:
        return told, form.task_for(asked, told) if all(told) else _unplaced(asked, given, told)
    except ValueError as error:
        free = tuple(form.roles_for(asked, [(one.attachment.kind, _mask(one)) for one in given]))
        if all(free) and free != told:
            return free, form.task_for(asked, free)
        raise ValueError(f"{spec.label}: {error}") from error


def _mask(given: Given) -> str:
    return given.role if given.role == "mask" else ""


def _unplaced(asked: Form, given: Sequence[Given], roles: Sequence[str]) -> Task:
    form.task_for(asked, [role or "none" for role in roles])  # tells what is too many, where it can
    left = next(one.attachment.name for one, role in zip(given, roles, strict=True) if not role)
    raise ValueError(_("“%(name)s” has no place in this form.") % {"name": left})


def begin(reply: Message, runs: Runs) -> list[Generation]:
    """Writes the queued rows of `reply` and names them in its parts; nothing is sent before they are committed."""
    made = Generation.objects.bulk_create(_rows(reply, runs))
    roles = [job.roles for job in runs.jobs for _n in range(job.count)]
    GenerationInput.objects.bulk_create(
        GenerationInput(generation=row, attachment=one.attachment, role=role, position=place)
        for row, mine in zip(made, roles, strict=True)
        for place, (one, role) in enumerate(zip(runs.given, mine, strict=True))
    )
    reply.parts = [{"kind": "generation", "id": row.pk} for row in made]
    reply.status = Message.Status.GENERATING
    reply.save(update_fields=["parts", "status"])
    return made


def _rows(reply: Message, runs: Runs) -> list[Generation]:
    jobs = [job for job in runs.jobs for _n in range(job.count)]
    return [
        Generation(
            message=reply,
            team_id=reply.conversation.team_id,
            author_id=reply.author_id,
            position=place,
            model=job.spec.model,
            kind=job.kind if job.kind in ("image", "video", "audio") else "file",
            task=job.task,
            prompt=runs.text,
            parameters=dict(job.parameters),
            price_key=job.price_key[:300],
        )
        for place, job in enumerate(jobs)
    ]
