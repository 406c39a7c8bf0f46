"""The last write of a generation and what follows from it: its message, its conversation, the browsers."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chats import broadcasts
from chats.gateway.errors import GatewayError
from chats.models import Conversation, Generation, Message

from . import showing
from .claims import NEVER, Claim
from .points import reach

State = Generation.State


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
    transaction.on_commit(partial(tell, generation.pk))


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

    transaction.on_commit(told)


def tell(pk: int) -> None:
    row = Generation.objects.select_related("message__conversation").defer("prompt", "parameters").get(pk=pk)
    broadcasts.generation_changed(row, showing.frame_facts(row))
