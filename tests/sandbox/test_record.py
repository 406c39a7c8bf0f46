"""What the sandbox remembers of its requests, and that it notices within a second when a client leaves."""

import asyncio
import contextlib
import time

import httpx
import pytest

from chats.gateway.sandbox import record
from chats.gateway.sandbox.record import Entry, Record
from tests.sandbox.conftest import HEADERS
from tests.sandbox.media import data_url, picture


def test_a_request_is_recorded_with_its_parts_and_its_body(ask, sandbox):
    sandbox.clear()
    picture_part = {"type": "image_url", "image_url": {"url": data_url(picture("red"), "image/png")}}
    before = time.time()
    ask.post([picture_part, {"type": "text", "text": "Hi"}], model="gpt-4o", stream=True)
    [entry] = sandbox.requests()
    assert (entry["method"], entry["route"], entry["model"]) == ("POST", "/v1/chat/completions", "gpt-4o")
    assert (entry["state"], entry["status"], entry["key_tail"]) == ("finished", 200, "dbox")
    assert before <= entry["started_at"] <= entry["finished_at"] <= time.time()
    assert entry["closed_by_client_at"] is None
    assert entry["chunks"] > 5
    assert [part["type"] for part in entry["parts"]] == ["text", "image_url"]
    assert entry["parts"][1]["kind"] == "image"
    body = sandbox.body(entry["id"])
    assert body["messages"][0]["content"][0] == picture_part


def test_errors_are_recorded_with_their_status(ask, http, sandbox):
    sandbox.clear()
    ask.post("Hi", model="nope")
    http.get("/v1/nothing")
    assert [entry["status"] for entry in sandbox.requests()] == [503, 404]
    assert {entry["state"] for entry in sandbox.requests()} == {"finished"}


def test_the_record_can_be_emptied_and_tries_are_counted_anew(ask, sandbox):
    ask.post("The same")
    ask.post("The same")
    assert sandbox.requests()[-1]["attempt"] == 2
    sandbox.clear()
    assert sandbox.requests() == []
    ask.post("The same")
    assert sandbox.requests()[-1]["attempt"] == 1


def test_an_unknown_body_is_404(http):
    assert http.get("/sandbox/requests/nobody/body").status_code == 404


def test_old_bodies_make_room_for_new_ones(monkeypatch):
    monkeypatch.setattr(record, "KEPT_BODY_BYTES", 10)
    kept = Record(keeps_bodies=True)
    for name, body in (("a", b"12345"), ("b", b"12345"), ("c", b"12345"), ("d", b"far too large")):
        kept.keep_body(Entry(name, "POST", "/"), body)
    assert [kept.body(name) for name in "abcd"] == [None, b"12345", b"12345", None]


LEAVING = [
    ("while it delays", "delay=30", False),
    ("before the first token", "first_token=30", True),
    ("while it stalls", "stall after 3", True),
    ("while it streams", "pace=20", True),
    ("while it writes a whole answer", "pace=1", False),
]


@pytest.mark.parametrize(("directives", "stream"), [row[1:] for row in LEAVING], ids=[row[0] for row in LEAVING])
async def test_a_client_that_leaves_is_noticed_within_a_second(sandbox, directives, stream):
    body = {"model": "gpt-4o", "stream": stream, "messages": [{"role": "user", "content": f"I leave, {directives}"}]}
    async with httpx.AsyncClient(base_url=sandbox.url, headers=HEADERS, trust_env=False) as client:
        sandbox.clear()
        asking = asyncio.create_task(
            client.post("/v1/chat/completions", json=body, headers={"X-Sandbox": directives}, timeout=60)
        )
        seen = await asyncio.to_thread(
            sandbox.wait_for, lambda all_: all_ and all_[0]["state"] == "streaming" and all_[0]["model"] and all_[0]
        )
        assert seen["closed_by_client_at"] is None
        left_at = time.time()
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
    entry = await asyncio.to_thread(sandbox.wait_for, lambda all_: all_[0]["state"] == "client_closed" and all_[0])
    assert entry["closed_by_client_at"] - left_at < 1.0
