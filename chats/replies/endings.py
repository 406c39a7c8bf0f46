"""How a reply ends: which state, with what error and usage, and what it made, saved in one conditional update."""

import datetime
import math
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from chats import broadcasts
from chats.gateway.errors import GatewayError
from chats.gateway.values import Usage
from chats.models import Attachment, Conversation, Message

from .claims import Claim
from .draft import Draft


@dataclass(frozen=True, slots=True)
class Ending:
    """`values` are columns; `revision` is the newest that browsers were told."""

    values: dict[str, Any]
    revision: int


def ending(
    draft: Draft,
    status: str,
    error: GatewayError | None,
    request_id: str,
    sent_at: datetime.datetime,
    spent: dict[str, Any] | None = None,
) -> Ending:
    """`spent` is what earlier rounds of this reply cost."""
    if error is not None:
        status = Message.Status.INCOMPLETE if draft.has_output else Message.Status.FAILED
    elif draft.finish_reason in ("length", "pause") and status == Message.Status.COMPLETE:
        status = Message.Status.INCOMPLETE
    draft.end_calls()
    first = draft.first_token_at
    values = {
        "parts": storable(draft.as_json()),
        "status": status,
        "finish_reason": draft.finish_reason,
        "error": storable(error.as_json()) if error else None,
        "request_id": (request_id or (error.request_id if error else ""))[:80],
        "sent_at": sent_at,
        "first_token_at": datetime.datetime.fromtimestamp(first, datetime.UTC) if first else None,
        "thinking_s": draft.thinking_s,
        "finished_at": timezone.now(),
        "usage": storable(added(spent, usage_json(draft.usage) if draft.usage else None)),
    }
    return Ending(values, draft.revision)


def usage_json(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cached_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "searches": usage.searches,
        "by_kind": dict(usage.by_kind),
        "raw": dict(usage.raw),
    }


def save(claim: Claim, end: Ending, made: dict[str, Attachment], is_taken: bool) -> None:
    """Ends the row that `claim` names, whatever anybody thought of it meanwhile; nothing where it is another's now."""
    message = Message.objects.filter(pk=claim.message_id).first()
    if message is None:
        return
    parts = _with_files(end.values["parts"], made)
    usage = added(message.usage, end.values["usage"])
    # Newer than all that browsers have seen, and than a row that the sweep took for dead.
    revision = Greatest(F("revision"), Value(end.revision)) + 1
    with transaction.atomic():
        message.attachments.add(*made.values())
        ended = claim.endable(is_taken).update(**end.values | {"parts": parts, "usage": usage, "revision": revision})
        if ended and end.values["status"] == Message.Status.WAITING:
            # Stop came after the last word and before this: nobody waits any more.
            waiting = Message.objects.filter(pk=message.pk, status=Message.Status.WAITING)
            waiting.filter(stop_requested_at__isnull=False).update(status=Message.Status.STOPPED)
        now = timezone.now()
        Conversation.objects.filter(pk=message.conversation_id).update(spoken_at=now, updated_at=now)
        if ended:
            transaction.on_commit(partial(announce, message.pk))


def _with_files(parts: list[dict[str, Any]], made: dict[str, Attachment]) -> list[dict[str, Any]]:
    """Pictures take the places that were kept for them; what has none follows."""
    placed = {part["key"] for part in parts if part["kind"] == "attachment" and "key" in part}
    filled = [
        part | {"id": made[part["key"]].pk} if part["kind"] == "attachment" and part.get("key") in made else part
        for part in parts
    ]
    return filled + [{"kind": "attachment", "id": file.pk} for key, file in made.items() if key not in placed]


def added(before: dict[str, Any] | None, now: dict[str, Any] | None) -> dict[str, Any] | None:
    """A reply that was continued, or called tools, cost all its calls; `None` stays unknown and is never zero.

    `by_kind` is of one call: each of them was sent the same films and pictures.
    """
    if not before or not now:
        return now or before
    both = {key: _sum(before.get(key), now.get(key)) for key in now if key not in ("by_kind", "raw")}
    kinds = before.get("by_kind", {}).keys() | now["by_kind"].keys()
    by_kind = {kind: max(before.get("by_kind", {}).get(kind) or 0, now["by_kind"].get(kind) or 0) for kind in kinds}
    return both | {"by_kind": by_kind, "raw": now["raw"]}


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def storable(value: Any) -> Any:
    """`value` without what PostgreSQL's JSON refuses: NUL, half characters, and numbers that are none."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def announce(message_id: int) -> None:
    """Tells of the reply's end, and of its question, whose files now have their receipts."""
    message = Message.objects.select_related("conversation", "parent").get(pk=message_id)
    broadcasts.message_changed(message)
    if message.parent and message.parent.files():
        broadcasts.message_changed(message.parent)
    broadcasts.conversation_changed(message.conversation, "spoken")
