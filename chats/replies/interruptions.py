"""Ends replies from outside: a person's Stop, and replies whose writer has fallen silent."""

import datetime
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chats import broadcasts
from chats.models import Message

from . import endings

SILENT_S = 15  # three heartbeats
UNSAVED = 1000  # more revisions than browsers can have seen since the last checkpoint: the row must be newer than they


def stop(user, message_id: int) -> bool:
    """Asks for the end of a live reply in whichever state; False where there is none that `user` may stop."""
    stoppable = (*Message.LIVE, Message.Status.WAITING)
    replies = Message.objects.writable_by(user).filter(pk=message_id, status__in=stoppable)
    now = timezone.now()
    with transaction.atomic():
        found = Message.objects.filter(pk__in=replies.values("pk")).update(stop_requested_at=now)
        if found:
            _end_queued(message_id, now)
            transaction.on_commit(partial(broadcasts.stop_reply, message_id))
    return bool(found)


def _end_queued(message_id: int, now: datetime.datetime) -> None:
    """Nobody writes it yet, so nobody else will end it: the writer's claim asks for a queued row."""
    queued = Message.objects.filter(pk=message_id, status__in=(Message.Status.QUEUED, Message.Status.WAITING))
    if queued.update(status=Message.Status.STOPPED, finished_at=now, revision=F("revision") + 1):
        transaction.on_commit(partial(endings.announce, message_id))


def mark_interrupted(conversation=None) -> int:
    """Ends replies without a heartbeat for SILENT_S; called on reading a conversation and by the timer."""
    before = timezone.now() - datetime.timedelta(seconds=SILENT_S)
    silent = Message.objects.filter(status__in=Message.LIVE, heartbeat_at__lt=before)
    if conversation is not None:
        silent = silent.filter(conversation=conversation)
    return sum(_interrupt(pk, before) for pk in list(silent.values_list("pk", flat=True)))


def _interrupt(pk: int, before: datetime.datetime) -> int:
    with transaction.atomic():
        ended = Message.objects.filter(pk=pk, status__in=Message.LIVE, heartbeat_at__lt=before).update(
            status=Message.Status.INTERRUPTED, finished_at=timezone.now(), revision=F("revision") + UNSAVED
        )
        if ended:
            transaction.on_commit(partial(endings.announce, pk))
    return ended
