"""What the socket asks the rows: what this person may see, which replies run, whether they are still signed in."""

from typing import Any

from channels.auth import get_user
from django.utils import timezone

from chats import replies
from chats.models import Conversation, ConversationMark, Membership, Message


def visible(user, pk: int) -> Conversation | None:
    return Conversation.objects.visible_to(user).filter(pk=pk).first()


def may_read(user, message: int) -> bool:
    return Message.objects.visible_to(user).filter(pk=message).exists()


def states(conversation: Conversation, known: list[int]) -> tuple[list[Message], list[Message]]:
    """The live replies, and those of `known` that have ended; a silent one is marked first."""
    replies.mark_interrupted(conversation)
    rows = conversation.messages.only("id", "conversation_id", "revision", "status")
    live = list(rows.filter(status__in=Message.LIVE, deleted_at__isnull=True))
    ended = list(rows.filter(pk__in=known).exclude(status__in=Message.LIVE))
    return live, ended


def mark_seen(user, pk: int) -> bool:
    conversation = visible(user, pk)
    if conversation is None:
        return False
    ConversationMark.objects.update_or_create(
        conversation=conversation, user=user, defaults={"seen_at": timezone.now()}
    )
    return True


def teams(user) -> list[int]:
    return list(Membership.objects.filter(user_id=user.pk).values_list("team_id", flat=True))


async def still_signed_in(scope: dict[str, Any]) -> bool:
    """Reads the session anew: it may be gone, and the person may no longer be active."""
    session = scope["session"].__class__(scope["session"].session_key)
    user = await get_user({**scope, "session": session})
    return bool(user.is_active and user.pk == scope["user"].pk)
