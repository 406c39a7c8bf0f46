"""Two rows for a question, whatever comes twice, late or wrong."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chats import branches, replies
from chats.models import Conversation, ConversationMark, Message
from chats.models.tree import Tree

pytestmark = pytest.mark.django_db
MODEL = "qwen3-max-preview"


def ask(user, text="Hello", **fields) -> replies.Asked:
    fields = {"client_id": f"c{Message.objects.count()}", "model": MODEL, "text": text} | fields
    asked = replies.ask(user, replies.Question(**fields))
    replies.settle(asked)
    return asked


def finish(asked: replies.Asked, text="Fine.") -> replies.Asked:
    Message.objects.filter(pk=asked.reply.pk).update(status="complete", parts=[{"kind": "text", "text": text}])
    return asked


def test_a_first_question_makes_conversation_title_and_two_rows(team, alice):
    asked = ask(alice, "What is a whale? I wonder.")
    conversation = asked.message.conversation
    conversation.refresh_from_db()
    assert conversation.title == "What is a whale?"
    assert conversation.shared_at is None
    assert (asked.reply.status, asked.reply.parent_id) == ("queued", asked.message.pk)


def test_a_title_set_by_hand_is_never_overwritten(team, alice):
    asked = finish(ask(alice, "First"))
    Conversation.objects.update(title="Mine", is_title_manual=True)
    ask(alice, "Second", conversation=asked.message.conversation_id, parent=asked.reply.pk)
    assert Conversation.objects.get().title == "Mine"


def test_the_database_itself_refuses_a_second_message_with_the_same_client_id(team, alice):
    asked = ask(alice)
    copy = Message(
        conversation=asked.message.conversation, role="user", author=alice, client_id=asked.message.client_id
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": "  "}, "empty"),
        ({"model": ""}, "no_model"),
        ({"model": "serper-search"}, "model_unavailable"),
        ({"attachments": (99,)}, "no_file"),
        ({"parent": 99}, "no_parent"),
        ({"conversation": 99}, "no_access"),
        ({"parameters": {"temperature": "hot"}}, "bad_parameters"),
        ({"text": "x" * 400_001}, "text_too_long"),
        ({"attachments": tuple(range(1, 30))}, "too_many_files"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_reason_and_writes_nothing(team, alice, fields, code):
    with pytest.raises(replies.Refused) as refused:
        ask(alice, **fields)
    assert refused.value.code == code
    assert str(refused.value)
    assert not Message.objects.exists()
    assert not Conversation.objects.exists()


def test_a_viewer_may_not_begin_a_conversation(team, victor):
    with pytest.raises(replies.Refused) as refused:
        ask(victor)
    assert refused.value.code == "no_access"


def test_a_stale_tab_makes_a_branch_and_says_so(team, alice):
    first = finish(ask(alice, "One"))
    conversation = first.message.conversation
    newer = finish(ask(alice, "Two", conversation=conversation.pk, parent=first.reply.pk))
    stale = ask(alice, "From the stale tab", conversation=conversation.pk, parent=first.reply.pk)
    assert stale.is_branch
    assert not newer.is_branch
    assert Message.objects.filter(pk=newer.message.pk, deleted_at=None).exists()
    assert [message.pk for message in branches.newest(conversation, alice)[0]][-2:] == [
        stale.message.pk,
        stale.reply.pk,
    ]


def test_a_second_answer_by_bob_does_not_move_what_alice_sees(team, alice, bob):
    asked = finish(ask(alice))
    conversation = asked.message.conversation
    Conversation.objects.update(shared_at=conversation.created_at)
    again = replies.ask_again(bob, "b1", asked.reply.pk, replies.Column(""))
    assert branches.newest(conversation, alice)[0][-1].pk == asked.reply.pk
    assert branches.newest(conversation, bob)[0][-1].pk == again.reply.pk
    assert branches.newest(conversation, alice)[0][-1].siblings.count == 2


def test_the_chosen_branch_is_remembered_per_person(team, alice):
    asked = finish(ask(alice))
    again = finish(replies.ask_again(alice, "again", asked.reply.pk, replies.Column("")))
    conversation = asked.message.conversation
    assert branches.newest(conversation, alice)[0][-1].pk == again.reply.pk
    branches.choose(asked.reply, alice)
    assert branches.newest(conversation, alice)[0][-1].pk == asked.reply.pk
    assert ConversationMark.objects.get(user=alice).branches


def test_go_on_claims_once(team, alice):
    asked = finish(ask(alice))
    with pytest.raises(replies.Refused):
        replies.go_on(alice, "on", asked.reply.pk)
    Message.objects.filter(pk=asked.reply.pk).update(status="interrupted")
    assert replies.go_on(alice, "on", asked.reply.pk).is_new
    assert not replies.go_on(alice, "on", asked.reply.pk).is_new
    with pytest.raises(replies.Refused):
        replies.go_on(alice, "other", asked.reply.pk)


def test_stop_before_anybody_writes_ends_the_queued_reply(team, alice):
    asked = ask(alice)
    assert replies.stop(alice, asked.reply.pk)
    assert Message.objects.get(pk=asked.reply.pk).status == "stopped"
    assert not replies.stop(alice, asked.reply.pk)


STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "edit", "again", "delete", "restore", "choose"]), st.integers(0, 30)), max_size=14
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_is_done_to_the_tree_the_conversation_opens(team, alice, steps):
    asked = finish(ask(alice, client_id="root"))
    conversation = asked.message.conversation
    for name, number in steps:
        _step(alice, conversation, name, number)
        seen, has_older = branches.newest(conversation, alice)
        ids = [message.pk for message in seen]
        assert len(set(ids)) == len(ids)
        assert all(child.parent_id == parent.pk for parent, child in zip(seen, seen[1:], strict=False))
        assert all(message.deleted_at is None for message in seen)
        assert not has_older
    for message in Message.objects.filter(conversation=conversation):
        Tree.of(conversation, alice).up(message.pk)
    Message.objects.update(parent=None)
    Conversation.objects.all().delete()


def _step(user, conversation, name: str, number: int) -> None:
    rows = list(conversation.messages.order_by("pk"))
    row = rows[number % len(rows)]
    shown = [message for message in rows if message.deleted_at is None]
    if name == "delete":
        branches.delete(user, row)
    elif name == "restore":
        branches.restore(row)
    elif name == "choose" and branches.one(row, user):
        branches.choose(row, user)
    elif name == "again" and row in shown:
        finish(replies.ask_again(user, f"r{len(rows)}", row.pk, replies.Column("")))
    elif name in ("ask", "edit"):
        answers = [message for message in shown if message.role == "assistant"]
        parent = answers[number % len(answers)].pk if answers and name == "ask" else None
        finish(ask(user, client_id=f"a{len(rows)}", conversation=conversation.pk, parent=parent))
