"""What a reply says of its calls, its sources and the places it points at, and the list of tools."""

import html
import json
import re

import pytest
from django.utils import timezone

from chats.models import Attachment, Conversation, FunctionSet, Message
from chats.templatetags import citation_tags, spatial_tags, tool_tags

ASKED = {"state": "asked", "tool": "web_search", "can_run": True}
DONE = {"state": "done", "tool": "web_search"}
RESULT = {"text": "[1] Harbour", "is_error": False, "by": "tool", "seconds": 1.24}
SOURCES = [{"url": "https://a.example/x", "title": "Harbour"}, {"url": "javascript:alert(1)", "title": "Trap"}]


@pytest.fixture
def question(team, alice):
    place = Conversation.objects.create(team=team, author=alice, client_id="c", shared_at=timezone.now())
    parts = [{"kind": "text", "text": "?"}]
    return Message.objects.create(conversation=place, author=alice, role="user", client_id="q", parts=parts)


@pytest.fixture
def shown(client, question):
    """The HTML of a reply with these parts, as `user` sees it."""

    def get(*parts, user=None, **fields):
        values = {"status": "complete", "model": "gpt-5", "role": "assistant", "parent": question, **fields}
        place = question.conversation
        reply = Message.objects.create(
            conversation=place, author=place.author, client_id=f"r{place.messages.count()}", parts=list(parts), **values
        )
        client.force_login(user or place.author)
        return client.get(f"/messages/{reply.pk}/").content.decode()

    return get


def call(name="web_search", arguments=None, **facts):
    given = json.dumps(arguments if arguments is not None else {"query": "ferry"})
    return {"kind": "tool_call", "call_id": "c1", "name": name, "arguments": given, "round": 0, **facts}


def text(value):
    return {"kind": "text", "text": value}


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.mark.parametrize(
    ("facts", "status", "said", "buttons"),
    [
        (ASKED, "waiting", "Search the web ferry waits for you", ["approve", "edit", "answer", "refuse"]),
        (ASKED | {"can_run": False}, "waiting", "waits for you", ["answer", "refuse"]),
        (ASKED | {"why": "limit"}, "waiting", "rounds of calls that you allowed are used up", ["approve"]),
        (ASKED | {"state": "doubt"}, "waiting", "may do and charge it twice", ["approve", "refuse"]),
        (ASKED | {"state": "approved"}, "streaming", "Searching the web ferry comes next", []),
        (ASKED | {"state": "running"}, "streaming", "Searching the web ferry runs", []),
        ({}, "streaming", "Searching the web ferry being written", []),
        ({"is_vendors": True}, "streaming", "Searching the web ferry runs", []),
        ({"is_vendors": True}, "complete", "Searched the web ferry", []),
        ({}, "stopped", "Search the web ferry not run", []),
        (ASKED, "stopped", "Search the web ferry not run", []),
        (ASKED | {"state": "doubt"}, "stopped", "Search the web ferry may have run", []),
        (DONE | {"result": RESULT}, "complete", "Searched the web ferry 1.2 s", []),
        (DONE | {"result": RESULT | {"is_error": True}}, "complete", "Searched the web ferry failed", []),
        (DONE | {"result": RESULT | {"by": "person"}}, "complete", "answered by hand", []),
        (DONE | {"result": RESULT | {"is_refused": True}}, "complete", "Search the web ferry refused", []),
        (DONE | {"result": RESULT | {"is_encrypted": True}}, "complete", "only Kimi reads it", []),
        (DONE | {"edited_from": '{"query": "boat"}', "result": RESULT}, "complete", '"boat"', []),
    ],
)
def test_a_call_says_where_it_stands_and_what_can_be_done(shown, facts, status, said, buttons):
    page = shown(call(**facts), status=status, heartbeat_at=timezone.now())
    assert said in words(page)
    offered = re.findall(r'data-step="(\w+)"', page)
    assert [name for name in buttons if name not in offered] == []
    assert bool(offered) == bool(buttons)
    if facts.get("can_run") is False:
        assert "approve" not in offered


def test_only_those_who_may_write_decide(shown, bob, victor):
    page = shown(call(**ASKED), call("convert", **ASKED), status="waiting", user=bob)
    assert re.findall(r'data-asks="(\w+)"', page) == ["approve", "refuse", "stop"]
    seen = shown(call(**ASKED), call("convert", **ASKED), status="waiting", user=victor)
    assert "2 calls wait for you." in words(seen)
    assert not re.search(r"data-(?:step|asks)=", seen)


def test_what_a_tool_wrote_is_text_and_never_markup(shown):
    trap = "<img src=x onerror=alert(1)>"
    page = shown(call("f", {"a": trap, "b": [trap]}, **DONE, result=RESULT | {"text": trap}))
    assert html.escape(trap) in page
    assert trap not in page


def test_a_card_changes_its_mark_with_anything_it_shows(question):
    reply = Message(conversation=question.conversation, role="assistant", status="complete")
    marks = [tool_tags.shown_call(call(**facts), reply).mark for facts in ({}, DONE, ASKED, DONE | {"result": RESULT})]
    assert len(set(marks)) == 4
    assert tool_tags.shown_call(call(**DONE), reply).mark == marks[1]
    waiting = Message(conversation=question.conversation, role="assistant", status="waiting")
    assert tool_tags.shown_call(call(**ASKED), waiting).mark != marks[2]  # now with buttons


@pytest.mark.parametrize(
    ("value", "laid_out"),
    [
        ({"days": [1, 2]}, '{\n  "days": [1, 2]\n}'),
        ({"a": {"text": "x,   y"}}, '{\n  "a": { "text": "x,   y" }\n}'),
        ([["a" * 40, "b" * 40]], f'[\n  [\n    "{"a" * 40}",\n    "{"b" * 40}"\n  ]\n]'),
        ({}, "{}"),
    ],
)
def test_json_is_laid_out_and_says_the_same(value, laid_out):
    shown = tool_tags.laid_out(json.dumps(value))
    assert json.loads(shown) == value
    assert shown == laid_out


def test_arguments_that_are_no_json_are_shown_as_they_came():
    assert tool_tags.laid_out('{"a": ') == '{"a": '


@pytest.mark.parametrize(
    ("body", "spots", "cited", "marks"),
    [
        ("It sails daily.", [[0, 15]], [1], [[15, 0, 1]]),
        ("It sails [1]. Again [1][2].", None, [1], [[8, 4, 1], [19, 4, 1]]),
        ("😀 汉 [1].", None, [1], [[4, 4, 1]]),
        ("`[1]` and\n```\nx[1]\n```", None, [1], []),
        ("A link [1](https://b.example) of its own", None, [1], []),
        ("Nothing is cited.", None, [1], []),
    ],
)
def test_sources_are_numbered_and_stand_where_they_are_cited(question, body, spots, cited, marks):
    """The second source is no address of the web: it keeps its number and is no link."""
    cites = [{"kind": "citation", **source} for source in SOURCES]
    if spots:
        cites[0]["spots"] = spots
    reply = Message(conversation=question.conversation, role="assistant", status="complete", parts=[text(body), *cites])
    assert [source.number for source in citation_tags.sources(reply)] == cited
    found = json.loads(citation_tags.cites(reply, 0) or "[]")
    assert [mark[:3] for mark in found] == marks
    assert all(mark[3] == SOURCES[0]["url"] for mark in found)


@pytest.mark.parametrize(
    ("answer", "marks"),
    [
        ('Here:\n```json\n[{"point":[10,20],"label":"cup"}]\n```', [{"point": [10, 20], "label": "cup"}]),
        ('[{"box_2d":[400,300,100,1200]}]', [{"box": [100, 300, 400, 1000], "label": ""}]),
        ('{"point": [1, true]}', []),
        ('[{"point": [1, 2', []),
        ("A \"point\" is what has no part.", []),
    ],
)  # fmt: skip
def test_points_and_boxes_are_drawn_over_the_picture_of_the_question(question, answer, marks):
    """Also of a question further up, as one asks on about the same picture."""
    picture = Attachment.objects.create(
        team=question.conversation.team, uploader=question.author, kind="image", state="ready", file="a.png", name="a"
    )
    question.parts = [{"kind": "attachment", "id": picture.pk}]
    question.attachments.add(picture)
    first = Message(conversation=question.conversation, role="assistant", parent=question)
    later = Message(conversation=question.conversation, role="user", parent=first)
    reply = Message(conversation=question.conversation, role="assistant", status="complete", parent=later)
    found = spatial_tags.spatial(reply, answer)
    assert json.loads(found.marks if found else "[]") == marks
    assert found is None or found.attachment == picture


def test_the_list_has_tools_with_reasons_and_the_sets_one_may_see(client, team, alice, bob):
    function = {"name": "book", "description": "Books", "parameters": {}, "result": "secret"}
    for name, is_shared in (("Shared", True), ("Hers", False)):
        FunctionSet.objects.create(team=team, author=alice, name=name, is_shared=is_shared, functions=[function])
    client.force_login(bob)
    found = client.get("/tools/?model=kimi-k2.5").json()
    assert {tool["name"] for tool in found["tools"]} > {"web_search", "formula:moonshot/convert:latest"}
    assert [(kept["name"], kept["functions"][0]["name"]) for kept in found["sets"]] == [("Shared", "book")]
    dumb = client.get("/tools/?model=text-embedding-3-small").json()["tools"]
    assert [tool["is_available"] for tool in dumb] == [False]
    assert dumb[0]["why"]
    assert client.get("/tools/").status_code == 404
