"""Doors for Celery: each names one verb; what must run later is a time on a row, found by a sweep."""

from celery import shared_task

from chats import attachments, model_lists, replies
from chats.models import Conversation


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
def purge_deleted() -> None:
    Conversation.objects.purge()
    attachments.purge()
