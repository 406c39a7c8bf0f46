"""What a person may ask: each part of a question is checked at the door, and a refusal says what to do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from chats import catalog, generations, tools
from chats.catalog import ModelSpec, form
from chats.catalog.fit import fit
from chats.generations import Given, Run
from chats.models import Attachment, Team

MOST_COLUMNS = 6
LARGEST_RAW = 200_000  # bytes: a row stays under 256 KB


class Refused(Exception):
    """Nothing was written; `code` is for the page, the text for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Column:
    """One model of several that are asked the same."""

    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    client_id: str
    model: str
    text: str = ""
    conversation: int | None = None
    team: int | None = None  # of the page that asks for a new conversation; another tab may have changed teams
    parent: int | None = None
    attachments: tuple[int, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)  # of attachments, as a generation takes them
    runs: tuple[Run, ...] = ()  # several results, or several models, for one question
    tools: Mapping[str, Any] = field(default_factory=dict)  # what the reply may call, as Message.tools
    columns: tuple[Column, ...] = ()  # several models side by side
    is_blind: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One reply that may be written: all of it is checked. With `runs` it is made of generations."""

    spec: ModelSpec
    parameters: Mapping[str, Any]
    tools: Mapping[str, Any] = field(default_factory=dict)
    runs: generations.Runs | None = None
    raw: Mapping[str, Any] | None = None


def check_text(question: Question) -> None:
    if len(question.text) > settings.MAX_TEXT_CHARACTERS:
        raise Refused("text_too_long", _("The text is too long to send. Attach it as a file."))
    if len(question.attachments) > settings.MAX_ATTACHMENTS:
        raise Refused("too_many_files", _("Too many files for one message."))
    if not question.text.strip() and not question.attachments:
        raise Refused("empty", _("Write something or attach a file."))
    if question.columns and not 2 <= len(question.columns) <= MOST_COLUMNS:
        raise Refused("bad_frame", _("Compare 2 to %(most)s models.") % {"most": MOST_COLUMNS})


def plan(
    user,
    team: Team,
    column: Column,
    given: list[Given],
    text: str,
    runs: tuple[Run, ...] = (),
    beside: int = 0,
) -> Plan:
    """What `column` asks for, checked whole; raises Refused. `beside`: jobs of the columns before it."""
    spec, parameters = check_spec(runs[0].model if runs else column.model, column.parameters)
    if form.is_generation(spec) and not runs:
        runs = (Run(spec.model, column.parameters),)
    if runs:
        return Plan(spec, parameters, runs=check_runs(user, runs, given, text, beside))
    check_fit(spec, [one.attachment for one in given])
    return Plan(spec, parameters, check_tools(user, team, spec, column.tools))


def check_tools(user, team: Team, spec: ModelSpec, raw: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return tools.clean(user, team, spec, raw)
    except ValueError as error:
        raise Refused("bad_tools", str(error)) from error


def check_raw(raw: Mapping[str, Any] | None, planned: Plan) -> Mapping[str, Any] | None:
    if raw is not None and planned.runs and sum(job.count for job in planned.runs.jobs) > 1:
        raise Refused("bad_run", _("A body written by hand makes one result. Run one at a time."))
    if raw is not None and len(json.dumps(raw, ensure_ascii=False).encode()) > LARGEST_RAW:
        raise Refused("text_too_long", _("The body is too long to send as it is."))
    return raw


def check_runs(user, runs: tuple[Run, ...], given: list[Given], text: str, beside: int) -> generations.Runs:
    try:
        return generations.check_runs(user, runs, given, text, beside)
    except (ValueError, OverflowError) as error:
        raise Refused("bad_run", str(error)) from error


def check_spec(model: str, raw: Mapping[str, Any]) -> tuple[ModelSpec, dict[str, Any]]:
    if not model or len(model) > 200:
        raise Refused("no_model", _("Choose a model first."))
    spec = catalog.asked_by(catalog.get(model), raw)
    if not spec.is_available:
        raise Refused("model_unavailable", _("%(model)s cannot be used here yet.") % {"model": spec.label})
    if spec.is_bench:
        raise Refused("model_unavailable", _("%(model)s is used on the benches.") % {"model": spec.label})
    if form.is_generation(spec):
        return spec, {}  # they stand on each generation, checked by its form
    try:
        return spec, catalog.clean_parameters(spec, dict(raw))
    except (ValueError, OverflowError) as error:
        raise Refused("bad_parameters", str(error)) from error


def check_files(user, team_id: int, wanted: tuple[int, ...]) -> list[Attachment]:
    if not wanted:
        return []
    visible = Attachment.objects.visible_to(user).filter(team_id=team_id, pk__in=wanted)
    found = {file.pk: file for file in visible}
    chosen = [found[pk] for pk in dict.fromkeys(wanted) if pk in found]
    if len(chosen) != len(set(wanted)):
        raise Refused("no_file", _("One of the files is no longer there. Attach it again."))
    if any(file.state != Attachment.State.READY for file in chosen):
        raise Refused("file_not_ready", _("A file is still being prepared."))
    return chosen


def check_fit(spec: ModelSpec, files: list[Attachment]) -> None:
    for file, verdict in zip(files, fit(spec, [file.facts() for file in files]), strict=True):
        if not verdict.is_accepted:
            raise Refused("file_does_not_fit", f"{file.name}: {verdict.reason}")
