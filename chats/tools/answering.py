"""A person's word on a call that waits: run it, perhaps with other arguments, or here is the answer, or no."""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from chats import broadcasts
from chats.models import Message

LONGEST_ANSWER = 40_000
RESULT_BYTES = 150_000  # of all results in one reply: its row stays under 256 KB
OPEN = ("asked", "doubt")
REFUSED = "The user declined this call. Do not repeat it; go on without it or ask what they want instead."
TRIES = 5


class NotWaiting(Exception):
    """The call is not waiting, or the answer is none; the text is for the person."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`action`: approve (with `arguments` as edited), answer (with `result`), or refuse."""

    call: str
    action: str
    arguments: str | None = None
    result: str = ""
    is_error: bool = False
    client_id: str = ""  # of the frame: a resend finds its answer given


def answer(user, message_id: int, given: Answer) -> Message:
    """The reply afterwards: queued where nothing waits any more, and then it is to be started. Raises NotWaiting."""
    for _try in range(TRIES):
        message = Message.objects.writable_by(user).filter(pk=message_id).select_related("conversation").first()
        if message is None:
            raise NotWaiting(_("This message is gone, or you can no longer write here."))
        if _is_given(message, given):
            return message
        parts = _answered(message, given)
        if _saved(message, parts):
            message.refresh_from_db()
            return message
    raise NotWaiting(_("Somebody else is answering the same calls. Look again."))


def _is_given(message: Message, given: Answer) -> bool:
    """Whether this very answer came before: what it set going may have ended in doubt since, and is not sent again."""
    known = (part.get("answered_as") for part in message.parts if part.get("call_id") == given.call)
    return bool(given.client_id) and given.client_id in known


def _answered(message: Message, given: Answer) -> list[dict[str, Any]]:
    if message.status != Message.Status.WAITING:
        raise NotWaiting(_("This call is not waiting any more."))
    parts = [dict(part) for part in message.parts]
    waiting = [part for part in parts if part.get("call_id") == given.call and part.get("state") in OPEN]
    if not waiting:
        raise NotWaiting(_("This call is not waiting any more."))
    _apply(waiting[0], given)
    waiting[0]["answered_as"] = given.client_id
    _check_room(parts)
    return parts


def _check_room(parts: list[dict[str, Any]]) -> None:
    texts = (part["result"]["text"] for part in parts if "result" in part)
    if sum(len(text.encode()) for text in texts) > RESULT_BYTES:
        raise NotWaiting(_("The answer is too long."))


def _apply(part: dict[str, Any], given: Answer) -> None:
    if given.action == "approve":
        _approve(part, given.arguments)
    elif given.action == "answer":
        if len(given.result) > LONGEST_ANSWER:
            raise NotWaiting(_("The answer is too long."))
        part |= {"state": "done", "result": {"text": given.result, "is_error": given.is_error, "by": "person"}}
    elif given.action == "refuse":
        part |= {"state": "done", "result": {"text": REFUSED, "is_error": True, "by": "person", "is_refused": True}}
    else:
        raise NotWaiting(_("A call can be run, answered or declined."))


def _approve(part: dict[str, Any], arguments: str | None) -> None:
    if not part.get("can_run"):
        raise NotWaiting(_("Nothing here can run this function. Type its answer."))
    if arguments is not None and arguments != part["arguments"]:
        _check(arguments)
        part["edited_from"] = part.get("edited_from", part["arguments"])
        part["arguments"] = arguments
    part["state"] = "approved"


def _check(arguments: str) -> None:
    try:
        is_object = len(arguments) <= LONGEST_ANSWER and isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise NotWaiting(_("The arguments must be a JSON object."))


def _saved(message: Message, parts: list[dict[str, Any]]) -> bool:
    """One conditional update: whoever answers beside us changes the revision."""
    values: dict[str, Any] = {"parts": parts, "revision": F("revision") + 1}
    if not any(part.get("state") in OPEN for part in parts):
        values |= {"status": Message.Status.QUEUED, "heartbeat_at": timezone.now(), "stop_requested_at": None}
        values |= {"finish_reason": "", "error": None, "sent_at": None}
    row = Message.objects.filter(pk=message.pk, status=Message.Status.WAITING, revision=message.revision)
    with transaction.atomic():
        if not row.update(**values):
            return False
        transaction.on_commit(partial(_announce, message.pk))
    return True


def _announce(pk: int) -> None:
    broadcasts.message_changed(Message.objects.select_related("conversation").get(pk=pk))
