"""The last write of a generation and what follows from it: its message, its conversation, the browsers."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chats import broadcasts
from chats.gateway.classification import ErrorKind
from chats.gateway.errors import GatewayError
from chats.gateway.values import TaskState
from chats.models import Conversation, Generation, Message

from . import showing
from .claims import NEVER, Claim
from .points import reach

State = Generation.State
REFUSALS = ("content", "sensitive", "policy", "moderation", "safety", "datainspection", "敏感", "违规", "审核")


def end(claim: Claim, state: str, *, error: GatewayError | None = None, **values: Any) -> None:
    """Writes the final state once, under the claim; raises claims.Gone."""
    now = timezone.now()
    told = {"error": error.as_json()} if error else {}
    with transaction.atomic():
        claim.write(state=state, claim="", due_at=NEVER, finished_at=now, **{**told, **values})
        settle(Generation.objects.select_related("message__conversation").get(pk=claim.pk))
        reach("end:saved")
    reach("end:told")


def settle(generation: Generation) -> None:
    """After a change of `generation`'s state: the message ends with its last one. Runs in the caller's transaction."""
    message = Message.objects.select_for_update().get(pk=generation.message_id)
    status = _status(set(message.generations.values_list("state", flat=True)))
    if status != message.status:
        is_over = status != Message.Status.GENERATING
        now = timezone.now()
        Message.objects.filter(pk=message.pk).update(
            status=status, finished_at=now if is_over else None, revision=F("revision") + 1
        )
        if is_over:
            Conversation.objects.filter(pk=message.conversation_id).update(spoken_at=now)
        _tell_message(message.pk)
    if not generation.is_open and generation.preview.name:
        Generation.objects.filter(pk=generation.pk).update(preview="")
        transaction.on_commit(partial(_forget, generation.preview.name), robust=True)
    tell_later(generation.pk)


def _forget(preview: str) -> None:
    Generation._meta.get_field("preview").storage.delete(preview)


def failure(state: TaskState) -> GatewayError:
    """What the vendor said went wrong, told apart by its words."""
    said = f"{state.code} {state.error}".lower()
    kind: ErrorKind = "content_refused" if any(word in said for word in REFUSALS) else "upstream"
    return GatewayError(kind, 200, state.code or "generation_failed", state.error, state.request_id)


def _status(states: set[str]) -> str:
    """One failing leaves the others: a message is complete as soon as one of them came to something."""
    if states & set(Generation.OPEN):
        return Message.Status.GENERATING
    if State.SUCCEEDED in states:
        return Message.Status.COMPLETE
    return Message.Status.STOPPED if states == {State.CANCELLED} else Message.Status.FAILED


def _tell_message(pk: int) -> None:
    def told() -> None:
        row = Message.objects.select_related("conversation").only("revision", "status", "conversation").get(pk=pk)
        broadcasts.message_changed(row)
        broadcasts.conversation_changed(row.conversation, "state")

    transaction.on_commit(told, robust=True)


def tell_later(pk: int) -> None:
    """After the commit, and never a reason to fail: what browsers miss they see when they look next."""
    transaction.on_commit(partial(tell, pk), robust=True)


def tell(pk: int) -> None:
    row = Generation.objects.select_related("message__conversation").defer("prompt", "parameters").get(pk=pk)
    broadcasts.generation_changed(row, showing.frame_facts(row))
