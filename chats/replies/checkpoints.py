"""Saves the drafts of this process together, twice a second at most, one UPDATE a reply and one transaction in all."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from channels.db import database_sync_to_async
from django.db import DatabaseError, transaction
from django.utils import timezone

from chats import broadcasts
from chats.models import Message

from .claims import Claim
from .draft import Draft
from .endings import storable

log = logging.getLogger(__name__)

EVERY_S = 0.5
HEARTBEAT_S = 5.0
CHARACTERS_PER_S = 200_000  # a long text is saved less often, so that saving never outgrows writing


class Checkpoints:
    """Knows the live drafts; `on_stopped(message_id)` is called where a row says that a person pressed Stop."""

    def __init__(self, on_stopped: Callable[[int], None]) -> None:
        self.drafts: dict[int, Draft] = {}
        self.due: dict[int, float] = {}
        self.heartbeats: dict[int, float] = {}
        self.claims: dict[int, Claim] = {}
        self.on_stopped = on_stopped
        self._task: asyncio.Task | None = None

    def add(self, draft: Draft, claim: Claim) -> None:
        """From the claim on; a queued row would look as if somebody had stopped it."""
        self.claims[draft.message_id] = claim
        self.drafts[draft.message_id] = draft
        self.due[draft.message_id] = time.monotonic() + EVERY_S
        self.heartbeats[draft.message_id] = time.monotonic() + HEARTBEAT_S
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def remove(self, draft: Draft) -> None:
        for kept in (self.drafts, self.due, self.heartbeats, self.claims):
            kept.pop(draft.message_id, None)

    async def _run(self) -> None:
        while self.drafts:
            await asyncio.sleep(EVERY_S / 2)
            try:
                if rows := self._due_rows():
                    await self._save(rows)
            except Exception:  # one bad row must not leave every other reply of this process unsaved
                log.exception("A round of checkpoints failed")

    def _due_rows(self) -> list[dict[str, Any]]:
        now = time.monotonic()
        rows = []
        for pk, draft in self.drafts.items():
            is_new = draft.revision != draft.saved_revision and now >= self.due[pk]
            if is_new or now >= self.heartbeats[pk]:
                rows.append(self._row(draft))
                self.due[pk] = now + max(EVERY_S, draft.size() / CHARACTERS_PER_S)
                self.heartbeats[pk] = now + HEARTBEAT_S
        return rows

    def _row(self, draft: Draft) -> dict[str, Any]:
        """What changes its shape from here on is the next checkpoint's to tell."""
        is_reshaped, draft.is_reshaped = draft.is_reshaped, False
        row = {"claim": self.claims[draft.message_id], "parts": draft.as_json(), "revision": draft.revision}
        return row | {"is_reshaped": is_reshaped}

    def _unsaved(self, row: dict[str, Any]) -> None:
        if row["is_reshaped"] and (draft := self.drafts.get(row["claim"].message_id)):
            draft.is_reshaped = True

    async def save(self, draft: Draft) -> bool:
        """At once; False where nobody wants it any more, or the row cannot be written."""
        row = self._row(draft)
        try:
            stopped = await database_sync_to_async(_write)([row])
        except DatabaseError:
            log.exception("A checkpoint before a call of a tool failed")
            self._unsaved(row)
            return False
        if not stopped:
            await self._saved(row)
        return not stopped

    async def _save(self, rows: list[dict[str, Any]]) -> None:
        try:
            stopped = await database_sync_to_async(_write)(rows)
        except DatabaseError:
            log.exception("A checkpoint of %s replies failed; the next one carries the same text", len(rows))
            for row in rows:
                self._unsaved(row)
            return
        for pk in stopped:
            self.on_stopped(pk)
        for row in rows:
            await self._saved(row)

    async def _saved(self, row: dict[str, Any]) -> None:
        draft = self.drafts.get(row["claim"].message_id)
        if draft is None:
            return
        draft.saved_revision = row["revision"]
        if row["is_reshaped"]:
            frame = {"type": "message.changed", "conversation": draft.conversation_id, "message": draft.message_id}
            frame |= {"revision": row["revision"], "status": Message.Status.STREAMING}
            await broadcasts.hub().publish(
                broadcasts.conversation_topic(draft.conversation_id), broadcasts.encode(frame)
            )


def _write(rows: list[dict[str, Any]]) -> list[int]:
    """Saves each row that still streams; answers the ids of those that do not, or should not."""
    stopped = []
    now = timezone.now()
    with transaction.atomic():
        for row in rows:
            claim = row["claim"]
            if not claim.streaming().update(parts=storable(row["parts"]), revision=row["revision"], heartbeat_at=now):
                stopped.append(claim.message_id)
    return stopped
