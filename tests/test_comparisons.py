"""Models side by side: one question, a reply each, votes that are kept, and nobody told too early who wrote what."""

import pytest

from chats import branches, comparisons, replies
from chats.models import Comparison, Message
from chats.replies import Column

pytestmark = pytest.mark.django_db
MODELS = ("qwen3-max", "gpt-4.1", "deepseek-chat")


def compared(user, *models, is_blind=False, **fields) -> replies.Asked:
    columns = tuple(Column(model) for model in models or MODELS)
    fields = {"client_id": f"c{Message.objects.count()}", "model": "", "text": "Which is best?"} | fields
    asked = replies.ask(user, replies.Question(columns=columns, is_blind=is_blind, **fields))
    replies.settle(asked)
    return asked


def in_view(asked: replies.Asked, user) -> Message:
    conversation = asked.message.conversation
    return branches.newest(conversation, user)[0][-1]


def test_each_model_gets_a_reply_of_its_own_under_one_question(team, alice):
    asked = compared(alice)
    assert [reply.model for reply in asked.replies] == list(MODELS)
    assert {reply.parent_id for reply in asked.replies} == {asked.message.pk}
    assert {reply.status for reply in asked.replies} == {"queued"}
    assert [row.pk for row in in_view(asked, alice).columns] == [reply.pk for reply in asked.replies]


def test_a_resend_finds_its_columns_and_makes_none(team, alice):
    first = compared(alice, client_id="once")
    again = compared(alice, client_id="once")
    assert not again.is_new
    assert [row.pk for row in again.replies] == [row.pk for row in first.replies]
    assert Message.objects.count() == 4


def test_models_of_any_kind_stand_side_by_side(team, alice):
    asked = compared(alice, "qwen3-max", "gpt-image-1")
    assert [reply.status for reply in asked.replies] == ["queued", "generating"]
    assert asked.replies[1].generations.count() == 1


@pytest.mark.parametrize("count", [1, 7])
def test_too_few_and_too_many_columns_are_refused(team, alice, count):
    with pytest.raises(replies.Refused):
        compared(alice, *["qwen3-max"] * count)
    assert not Message.objects.exists()


def test_one_bad_column_refuses_all(team, alice):
    with pytest.raises(replies.Refused) as refused:
        compared(alice, "qwen3-max", "text-embedding-3-small")
    assert refused.value.code == "model_unavailable"
    assert not Message.objects.exists()


def test_the_conversation_goes_on_with_the_one_that_was_chosen(team, alice):
    asked = compared(alice)
    Message.objects.filter(parent=asked.message).update(status="complete", parts=[{"kind": "text", "text": "I am"}])
    liked = asked.replies[1]
    branches.choose(liked, alice)
    fields = {"client_id": "next", "model": "gpt-4.1", "text": "More", "parent": liked.pk}
    replies.ask(alice, replies.Question(conversation=asked.message.conversation_id, **fields))
    path = branches.newest(asked.message.conversation, alice)[0]
    assert [row.pk for row in path[:2]] == [asked.message.pk, liked.pk]
    assert path[2].text == "More"


def test_who_has_not_voted_on_a_blind_one_sees_no_name_anywhere(team, alice, bob):
    asked = compared(alice, is_blind=True)
    asked.message.conversation.shared_at = asked.message.created_at
    asked.message.conversation.save()
    for row in in_view(asked, bob).columns:
        assert (row.model, row.parameters, row.spec.model) == ("", {}, "")
        assert row.spec.label == "ABC"[row.column]
        assert comparisons.is_hidden_from(bob, Message.objects.get(pk=row.pk))
    comparisons.vote(bob, asked.replies[0].comparison_id, asked.replies[2].pk)
    assert {row.model for row in in_view(asked, bob).columns} == set(MODELS)
    assert {row.model for row in in_view(asked, alice).columns} == {""}
    assert set(Message.objects.filter(parent=asked.message).values_list("model", flat=True)) == set(MODELS)


def test_blind_columns_stand_in_no_order_that_the_asker_chose(team, alice):
    orders = {tuple(r.model for r in compared(alice, is_blind=True).replies) for _ in range(30)}
    assert len(orders) > 1


def test_a_vote_is_given_once_and_counts(team, alice, bob, charlie):
    asked = compared(alice, "qwen3-max", "gpt-4.1")
    asked.message.conversation.shared_at = asked.message.created_at
    asked.message.conversation.save()
    first, second = asked.replies
    place = first.comparison_id
    assert comparisons.vote(alice, place, first.pk).reply_id == first.pk
    assert comparisons.vote(alice, place, second.pk).reply_id == first.pk
    assert comparisons.vote(bob, place, None).reply_id is None
    assert comparisons.vote(charlie, place, first.pk) is None
    assert comparisons.vote(bob, place, asked.message.pk) is None
    standings = {one.model: (one.wins, one.ties, one.losses) for one in comparisons.tally(alice, team)}
    assert standings == {"qwen3-max": (1, 1, 0), "gpt-4.1": (0, 1, 1)}
    assert comparisons.tally(charlie, team) == []


def test_the_tally_keeps_the_secret_of_a_blind_one(team, alice, bob):
    asked = compared(alice, is_blind=True)
    asked.message.conversation.shared_at = asked.message.created_at
    asked.message.conversation.save()
    comparisons.vote(bob, asked.replies[0].comparison_id, asked.replies[0].pk)
    assert len(comparisons.tally(bob, team)) == 3
    assert comparisons.tally(alice, team) == []
    assert Comparison.objects.get().votes.get().was_blind


def test_no_second_answer_tells_a_blind_column_before_the_vote(team, alice):
    asked = compared(alice, is_blind=True)
    with pytest.raises(replies.Refused) as refused:
        replies.ask_again(alice, "again", asked.replies[1].pk, Column(""))
    assert refused.value.code == "blind"
    comparisons.vote(alice, asked.replies[0].comparison_id, None)
    assert replies.ask_again(alice, "again", asked.replies[1].pk, Column("")).reply.model == asked.replies[1].model


def test_all_columns_together_stay_under_the_limit_of_open_jobs(team, alice, settings):
    settings.MAX_OPEN_GENERATIONS = 2
    with pytest.raises(replies.Refused):
        compared(alice, "gpt-image-1", "gpt-image-1", "gpt-image-1")
    assert not Message.objects.exists()
    assert len(compared(alice, "gpt-image-1", "gpt-image-1").replies) == 2
