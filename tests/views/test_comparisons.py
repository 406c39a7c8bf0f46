"""Answers side by side as HTML: columns, names kept back while one has not voted, votes, and what they add up to."""

import json

import pytest

from chats import comparisons, replies
from chats.models import Message
from chats.replies import Column

pytestmark = pytest.mark.django_db
MODELS = ("qwen3-max", "gpt-4.1", "deepseek-chat")


@pytest.fixture
def compared(team, alice):
    def compare(*models, is_blind=False):
        columns = tuple(Column(model) for model in models or MODELS)
        question = replies.Question(client_id="c", model="", text="Which?", columns=columns, is_blind=is_blind)
        asked = replies.ask(alice, question)
        replies.settle(asked)
        Message.objects.filter(comparison__isnull=False).update(
            status="complete", parts=[{"kind": "text", "text": "x"}]
        )
        return asked

    return compare


@pytest.fixture
def page(client, alice):
    def get(path, user=alice):
        client.force_login(user)
        return client.get(path).content.decode()

    return get


@pytest.fixture
def vote(client, alice):
    def post(asked, reply, user=alice):
        client.force_login(user)
        pk = asked.reply.comparison_id
        return client.post(f"/comparisons/{pk}/vote/", json.dumps({"reply": reply}), content_type="application/json")

    return post


def address(asked) -> str:
    return f"/c/{asked.message.conversation_id}/"


def test_a_question_has_its_answers_in_one_row_and_goes_on_from_the_first(compared, page):
    asked = compared()
    shown = page(address(asked))
    row = shown.split("<side-by-side")[1].split("</side-by-side>")[0]
    assert row.count('<li class="side-column"') == 3
    assert [f'id="m{reply.pk}"' in row for reply in asked.replies] == [True] * 3
    assert row.split("data-chosen")[1].index(f'id="m{asked.replies[0].pk}"') < 200
    assert all(label in row for label in MODELS)


def test_the_answers_stay_in_one_row_when_another_is_chosen(client, compared, page):
    asked = compared()
    page(address(asked))
    piece = client.post(f"/messages/{asked.replies[2].pk}/choose/").content.decode()
    assert piece.count("<side-by-side") == 1
    assert piece.split("data-chosen")[1].index(f'id="m{asked.replies[2].pk}"') < 200


def test_what_is_left_of_a_comparison_is_a_usual_answer(client, compared, page):
    asked = compared(*MODELS[:2])
    client.delete(f"/messages/{asked.replies[1].pk}/")
    page(address(asked))
    client.delete(f"/messages/{asked.replies[1].pk}/")
    assert "<side-by-side class" not in page(address(asked)).split("<template")[0]


def test_a_blind_comparison_names_no_model_until_the_vote(compared, page, vote):
    asked = compared(*MODELS, is_blind=True)
    shown = page(address(asked))
    row = shown.split("<side-by-side")[1].split("</side-by-side>")[0]
    assert f'data-model="{MODELS[0]}"' not in shown
    assert "Best answer" in row
    assert "Continue with this one" not in row
    assert not any(model in row for model in MODELS)
    assert not any(model in page(f"/messages/{reply.pk}/") for reply in asked.replies for model in MODELS)
    told = vote(asked, asked.replies[1].pk).content.decode()
    assert all(model in told for model in MODELS)
    assert "Best answer" not in told
    assert "1 vote" in told


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"reply": "1"}', '{"reply": 0}', '{"reply": -1}', '{"reply": 1e30}'])
def test_a_vote_for_nothing_is_refused(client, compared, alice, body):
    asked = compared()
    client.force_login(alice)
    path = f"/comparisons/{asked.reply.comparison_id}/vote/"
    assert client.post(path, body, content_type="application/json").status_code == 400
    assert client.post(path, '{"reply": 999}', content_type="application/json").status_code == 404
    assert client.post(path, '{"reply": null}', content_type="application/json").status_code == 200


def test_the_tally_counts_a_tie_as_half(compared, page, vote, alice, team):
    assert "Nobody has voted yet" in page("/comparisons/")
    vote(compared(*MODELS[:2]), None)
    assert [one.ties for one in comparisons.tally(alice, team)] == [1, 1]
    assert page("/comparisons/").count(">50%<") >= 2
