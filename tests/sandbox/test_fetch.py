"""Media by address: fetched for real from a server on loopback, within limits, and never from inside by surprise."""

import asyncio
import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from chats.gateway.sandbox import fetch
from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.settings import Settings
from tests.sandbox.conftest import HEADERS
from tests.sandbox.media import film, picture, sound, tone

OPEN = Settings(fetch_private=True)


class Shelf(BaseHTTPRequestHandler):
    """Files by path, one redirect, one that goes in circles, one that never answers."""

    files: dict[str, bytes] = {}
    released = threading.Event()

    def do_GET(self):
        if self.path == "/hang":
            self.released.wait(20)
        if self.path in ("/moved", "/round", "/out"):
            self.send_response(302)
            where = {"/moved": "/red.png", "/round": "/round", "/out": "file:///etc/passwd"}
            self.send_header("Location", where[self.path])
            self.end_headers()
            return
        data = self.files.get(self.path)
        self.send_response(200 if data else 404)
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def shelf():
    Shelf.files = {
        "/red.png": picture("red"),
        "/film.mp4": film("red", "blue"),
        "/tone.wav": sound(tone(660, 1)),
        "/large": bytes(100_000),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    Shelf.released.set()
    server.shutdown()
    server.server_close()


def part(kind: str, url: str) -> dict:
    return {"type": kind, kind: {"url": url}}


def test_links_to_pictures_films_and_sounds_are_fetched(ask, shelf):
    model = "qwen2.5-omni-7b"
    assert "**red**" in ask.text([part("image_url", shelf + "/red.png")], model=model)
    assert "**red → blue**" in ask.text([part("video_url", shelf + "/film.mp4")], model=model)
    assert "**660 Hz**" in ask.text([part("audio_url", shelf + "/tone.wav")], model=model)
    linked = {"type": "input_audio", "input_audio": {"data": shelf + "/tone.wav", "format": "wav"}}
    assert "**660 Hz**" in ask.text([linked], model=model)


async def test_a_redirect_is_followed_and_a_circle_is_not(shelf):
    assert await fetch.source_bytes(shelf + "/moved", OPEN) == Shelf.files["/red.png"]
    with pytest.raises(Refusal, match="too many redirects"):
        await fetch.source_bytes(shelf + "/round", OPEN)
    with pytest.raises(Refusal, match="only http and https"):
        await fetch.source_bytes(shelf + "/out", OPEN)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:9/x", "not public"),
        ("http://localhost:9/x", "not public"),
        ("http://10.0.0.1/x", "not public"),
        ("http://169.254.169.254/latest/meta-data", "not public"),
        ("http://[::1]/x", "not public"),
        ("http://[::ffff:127.0.0.1]/x", "not public"),
        ("http://2130706433/x", "not public"),
        ("http:///x", "only http and https"),
        ("http://name.invalid/x", "unknown"),
    ],
)
async def test_private_addresses_are_not_fetched_unless_allowed(url, why):
    with pytest.raises(Refusal, match=why) as caught:
        await fetch.source_bytes(url, Settings())
    assert caught.value.fault.status == 400


async def test_missing_large_and_unreachable_files_are_refused(shelf):
    with pytest.raises(Refusal, match="status 404"):
        await fetch.source_bytes(shelf + "/nothing", OPEN)
    with pytest.raises(Refusal, match="larger than 1000 bytes"):
        await fetch.source_bytes(shelf + "/large", Settings(fetch_private=True, max_fetch_bytes=1000))
    with pytest.raises(Refusal, match="ConnectError"):
        await fetch.source_bytes("http://127.0.0.1:9/", OPEN)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("data:text/plain;base64,aGk=", b"hi"),
        ("data:;base64,aGk=", b"hi"),
        ("data:,h%69", b"hi"),
        ("aGk=", b"hi"),
        ("aG\nk=", b"hi"),
    ],
)
async def test_data_urls_and_bare_base64(source, expected):
    assert await fetch.source_bytes(source, Settings()) == expected


@pytest.mark.parametrize(
    "source", ["data:;base64", "data:;base64,", "data:;base64,a", "not base64!", "file:///etc/passwd"]
)
async def test_what_is_neither_is_refused(source):
    with pytest.raises(Refusal):
        await fetch.source_bytes(source, OPEN)


async def test_a_client_that_leaves_while_its_film_is_fetched_is_noticed_within_a_second(sandbox, shelf):
    content = [part("video_url", shelf + "/hang")]
    body = {"model": "qwen2.5-omni-7b", "messages": [{"role": "user", "content": content}]}
    async with httpx.AsyncClient(base_url=sandbox.url, headers=HEADERS, trust_env=False) as client:
        sandbox.clear()
        asking = asyncio.create_task(client.post("/v1/chat/completions", json=body, timeout=60))
        await asyncio.to_thread(sandbox.wait_for, lambda seen: seen and seen[0]["parts"])
        left_at = time.time()
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
    entry = await asyncio.to_thread(sandbox.wait_for, lambda seen: seen[0]["closed_by_client_at"] and seen[0])
    assert entry["state"] == "client_closed"
    assert entry["closed_by_client_at"] - left_at < 1.0
