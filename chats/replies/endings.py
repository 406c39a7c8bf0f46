"""How a reply ends: which state, with what error and usage, and what it made, saved in one conditional update."""

import datetime
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from chats import attachments, broadcasts
from chats.gateway.errors import GatewayError
from chats.gateway.values import MediaOut, Usage
from chats.models import Conversation, Message

from .draft import Draft


class Gone(Exception):
    """The reply is not there to be written: stopped, deleted or claimed by somebody else."""


@dataclass(frozen=True, slots=True)
class Ending:
    values: dict[str, Any]
    media: dict[str, list[MediaOut]] = field(default_factory=dict)


def ending(
    draft: Draft, status: str, error: GatewayError | None, request_id: str, sent_at: datetime.datetime
) -> Ending:
    if error is not None:
        status = Message.Status.INCOMPLETE if draft.has_output else Message.Status.FAILED
    elif draft.finish_reason == "length" and status == Message.Status.COMPLETE:
        status = Message.Status.INCOMPLETE
    first = draft.first_token_at
    values = {
        "parts": draft.as_json(),
        "revision": draft.revision + 1,
        "status": status,
        "finish_reason": draft.finish_reason,
        "error": error.as_json() if error else None,
        "request_id": request_id or (error.request_id if error else ""),
        "sent_at": sent_at,
        "first_token_at": datetime.datetime.fromtimestamp(first, datetime.UTC) if first else None,
        "thinking_s": draft.thinking_s,
        "finished_at": timezone.now(),
        "usage": usage_json(draft.usage) if draft.usage else None,
    }
    return Ending(values, draft.media)


def usage_json(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cached_tokens": usage.cached_tokens,
        "by_kind": dict(usage.by_kind),
        "raw": dict(usage.raw),
    }


def save(message_id: int, end: Ending) -> None:
    """Ends the row if it is still live; what the model made is stored first, so that the row can name it."""
    message = Message.objects.select_related("conversation").filter(pk=message_id).first()
    if message is None:
        return
    files = [attachments.keep(message, key, pieces) for key, pieces in end.media.items()]
    parts = end.values["parts"] + [{"kind": "attachment", "id": file.pk} for file in files]
    with transaction.atomic():
        message.attachments.add(*files)
        live = Message.objects.filter(pk=message_id, status__in=Message.LIVE)
        if not live.update(**end.values | {"parts": parts}):
            # The sweep or a Stop ended it meanwhile; the text that came is kept all the same.
            Message.objects.filter(pk=message_id, revision__lt=end.values["revision"]).update(
                parts=parts, revision=end.values["revision"], usage=end.values["usage"]
            )
        now = timezone.now()
        Conversation.objects.filter(pk=message.conversation_id).update(spoken_at=now, updated_at=now)
        transaction.on_commit(partial(announce, message_id))


def announce(message_id: int) -> None:
    """Tells of the reply's end, and of its question, whose files now have their receipts."""
    message = Message.objects.select_related("conversation", "parent").get(pk=message_id)
    broadcasts.message_changed(message)
    if message.parent and message.parent.files():
        broadcasts.message_changed(message.parent)
    broadcasts.conversation_changed(message.conversation, "state")
    broadcasts.conversation_changed(message.conversation, "spoken")
