"""What the server's HTML of a message says, in each of its states."""

import datetime
import html
import re

import pytest
from django.utils import timezone

from chats.models import Conversation, Message
from chats.templatetags import message_tags

NOW = timezone.now()
USAGE = {"prompt_tokens": 1843, "completion_tokens": 212, "reasoning_tokens": 40, "cached_tokens": None}


@pytest.fixture
def question(team, alice):
    conversation = Conversation.objects.create(team=team, author=alice, client_id="c", shared_at=NOW)
    return ask(conversation, alice, "What does it show?")


def ask(conversation, author, text, parent=None):
    parts = [{"kind": "text", "text": text}]
    count = conversation.messages.count()
    return Message.objects.create(
        conversation=conversation, author=author, role="user", client_id=f"q{count}", parts=parts, parent=parent
    )


@pytest.fixture
def reply(question):
    def make(*parts, **fields):
        values = {"status": "complete", "finish_reason": "stop", "model": "qwen2.5-omni-7b", **fields}
        number = question.conversation.messages.count()
        return Message.objects.create(
            conversation=question.conversation,
            parent=question,
            author=question.author,
            role="assistant",
            client_id=f"r{number}",
            parts=list(parts),
            **values,
        )

    return make


@pytest.fixture
def shown(client, alice):
    def get(message, user=alice):
        client.force_login(user)
        answer = client.get(f"/messages/{message.pk}/")
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def text(value: str) -> dict:
    return {"kind": "text", "text": value}


def test_raw_text_comes_back_unit_for_unit(shown, reply):
    value = "\n a <b> & \"q\" 'x'\r\nnext\rlast 😀 汉\n"
    page = shown(reply(text(value)))
    inside = re.search(r'<markdown-text data-part="0" data-kind="text">([\s\S]*?)</markdown-text>', page)[1]
    assert html.unescape(inside.replace("&#13;", "\r")) == value
    assert "\r" not in inside  # a parser would turn it into a line feed


def test_a_reply_says_what_it_cost(shown, reply):
    sent = NOW - datetime.timedelta(seconds=10)
    times = {
        "sent_at": sent,
        "first_token_at": sent + datetime.timedelta(seconds=0.4),
        "finished_at": sent + datetime.timedelta(seconds=4.4),
    }
    page = words(shown(reply(text("It rains."), usage=USAGE, parameters={"temperature": 0.7}, **times)))
    assert "212 tokens · 0.4 s · 53 tok/s" in page
    assert "Tokens in 1,843" in page
    assert "40 for thinking" in page
    assert "temperature 0.7" in page


def test_what_nobody_told_is_unknown_and_not_zero(shown, reply):
    page = words(shown(reply(text("It rains."), usage=None)))
    assert "– · – · –" in page
    assert "0 tokens" not in page


def test_thinking_is_folded_and_tells_its_time(shown, reply):
    page = shown(reply({"kind": "reasoning", "text": "hm"}, text("Yes."), thinking_s=4.2))
    assert "Thought 4.2 s" in words(page)
    assert not re.search(r"<details[^>]*open", page)


@pytest.mark.parametrize(
    ("fields", "parts", "expected", "button"),
    [
        ({"status": "stopped"}, ["half"], "Stopped.", "Continue"),
        ({"status": "stopped"}, [], "Stopped.", "Try again"),
        ({"status": "interrupted"}, ["half"], "Interrupted: the server stopped while", "Continue"),
        ({"status": "interrupted"}, [], "Interrupted: the server stopped before", "Try again"),
        ({"status": "incomplete", "finish_reason": "length"}, ["half"], "Cut off at the length limit.", "Continue"),
        ({"status": "incomplete", "finish_reason": ""}, ["half"], "The reply broke off.", "Continue"),
        ({"status": "complete", "finish_reason": "content_filter"}, [], "content filter", ""),
        ({"status": "complete"}, [], "The model ended without an answer.", "Try again"),
        ({"status": "failed", "error": {"kind": "auth", "status": 401}}, [], "does not accept the key", "Try again"),
        ({"status": "failed", "error": {"kind": "forbidden_model"}}, [], "may not use", "Answer with another model"),
        (
            {"status": "incomplete", "error": {"kind": "upstream"}},
            ["half"],
            "What came until then is kept.",
            "Continue",
        ),
    ],
)
def test_each_state_says_what_happened_and_offers_one_step(shown, reply, fields, parts, expected, button):
    page = shown(reply(*map(text, parts), **fields))
    assert expected in words(page)
    steps = re.findall(r'<button class="button" type="button" data-action="\w+">([^<]+)</button>', page)
    assert steps == ([button] if button else [])


def test_a_failure_keeps_its_details_folded(shown, reply):
    error = {
        "kind": "upstream",
        "status": 502,
        "code": "bad",
        "message": "<b>boom</b>",
        "request_id": "toio1",
        "tries": 3,
    }
    page = shown(reply(status="failed", error=error))
    details = re.search(r'<details class="error-details">([\s\S]*?)</details>', page)[1]
    assert {"502", "bad", "toio1", "3", "<b>boom</b>"} <= set(words(details).split())


def test_who_may_only_read_is_offered_no_change(shown, reply, victor):
    page = shown(reply(text("half"), status="stopped"), victor)
    assert "Stopped." in page
    assert not re.search(r'data-action="(?:continue|retry|model|edit)"', page)
    assert 'data-action="copy"' in page


def test_an_address_that_is_no_page_is_not_linked(shown, reply):
    cited = [{"kind": "citation", "url": url, "title": "t"} for url in ("javascript:alert(1)", "https://example.com")]
    assert re.findall(r'<a href="([^"]*)"', shown(reply(text("a"), *cited))) == ["https://example.com"]


def test_a_kind_of_part_that_is_not_known_is_left_out(shown, reply):
    assert "It rains." in shown(reply({"kind": "hologram"}, text("It rains.")))


def test_a_long_question_is_folded_and_a_short_one_is_not(shown, question, alice):
    assert "data-folded" not in shown(question)
    long = ask(question.conversation, alice, "\n".join(f"line {n}" for n in range(40)))
    assert "data-folded" in shown(long)
    assert "Show all" in shown(long)


def test_siblings_can_be_reached(shown, reply):
    first, second = reply(text("one")), reply(text("two"))
    assert f'data-sibling="{second.pk}"' in shown(first)
    assert "1/2" in words(shown(first))
    assert "2/2" in words(shown(second))


def test_the_page_brings_the_bubbles_of_what_will_be_sent(client, alice, question):
    client.force_login(alice)
    page = client.get(f"/c/{question.conversation_id}/").content.decode()
    for role in ("user", "assistant"):
        bubble = re.search(rf'<template data-pending="{role}">([\s\S]*?)</template>', page)[1]
        assert f'data-role="{role}"' in bubble
        assert "data-pending" in bubble
        assert " id=" not in bubble.split(">")[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "–"), (0.04, "<0.1 s"), (0.4, "0.4 s"), (9.94, "9.9 s"), (42.4, "42 s"), (72.4, "1 min 12 s")],
)
def test_durations_read_well(value, expected):
    assert message_tags.seconds(value) == expected


def test_an_estimate_is_marked():
    message = Message(usage={"completion_tokens": 5, "is_estimated": True})
    assert message_tags.figures(message).tokens == "≈5 tokens"
