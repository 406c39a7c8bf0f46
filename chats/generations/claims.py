"""Whose a generation's next step is: one conditional update gives it away, every later write names that claim."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from chats.models import Generation
from chats.models.generation import claim_token

from .points import reach

State = Generation.State
DUE = (*Generation.OPEN, State.EXPIRED)  # an expired one is looked at once more
NEVER = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)
# What a step begins with: no prompt, no parameters.
LEAN = (
    *("pk", "state", "claim", "model", "task", "team_id", "author_id", "message_id", "position", "kind", "revision"),
    *("remote_id", "due_at", "deadline_at", "created_at", "sent_at", "polls", "faults", "progress", "error"),
)


class Gone(Exception):
    """The step is no longer ours: the lease lapsed, or a person ended it."""


def lease() -> datetime.timedelta:
    return datetime.timedelta(seconds=settings.GENERATION_LEASE_S)


@dataclass(frozen=True, slots=True)
class Claim:
    pk: int
    token: str

    @classmethod
    def of(cls, generation: Generation) -> "Claim":
        return cls(generation.pk, generation.claim)

    def rows(self) -> QuerySet[Generation]:
        return Generation.objects.filter(pk=self.pk, claim=self.token)

    def write(self, *states: str, **values: Any) -> None:
        """One conditional update; raises Gone where the row is not ours or not in one of `states`."""
        rows = self.rows().filter(state__in=states) if states else self.rows()
        if not rows.update(revision=F("revision") + 1, **values):
            raise Gone

    def release(self, due_at: datetime.datetime, **values: Any) -> None:
        self.write(claim="", due_at=due_at, **values)


def take(limit: int, busy: tuple[str, ...] = ()) -> list[Generation]:
    """At most `limit` due rows, claimed, without their texts; `busy` are claims this process still works at.

    Where there is PostgreSQL, workers that sweep at once skip each other's rows.
    """
    token, now = claim_token(), timezone.now()
    with transaction.atomic():
        due = Generation.objects.filter(state__in=DUE, due_at__lte=now).order_by("due_at")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        if busy:  # after a laptop's sleep their leases have lapsed although the calls go on
            due = due.exclude(claim__in=busy)
        was_due = dict(due.values_list("pk", "due_at")[:limit])
        if not was_due:
            return []
        Generation.objects.filter(pk__in=was_due, due_at__lte=now).update(claim=token, due_at=now + lease())
        taken = list(Generation.objects.filter(claim=token).only(*LEAN))
    reach("claim:taken")
    for row in taken:
        row.was_due_at = was_due[row.pk]
    return taken


def renew(tokens: list[str]) -> None:
    Generation.objects.filter(claim__in=tokens).update(due_at=timezone.now() + lease())
