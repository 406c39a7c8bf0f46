"""Every frame that names a conversation or a message against every role; pages and files are in tests/matrix.py."""

from dataclasses import dataclass

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone

from chats import accounts
from chats.consumers import conversation as door
from chats.models import Conversation, ConversationMark, Membership, Message, Role

pytestmark = pytest.mark.django_db(transaction=True)
ROLES = ("owner", "admin", "member", "viewer", "removed", "stranger")
TEAM = "   ok ok ok ok no no"
WRITERS = "ok ok ok no no no"
HERS = "   ok no no no no no"  # alice owns the team and both conversations; one she keeps to herself


@dataclass(frozen=True)
class Sent:
    """`names` is the field and the thing of the world that it names; `answer` is the frame that says yes."""

    type: str
    names: tuple[str, str]
    answer: str
    expected: str

    def __str__(self) -> str:
        return f"{self.type} {self.names[1]}"


FRAMES = [
    Sent("conversation.open", ("conversation", "shared"), "conversation.opened", TEAM),
    Sent("conversation.open", ("conversation", "private"), "conversation.opened", HERS),
    Sent("conversation.seen", ("conversation", "shared"), "conversation.changed", TEAM),
    Sent("conversation.seen", ("conversation", "private"), "conversation.changed", HERS),
    Sent("message.create", ("conversation", "shared"), "message.accepted", WRITERS),
    Sent("message.create", ("conversation", "private"), "message.accepted", HERS),
    Sent("message.create", ("conversation", "new"), "message.accepted", "ok ok ok no no ok"),
    Sent("reply.create", ("message", "shared_reply"), "message.accepted", WRITERS),
    Sent("reply.create", ("message", "private_reply"), "message.accepted", HERS),
    Sent("reply.continue", ("message", "shared_reply"), "message.accepted", WRITERS),
    Sent("reply.continue", ("message", "private_reply"), "message.accepted", HERS),
    Sent("tool.answer", ("message", "shared_waiting"), "tool.answered", WRITERS),
    Sent("tool.answer", ("message", "private_waiting"), "tool.answered", HERS),
    Sent("reply.stop", ("message", "shared_queued"), "", WRITERS),
    Sent("reply.stop", ("message", "private_queued"), "", HERS),
]
# These name nothing of others: one's own subscription, acknowledgements, heartbeats. A stranger's peek is in
# test_conversation.py, where there is something to see.
HARMLESS = {"conversation.close", "ack", "ping", "reply.peek"}


@pytest.fixture
def world(team, alice, bob, victor, charlie, make_user):
    ann, rita = make_user("ann"), make_user("rita")
    Membership.objects.create(team=team, user=ann, role=Role.ADMIN)
    accounts.found_team(charlie, "Elsewhere")
    people = {"owner": alice, "admin": ann, "member": bob, "viewer": victor, "removed": rita, "stranger": charlie}
    things: dict[str, int | None] = {"new": None}
    for name, shared_at in (("shared", timezone.now()), ("private", None)):
        made = Conversation.objects.create(team=team, author=alice, client_id=name, shared_at=shared_at)
        reply = _exchange(made, "1", Message.Status.INTERRUPTED)
        things |= {name: made.pk, f"{name}_reply": reply.pk}
        # In a conversation of its own: where one reply runs, the next question waits.
        busy = Conversation.objects.create(team=team, author=alice, client_id=f"busy {name}", shared_at=shared_at)
        things[f"{name}_queued"] = _exchange(busy, "2", Message.Status.QUEUED).pk
        call = {"kind": "tool_call", "call_id": "call 1", "name": "f", "arguments": "{}", "round": 0, "state": "asked"}
        waiting = _exchange(busy, "3", Message.Status.WAITING)
        Message.objects.filter(pk=waiting.pk).update(parts=[call])
        things[f"{name}_waiting"] = waiting.pk
    return people, things


def _exchange(conversation, client_id: str, status: str) -> Message:
    """A question and its reply."""
    common = {"conversation": conversation, "author": conversation.author, "client_id": client_id}
    text = [{"kind": "text", "text": "Hello"}]
    asked = Message.objects.create(role=Message.Role.USER, parts=text, model="qwen3-max-preview", **common)
    times = {"heartbeat_at": timezone.now()} if status == Message.Status.QUEUED else {}
    return Message.objects.create(
        role=Message.Role.ASSISTANT, parent=asked, status=status, parts=text, model=asked.model, **common, **times
    )


@database_sync_to_async
def rows() -> list:
    tables = (Conversation, Message, ConversationMark)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("frame", FRAMES, ids=str)
async def test_a_frame_does_for_each_what_it_may(world, connect, frame, role):
    people, things = world
    socket = await connect(people[role])
    field, name = frame.names
    before = await rows()
    question = {"client_id": "c1", "parent": None, "text": "Hi", "model": "qwen3-max-preview", "lengths": {}}
    question |= {"call": "call 1", "action": "refuse"}
    await socket.send(frame.type, **(question | {field: things[name]}))
    await socket.send("ping", n=7)
    await socket.until("pong", n=7)
    is_through = frame.expected.split()[ROLES.index(role)] == "ok"
    if frame.answer:
        assert (frame.answer in {one["type"] for one in socket.frames}) == is_through, socket.frames
    if frame.type != "conversation.open":
        assert (await rows() != before) == is_through


def test_every_frame_is_in_the_table():
    assert set(door.HANDLERS) == {frame.type for frame in FRAMES} | HARMLESS
