"""What a generation's form asks for: tasks a model can do, the files each takes, its settings, its usual time."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .parameters import Parameter, cleaned, merged, of_task
from .rules import Rule, check_rules, rules_of
from .spec import ModelSpec

TASK_PROTOCOLS = frozenset({"images", "async_images", "video_generations", "videos"})
ROLES: dict[str, str | Promise] = {
    "first_frame": gettext_lazy("first frame"),
    "last_frame": gettext_lazy("last frame"),
    "reference": gettext_lazy("reference"),
    "source": gettext_lazy("picture to edit"),
    "mask": gettext_lazy("mask"),
}
# What a price may hang on; everything else (a seed, a ratio, a file format) costs nothing.
PRICED = (
    "duration",
    "seconds",
    "num_frames",
    "fps",
    "size",
    "resolution",
    "image_size",
    "quality",
    "mode",
    "n",
    "sequential_image_generation",
    "max_images",
    "partial_images",
    "input_fidelity",
    "sound",
    "audio",
    "generate_audio",
    "generate_audio_switch",
    "bgm",
    "web_search",
    "wire_model",
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for files. `role`: first_frame last_frame reference source mask; `kinds` of files it takes.

    `to` are the places of the body the file goes to ("images[]" adds to a list), `sets` what else a file in it sets.
    """

    role: str
    minimum: int = 0
    maximum: int = 1
    kinds: tuple[str, ...] = ("image",)
    to: tuple[str, ...] = ()
    sets: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """`name` as models.toml has it: text-to-image, image-edit, text-to-video, image-to-video, multi-image-to-world …

    `facts` are for the protocol: its route, how its body is written.
    """

    name: str
    slots: tuple[Slot, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    typical_s: float | None = None
    rules: tuple[Rule, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Polling:
    """When a running generation is asked after: delay n is min(ceiling, interval x 1.3^n), after the first delay."""

    first_s: float
    interval_s: float
    ceiling_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True)
class Form:
    """`makes` is what comes out: image, video or file (a world)."""

    makes: str
    tasks: tuple[Task, ...]
    prompt_max: int | None = None
    polling: Polling | None = None  # None where the answer to submit is the result
    facts: Mapping[str, Any] = field(default_factory=dict)


def is_generation(spec: ModelSpec) -> bool:
    """Whether asking this model writes a generation instead of a reply."""
    return spec.protocol in TASK_PROTOCOLS


def has_form(spec: ModelSpec) -> bool:
    """Whether it makes media from a form: every generation model, and reply models that draw."""
    return bool(spec.options.get("tasks"))


def form_of(spec: ModelSpec) -> Form:
    """Raises ValueError for a model that makes no media."""
    if not has_form(spec):
        raise ValueError(_("%(model)s makes no pictures and no films.") % {"model": spec.label})
    known = _forms.get(spec.model)
    if known is None or known[0] is not spec:
        known = _forms[spec.model] = spec, _form(spec)
    return known[1]


def task_for(form: Form, roles: Sequence[str]) -> Task:
    """The task that takes files in these roles; ValueError says in words what is missing or too many."""
    given = Counter(role for role in roles if role)
    for task in form.tasks:
        if not any(_faults(task, given)):
            return task
    nearest = min(form.tasks, key=lambda task: sum(weight for weight, _words in _faults(task, given)))
    raise ValueError(next(words for _weight, words in _faults(nearest, given)))


def roles_for(form: Form, files: Sequence[tuple[str, str]]) -> list[str]:
    """A role for each file, given as (kind, role or ""): what was chosen stays, the others fill the slots in order.

    "" for one that no slot takes. A mask has to be named as one.
    """
    found = [(task, _filled(task, files)) for task in form.tasks]

    def distance(each: tuple[Task, list[str]]) -> tuple[int, int]:
        task, roles = each
        return roles.count(""), sum(weight for weight, _words in _faults(task, Counter(filter(None, roles))))

    return min(found, key=distance)[1]


def clean(spec: ModelSpec, task: Task, raw: Mapping[str, Any]) -> dict[str, Any]:
    """`raw` checked against the task's settings, required ones filled in; ValueError in words."""
    filled = {p.name: p.default for p in task.parameters if p.is_required} | {
        name: value for name, value in raw.items() if value not in (None, "", [])
    }
    kept = cleaned(spec, task.parameters, filled)
    for parameter in task.parameters:
        if parameter.is_required and parameter.name not in kept:
            raise ValueError(_("“%(name)s” is missing.") % {"name": parameter.name})
    check_rules(task.rules, task.parameters, kept)
    return kept


def price_key(spec: ModelSpec, task: Task, parameters: Mapping[str, Any]) -> str:
    """What the price of one run depends on, in one line: model, task, length, size, quality, count, sound."""
    values = {p.name: parameters.get(p.name, p.default) for p in task.parameters if not p.only_with} | {
        p.name: parameters.get(p.name) for p in task.parameters if p.only_with
    }
    told = [f"{name}={_written(values[name])}" for name in PRICED if values.get(name) is not None]
    return " ".join([spec.wire_model, task.name, *told])[:300]


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_forms: dict[str, tuple[ModelSpec, Form]] = {}  # built once per spec


def _form(spec: ModelSpec) -> Form:
    options = spec.options
    return Form(
        makes=next(kind for kind in ("video", "image", "file") if kind in spec.outputs),
        tasks=tuple(_tasks(spec)),
        prompt_max=options.get("prompt_max_characters"),
        polling=Polling(**options["polling"]) if "polling" in options else None,
        facts={
            "fixed": options.get("fixed", {}),
            "image_data": options.get("image_data", "uri"),
            "image_limits": (options.get("limits") or {}).get("image", {}),
        },
    )


def _tasks(spec: ModelSpec) -> Iterator[Task]:
    for name, facts in spec.options["tasks"].items():
        if spec.model in facts.get("model_ids", (spec.model,)):
            parameters = of_task(spec, name)
            yield Task(
                name,
                tuple(_slot(slot) for slot in facts.get("slots", ())),
                parameters,
                facts.get("typical_s"),
                rules_of(spec.options.get("rules", ()), parameters),
                {key: facts[key] for key in ("route", "body") if key in facts},
            )


def _slot(facts: Mapping[str, Any]) -> Slot:
    lists = {key: tuple(facts[key]) for key in ("kinds", "to") if key in facts}
    return Slot(**merged(facts, lists))


def _faults(task: Task, given: Counter[str]) -> Iterator[tuple[int, str]]:
    """What keeps files in these roles from the task: how far off it is, and in words."""
    slots = {slot.role: slot for slot in task.slots}
    for role, count in given.items():
        if role not in slots:
            yield 100 * count, _("There is no place for a file as “%(role)s”.") % {"role": ROLES.get(role, role)}
        elif (over := count - slots[role].maximum) > 0:
            facts = {"most": slots[role].maximum, "role": ROLES.get(role, role)}
            yield 10 * over, _("Too many files as “%(role)s”: at most %(most)s.") % facts
    for slot in task.slots:
        if (short := slot.minimum - given[slot.role]) > 0:
            facts = {"least": slot.minimum, "role": ROLES.get(slot.role, slot.role)}
            yield short, _("Too few files as “%(role)s”: at least %(least)s.") % facts


def _filled(task: Task, files: Sequence[tuple[str, str]]) -> list[str]:
    """Roles for the files of `task`; "" for one without a place."""
    room = {slot.role: slot.maximum for slot in task.slots}
    for _kind, role in files:
        room[role] = room.get(role, 0) - 1
    roles = []
    for kind, role in files:
        if not role:
            open_slots = (slot for slot in task.slots if slot.role != "mask" and room[slot.role] > 0)
            role = next((slot.role for slot in open_slots if kind in slot.kinds), "")
            room[role] = room.get(role, 0) - 1
        roles.append(role)
    return roles
