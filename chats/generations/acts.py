"""What a person does to a generation: cancel it, look once more, make it again, take it back into the form."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from chats.models import Generation, Message

from . import ending, timing
from .beginning import Run
from .claims import NEVER, State

LOOKED_AT = (State.EXPIRED, State.UNKNOWN, State.FAILED, State.CANCELLED)


class NotNow(Exception):
    """The generation is not in a state for this; the text is for the person."""


def cancel(generation: Generation) -> None:
    """Stops our side. What was sent goes on at the vendor, who knows no cancel (video.md 3), and may be charged.

    Every step names its claim, so taking it away ends the step; a submit under way ends as cancelled when answered.
    """
    now = timezone.now()
    with transaction.atomic():
        row = Generation.objects.select_for_update().get(pk=generation.pk)
        if not row.is_open:
            raise NotNow(_("It has already ended."))
        mine = Generation.objects.filter(pk=row.pk)
        if row.state == State.SUBMITTING and row.sent_at is not None:
            mine.update(cancel_requested_at=now, revision=F("revision") + 1)
            ending.tell_later(row.pk)
            return
        mine.update(
            state=State.CANCELLED,
            claim="",
            due_at=NEVER,
            cancel_requested_at=now,
            finished_at=now,
            revision=F("revision") + 1,
        )
        ending.settle(_fresh(generation))


def cancel_all(messages: Iterable[int]) -> None:
    """Of messages that are deleted: what was not sent yet is never bought."""
    for row in Generation.objects.filter(message__in=messages, state__in=Generation.OPEN):
        with suppress(NotNow):
            cancel(row)


def check(generation: Generation) -> None:
    """Asks the gateway once more after a job that has a name; its deadline begins anew."""
    with transaction.atomic():
        row = Generation.objects.select_for_update().get(pk=generation.pk)
        if row.state not in LOOKED_AT or not row.remote_id:
            raise NotNow(_("The gateway gave this job no name, so it cannot be asked after."))
        Generation.objects.filter(pk=row.pk, state=row.state).update(
            state=State.RUNNING,  # also with a noted result: its link may have died, and the answer has a fresh one
            claim="",
            due_at=timezone.now(),
            deadline_at=timing.deadline(row.model),
            finished_at=None,
            cancel_requested_at=None,
            error=None,
            faults=0,
            revision=F("revision") + 1,
        )
        ending.settle(_fresh(generation))


def runs_of(message: Message) -> tuple[Run, ...]:
    """The runs that a message's generations came from; none for a reply in words."""
    rows = message.generations.order_by("position").values_list("model", "parameters")
    runs: list[Run] = []
    for model, parameters in rows:
        if runs and (runs[-1].model, runs[-1].parameters) == (model, parameters):
            runs[-1] = replace(runs[-1], count=runs[-1].count + 1)
        else:
            runs.append(Run(model, parameters))
    return tuple(runs)


def filled_form(generation: Generation) -> dict[str, Any]:
    """What the composer is filled with; the attachments as rows and roles, for the door to describe."""
    given = generation.given.select_related("attachment").order_by("position")
    return {
        "model": generation.model,
        "text": generation.prompt,
        "parameters": generation.parameters,
        "given": [(one.attachment, one.role) for one in given if one.attachment.deleted_at is None],
    }


def _fresh(generation: Generation) -> Generation:
    return Generation.objects.select_related("message__conversation").get(pk=generation.pk)
