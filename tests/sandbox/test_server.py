"""Alone or mounted, under daphne or uvicorn: the same sandbox, set up by its environment."""

import asyncio
import base64
import json
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest
import uvicorn

from chats.gateway.sandbox import server
from chats.gateway.sandbox.app import Sandbox, application
from chats.gateway.sandbox.settings import Settings
from tests.sandbox.conftest import HEADERS
from tests.sandbox.media import data_url, film, silence, sound

QUESTION = {"model": "qwen3-max-preview", "messages": [{"role": "user", "content": "Hi"}]}


def client_of(app, root_path: str = "") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, root_path=root_path)
    return httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=HEADERS)


@pytest.mark.parametrize(
    ("root_path", "before"), [("", ""), ("/sandbox", ""), ("/sandbox", "/sandbox"), ("/deep/down", "/deep/down")]
)
async def test_the_mounters_prefix_may_be_stripped_or_not(root_path, before):
    app = Sandbox(Settings(inspect=True))
    async with client_of(app, root_path) as client:
        assert (await client.get(before + "/v1/models/gpt-4o")).json()["id"] == "gpt-4o"
        listed = (await client.get(before + "/sandbox/requests")).json()["requests"]
    assert [entry["route"] for entry in listed] == ["/v1/models/gpt-4o"]


async def test_mounted_it_shows_nobody_what_was_asked():
    """The record holds what people wrote."""
    async with client_of(application) as client:
        assert (await client.get("/v1/models")).status_code == 200
        for path in ("/sandbox/requests", "/sandbox/requests/x/body"):
            assert (await client.get(path)).status_code == 404
        assert (await client.delete("/sandbox/requests")).status_code == 404


def test_settings_come_from_the_environment():
    env = {
        "SANDBOX_TOKENS_PER_S": "0",
        "SANDBOX_FETCH_PRIVATE": "yes",
        "SANDBOX_INSPECT": "1",
        "SANDBOX_KEY_PREFIX": "sandbox-7",
        "SANDBOX_MODELS": "gpt-4o,own-model",
        "SANDBOX_DIRECTIVES": "crlf",
    }
    settings = Settings.from_env(env)
    assert settings == Settings(0.0, True, True, "sandbox-7", ("gpt-4o", "own-model"), "crlf")
    assert Settings.from_env({}) == Settings()


async def test_a_narrower_list_a_longer_key_and_directives_for_all():
    settings = Settings(models=("gpt-4o", "own-model"), key_prefix="sandbox-7", directives="status=529")
    async with client_of(Sandbox(settings)) as client:
        assert (await client.get("/v1/models")).status_code == 401
        client.headers["Authorization"] = "Bearer sandbox-7x"
        assert (await client.get("/v1/models")).status_code == 529
    async with client_of(Sandbox(Settings(models=("gpt-4o", "own-model"), tokens_per_s=0))) as client:
        rows = (await client.get("/v1/models")).json()["data"]
        assert [row["id"] for row in rows] == ["gpt-4o", "own-model"]
        answer = await client.post("/v1/chat/completions", json=QUESTION | {"model": "own-model"})
        assert answer.status_code == 200
        assert (await client.post("/v1/chat/completions", json=QUESTION)).status_code == 503


async def test_without_a_catalog_it_lists_a_handful(tmp_path):
    async with client_of(Sandbox(Settings(catalog=tmp_path / "none.toml"))) as client:
        ids = {row["id"] for row in (await client.get("/v1/models")).json()["data"]}
    assert {"qwen2.5-omni-7b", "qwen3-max-preview", "gpt-4o"} <= ids
    assert len(ids) < 12


async def test_a_body_over_the_limit_is_413():
    async with client_of(Sandbox(Settings(max_body_bytes=100))) as client:
        answer = await client.post("/v1/chat/completions", content=b"x" * 101)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "read_request_body_failed")


async def test_the_loop_goes_on_turning_while_media_are_measured():
    """How late it was is printed as a fact; that it turned at all is the assertion."""
    lengthy = [
        {"type": "video_url", "video_url": {"url": data_url(film("red", "blue", seconds=3, fps=30, size=(640, 360)))}},
        {"type": "input_audio", "input_audio": {"data": _base64(sound(silence(60))), "format": "wav"}},
    ]
    body = {"model": "qwen2.5-omni-7b", "messages": [{"role": "user", "content": lengthy}]}
    late: list[float] = []

    async def tick():
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append(time.perf_counter() - began - 0.005)

    async with client_of(Sandbox(Settings(tokens_per_s=0))) as client:
        ticking = asyncio.create_task(tick())
        answer = await client.post("/v1/chat/completions", json=body)
        ticking.cancel()
    assert answer.status_code == 200
    assert len(late) >= 5
    print(f"\nloop: {len(late)} turns while measuring, at worst {max(late) * 1000:.0f} ms late")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


async def test_lifespan_and_websockets_are_answered():
    sent: list[dict] = []
    incoming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}, {"type": "websocket.connect"}])

    async def receive():
        return next(incoming)

    async def send(message):
        sent.append(message)

    await application({"type": "lifespan"}, receive, send)
    await application({"type": "websocket"}, receive, send)
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
        "websocket.close",
    ]


@pytest.fixture
def under_uvicorn():
    config = uvicorn.Config(Sandbox(Settings(tokens_per_s=0, inspect=True)), port=0, log_level="critical")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


def test_uvicorn_runs_it_as_well_and_a_cut_is_a_cut(under_uvicorn):
    with httpx.Client(base_url=under_uvicorn, headers=HEADERS, trust_env=False) as client:
        answer = client.post("/v1/chat/completions", json=QUESTION | {"stream": True})
        assert answer.text.endswith("data: [DONE]\n\n")
        with pytest.raises(httpx.RemoteProtocolError):
            client.post("/v1/chat/completions", json=QUESTION | {"stream": True}, headers={"X-Sandbox": "cut=5"})
        states = [entry["state"] for entry in client.get("/sandbox/requests").json()["requests"]]
    assert states == ["finished", "cut"]


WRAPPED = """
import sys
from functools import partial
from daphne.server import Server
from chats.gateway.sandbox.app import Sandbox
from chats.gateway.sandbox.settings import Settings

sandbox = Sandbox(Settings(tokens_per_s=0))
async def pass_on(send, message): await send(message)
def opaque(send):
    async def inner(message): await send(message)
    return inner
async def by_partials(scope, receive, send): await sandbox(scope, receive, partial(pass_on, send))
async def by_closure(scope, receive, send): await sandbox(scope, receive, opaque(send))

server = Server({"partials": by_partials, "closure": by_closure}[sys.argv[1]], ["tcp:port=0:interface=127.0.0.1"])
server.ready_callable = lambda: print(server.listening_addresses[0][1], flush=True)
server.run()
"""


@pytest.mark.parametrize("kind", ["partials", "closure"])
def test_a_cut_behind_middleware_ends_the_answer_and_not_the_server(kind):
    process = subprocess.Popen([sys.executable, "-c", WRAPPED, kind], cwd=server.ROOT, stdout=subprocess.PIPE)
    url = f"http://127.0.0.1:{process.stdout.readline().decode().strip()}/v1/chat/completions"

    def ask(directives):
        headers = HEADERS | {"X-Sandbox": directives}
        return httpx.post(url, json=QUESTION | {"stream": True}, headers=headers, trust_env=False)

    try:
        if kind == "partials":
            with pytest.raises(httpx.RemoteProtocolError):
                ask("cut=5")
        else:
            assert 'finish_reason":"stop' not in ask("cut=5").text
        assert ask("").text.endswith("[DONE]\n\n")
    finally:
        process.kill()
        process.communicate()


def test_it_stops_when_told_and_when_its_starter_is_gone():
    handle = server.start()
    assert httpx.get(handle.url + "/v1/models", headers=HEADERS).status_code == 200
    handle.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(handle.url + "/v1/models", headers=HEADERS)
    orphan = server.start()
    orphan.process.stdin.close()
    orphan.process.wait(10)
    orphan.stop()


def test_a_port_in_use_is_told_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "chats.gateway.sandbox", "--port", str(port)]
        done = subprocess.run(command, cwd=server.ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert "is the port in use?" in done.stderr


def test_it_needs_neither_django_nor_the_media_libraries_to_start():
    code = "import json, sys, chats.gateway.sandbox.app; print(json.dumps(sorted(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=server.ROOT, capture_output=True, text=True, check=True)
    packages = {name.partition(".")[0] for name in json.loads(loaded.stdout)}
    assert "chats" in packages
    assert not packages & {"django", "av", "PIL", "numpy"}
