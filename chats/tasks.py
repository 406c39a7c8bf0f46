"""Doors for Celery: each names one verb; what must run later is a time on a row, found by a sweep."""

import logging
import threading

from celery import shared_task
from kombu.exceptions import OperationalError

from chats import attachments, benches, branches, generations, model_lists, replies
from chats.models import Conversation

log = logging.getLogger(__name__)


@shared_task
def probe_attachment(attachment_id: int) -> None:
    attachments.probe(attachment_id)


@shared_task
def repair_attachment(attachment_id: int) -> None:
    attachments.make_repair(attachment_id)


@shared_task
def refresh_model_list(team_id: int) -> None:
    model_lists.refresh_for(team_id)


@shared_task
def mark_interrupted_replies() -> None:
    replies.mark_interrupted()


@shared_task
def sweep_generations() -> None:
    generations.sweep()


@shared_task
def purge_deleted() -> None:
    Conversation.objects.purge()
    branches.purge()
    benches.purge()
    attachments.purge()


def sweep_soon() -> None:
    """A hint that something is due; without a broker the next beat finds it. Never waits for the broker."""
    threading.Thread(target=_hint, name="hint", daemon=True).start()


def _hint() -> None:
    try:
        sweep_generations.apply_async(expires=5, retry=False)
    except OperationalError as error:
        log.warning("The queue cannot be reached; the sweep comes by itself: %s", error)
