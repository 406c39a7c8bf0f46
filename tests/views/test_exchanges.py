"""What the wire panel is told of a kept exchange, and that a copied command makes the very same call."""

import asyncio
import io
import json
import subprocess
from collections.abc import Iterator
from contextlib import aclosing
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from chats import catalog, exchanges
from chats.gateway import client as gateway
from chats.gateway.body import Base64
from chats.gateway.recording import Recording
from chats.gateway.sandbox import server
from chats.gateway.values import Credentials, Part, Prompt, Request, Turn
from chats.models import Comparison, Conversation, Exchange, Message

CREDENTIALS = Credentials("https://gateway.example", "the-secret-key", {"X-Project": "films"})
PICTURE = bytes(range(256)) * 600
STREAM = (
    'data: {"choices":[{"index":0,"delta":{"reasoning_content":"Hm. "}}]}\n\n'
    'data: {"choices":[{"index":0,"delta":{"content":"你好, "}}]}\n\n'
    'data: {"choices":[{"index":0,"delta":{"content":"Ada"},"finish_reason":"stop"}]}\n\n'
    'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}\n\ndata: [DONE]\n\n'
).encode()


@pytest.fixture
def reply(team, alice) -> Message:
    conversation = Conversation.objects.create(team=team, author=alice, client_id="1")
    facts = {"conversation": conversation, "author": alice, "model": "qwen3-max"}
    asked = Message.objects.create(role="user", client_id="1", parts=[{"kind": "text", "text": "Hi"}], **facts)
    return Message.objects.create(role="assistant", client_id="2", parent=asked, status="complete", **facts)


@pytest.fixture
def browser(alice) -> Client:
    made = Client(headers={"X-Requested-With": "fetch"})
    made.force_login(alice)
    return made


def recording(request: Request | None = None, chunks=(STREAM,), status: int = 200) -> Recording:
    request = request or Request("POST", "/v1/chat/completions", json={"model": "qwen3-max", "stream": True})
    made = Recording(request, CREDENTIALS, "qwen3-max", "chat_completions")
    made.sent()
    made.answered(status, {"content-type": "text/event-stream", "x-oneapi-request-id": "toio1"})
    for chunk in chunks:
        made.heard(chunk)
    made.ended()
    return made


def kept(reply: Message, made: Recording | None = None, label: str = "reply") -> Exchange:
    return exchanges.keep(
        made or recording(), team=reply.conversation.team, author=reply.author, message=reply, label=label
    )


def test_the_panel_lists_the_calls_of_a_reply_and_opens_the_last(browser, reply):
    kept(reply)
    last = kept(reply, recording(status=503, chunks=[b'{"error":{}}']), label="tool")
    page = browser.get(f"/messages/{reply.pk}/exchanges/").text
    assert page.count("<option value") >= 3  # two to choose from, and the other to compare with
    assert f'data-exchange="{last.pk}"' in page
    assert "the-secret-key" not in page


def test_a_reply_without_calls_says_so(browser, reply):
    page = browser.get(f"/messages/{reply.pk}/exchanges/").text
    assert "Nothing was kept" in page
    assert "<wire-exchange" not in page


def test_the_body_comes_back_to_the_byte_and_with_references_for_its_media(browser, reply):
    document = {"model": "gpt-4o", "messages": [{"content": "你", "image": Base64(PICTURE, "data:image/png;base64,")}]}
    exchange = kept(reply, recording(Request("POST", "/v1/chat/completions", json=document)))
    sent = browser.get(f"/exchanges/{exchange.pk}/sent/").content
    document["messages"][0]["image"] = str(document["messages"][0]["image"])
    assert sent == json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    shown = browser.get(f"/exchanges/{exchange.pk}/sent.json").json()
    assert shown["messages"][0]["image"]["$media"]["bytes"] == len(PICTURE)


def test_chunks_are_told_as_text_wherever_they_were_cut(browser, reply):
    exchange = kept(reply, recording(chunks=[bytes([byte]) for byte in STREAM]))
    told = browser.get(f"/exchanges/{exchange.pk}/received.json").json()["chunks"]
    assert len(told) == len(STREAM)
    assert "".join(chunk["text"] for chunk in told) == STREAM.decode()
    assert browser.get(f"/exchanges/{exchange.pk}/received/").content == STREAM


@pytest.mark.parametrize("size", [1, 7, 5000])
def test_a_replay_says_what_the_reply_said(browser, reply, size):
    exchange = kept(reply, recording(chunks=[STREAM[at : at + size] for at in range(0, len(STREAM), size)]))
    events = browser.get(f"/exchanges/{exchange.pk}/replay/").json()["events"]
    said = {kind: "".join(e["text"] for e in events if e["kind"] == kind) for kind in ("text", "reasoning", "finished")}
    assert said == {"text": "你好, Ada", "reasoning": "Hm. ", "finished": "stop"}
    assert {"tokens_in": 3, "tokens_out": 4}.items() <= next(e for e in events if e["kind"] == "usage").items()
    assert [e["at_s"] for e in events] == sorted(e["at_s"] for e in events)


def test_a_replay_goes_on_after_what_was_not_kept(browser, reply):
    lines = [b'data: {"choices":[{"index":0,"delta":{"content":"%d "}}]}\n\n' % n for n in range(30_000)]
    text = b"".join(lines)
    pieces = [text[at : at + 4001] for at in range(0, len(text), 4001)]
    events = browser.get(f"/exchanges/{kept(reply, recording(chunks=pieces)).pk}/replay/").json()["events"]
    gap = next(at for at, event in enumerate(events) if event["kind"] == "gap")
    before = "".join(event["text"] for event in events[:gap])
    after = "".join(event["text"] for event in events[gap + 1 :] if event["kind"] == "text")
    assert before.startswith("0 1 2 ")
    assert after.endswith("29998 29999 ")
    assert events[gap]["bytes"] > 0


def test_all_rounds_are_replayed_with_what_the_tools_answered(browser, reply):
    reply.parts = [
        {"kind": "tool_call", "name": "clock", "round": 0, "state": "done", "result": {"text": "noon"}},
        {"kind": "tool_call", "name": "search", "round": 0, "is_vendors": True, "result": {"text": "found by itself"}},
    ]
    reply.save(update_fields=["parts"])
    first, second = kept(reply), kept(reply)
    kept(reply, label="tool")
    Exchange.objects.filter(pk=second.pk).update(sent_at=first.sent_at + timedelta(seconds=5))
    events = browser.get(f"/messages/{reply.pk}/replay/").json()["events"]
    told = [event for event in events if event["kind"] in ("text", "tool_result")]
    assert "".join(event["text"] for event in told) == "你好, Adanoon你好, Ada"
    assert next(event["at_s"] for event in told if event["text"] == "noon") == 5
    assert [event["at_s"] for event in events] == sorted(event["at_s"] for event in events)


def test_a_refusal_is_replayed_as_its_error(browser, reply):
    made = recording(status=429, chunks=[b'{"error":{"message":"slow down"}}'])
    made.error = "rate_limited: slow down"
    events = browser.get(f"/exchanges/{kept(reply, made).pk}/replay/").json()["events"]
    assert [(event["kind"], event["text"]) for event in events] == [("error", "rate_limited: slow down")]


def test_a_blind_comparison_keeps_its_wires_to_itself_until_the_vote(browser, reply):
    exchange = kept(reply)
    comparison = Comparison.objects.create(question=reply.parent, author=reply.author, is_blind=True)
    Message.objects.filter(pk=reply.pk).update(comparison=comparison)
    assert "qwen3-max" not in browser.get(f"/messages/{reply.pk}/exchanges/").text
    assert browser.get(f"/exchanges/{exchange.pk}/").status_code == 404
    assert browser.get(f"/exchanges/{exchange.pk}/sent.json").status_code == 404


def test_however_many_answers_there_are_the_panel_asks_as_often(browser, reply, django_assert_max_num_queries):
    def others(count: int) -> list[Exchange]:
        facts = {"conversation": reply.conversation, "author": reply.author, "role": "assistant", "model": "gpt-4o"}
        blind = [
            Comparison.objects.create(question=reply.parent, author=reply.author, is_blind=n % 2) for n in range(count)
        ]
        made = [
            Message.objects.create(
                client_id=f"o{one.pk}", parent=reply.parent, status="complete", comparison=one, **facts
            )
            for one in blind
        ]
        return [kept(message) for message in made]

    kept(reply)
    others(2)
    with CaptureQueriesContext(connection) as few:
        browser.get(f"/messages/{reply.pk}/exchanges/")
    made = others(20)
    with django_assert_max_num_queries(len(few)):
        page = browser.get(f"/messages/{reply.pk}/exchanges/").text
    assert [f'value="{one.pk}"' in page for one in made] == [n % 2 == 0 for n in range(20)]


def test_a_signed_address_names_a_file_that_can_be(client, reply):
    path = f"{exchanges.signed_path(kept(reply))}?file="
    for position, status in (("0" * 5000, 404), ("9" * 5000, 404), ("9", 410), ("", 200), ("x", 200)):
        assert client.get(path + position).status_code == status, position


def test_a_deleted_file_is_told_as_gone(browser, reply):
    exchange = kept(reply)
    exchange.sent_file = "exchanges/gone.gz"
    exchange.save(update_fields=["sent_file"])
    for form in ("sent/", "sent.json", "snippet/"):
        assert browser.get(f"/exchanges/{exchange.pk}/{form}").status_code == 410


@pytest.fixture(scope="module")
def sandbox() -> Iterator[server.Handle]:
    with server.start(env={"SANDBOX_TOKENS_PER_S": "0", "SANDBOX_TASK_SCALE": "0"}) as handle:
        yield handle


def asked_of(sandbox: server.Handle, spec: catalog.ModelSpec, prompt: Prompt) -> Recording:
    """One real call."""
    found: list[Recording] = []

    async def call() -> None:
        credentials = Credentials(sandbox.url, server.KEY)
        if spec.protocol == "images":
            await gateway.submit(spec, prompt, credentials, on_exchange=found.append)
        else:
            async with aclosing(gateway.stream(spec, prompt, credentials, on_exchange=found.append)) as events:
                assert [event async for event in events]
        await gateway.close()

    asyncio.run(call())
    return found[0]


def picture() -> bytes:
    """Too large to stand in a command."""
    target = io.BytesIO()
    Image.effect_noise((400, 400), 90).save(target, "PNG")
    return target.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("model", "role"), [("gpt-4o", ""), ("gpt-image-1", "source")], ids=["picture", "form"])
def test_a_copied_command_makes_the_same_call_files_included(browser, reply, live_server, sandbox, model, role):
    parts = (
        Part("image", data=picture(), content_type="image/png", name="a.png", role=role),
        Part("text", "What's it?"),
    )
    made = asked_of(sandbox, catalog.get(model), Prompt((Turn("user", parts),)))
    exchange = kept(reply, made)
    command = browser.get(
        f"/exchanges/{exchange.pk}/snippet/?language=curl", headers={"host": live_server.url[7:]}
    ).text
    assert "/exchanges/signed/" in command
    subprocess.run(["bash"], input=command, text=True, env={"TOIOTECH_API_KEY": server.KEY, "PATH": "/usr/bin:/bin"})
    ours, copied = sandbox.requests()[-2:]
    assert ours["body_bytes"] > 100_000
    assert (copied["sha256"], copied["route"]) == (ours["sha256"], ours["route"])
    assert copied["status"] == 200
