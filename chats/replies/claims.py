"""Whose a reply is: one conditional update gives the row to one writer, and each later update names that claim."""

import datetime
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from channels.db import DatabaseSyncToAsync
from django.db.models import Q, QuerySet
from django.utils import timezone

from chats import attachments
from chats.models import Attachment, Message

from .draft import Draft
from .prompts import Call, call_for

# Reading, fetching and storing files takes its time; beside these threads everybody's sockets and checkpoints go on.
aside = partial(DatabaseSyncToAsync, thread_sensitive=False, executor=ThreadPoolExecutor(8, "reply-files"))


class Gone(Exception):
    """The reply is not there to be written: stopped, deleted or claimed by somebody else."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`at` is written into `sent_at` by take(): a row with another time there belongs to another writer."""

    message_id: int
    at: datetime.datetime

    def rows(self) -> QuerySet[Message]:
        return Message.objects.filter(pk=self.message_id, sent_at=self.at)

    def streaming(self) -> QuerySet[Message]:
        """The row as long as this writer may go on."""
        return self.rows().filter(
            status=Message.Status.STREAMING, stop_requested_at__isnull=True, deleted_at__isnull=True
        )

    def endable(self, is_taken: bool) -> QuerySet[Message]:
        """The row that this writer ends: its own, also when somebody took it for dead meanwhile.

        A writer that was stopped while it claimed does not know whether it did: then a queued row is its own too.
        """
        mine = Q(sent_at=self.at) if is_taken else Q(sent_at=self.at) | Q(status=Message.Status.QUEUED)
        return Message.objects.filter(mine, pk=self.message_id)


def take(claim: Claim) -> None:
    """Raises Gone where the reply is no longer queued."""
    queued = Message.objects.filter(
        pk=claim.message_id,
        status=Message.Status.QUEUED,
        stop_requested_at__isnull=True,
        deleted_at__isnull=True,
    )
    if not queued.update(status=Message.Status.STREAMING, heartbeat_at=timezone.now(), sent_at=claim.at):
        raise Gone


def is_wanted(claim: Claim) -> bool:
    """False where somebody has stopped or deleted it meanwhile: no call is paid for what nobody waits for."""
    return claim.streaming().exists()


async def prepared(claim: Claim) -> Call:
    """The call with the bytes of its files; may take minutes where an address is slow. Raises media.MediaError."""
    return await aside(_prepare)(claim)


def _prepare(claim: Claim) -> Call:
    message = Message.objects.select_related("conversation__team", "author").get(pk=claim.message_id)
    call = call_for(message)
    if call.left_out:
        claim.rows().update(parameters=message.parameters | {"left_out": list(call.left_out)})
    return call


async def kept(draft: Draft, stored: Mapping[str, Attachment]) -> dict[str, Attachment]:
    """What the model made as attachments, by key; `stored` are there already."""
    return await aside(_keep)(draft, stored) if draft.media else {}


def _keep(draft: Draft, stored: Mapping[str, Attachment]) -> dict[str, Attachment]:
    message = Message.objects.select_related("conversation").get(pk=draft.message_id)
    return {key: stored.get(key) or attachments.keep(message, key, pieces) for key, pieces in draft.media.items()}
