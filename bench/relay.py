"""The relay measured: the same questions asked of the upstream directly and through the whole product, in one run."""

import asyncio
import json
import re
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field

import aiohttp

from bench.wire import ASKED
from tests.live import HERE, Product
from tests.services import accepts, free_port, wait_until

STAMP = re.compile(r"t=(\d+) ")
MODEL = ASKED["chat_completions"]


@dataclass
class Run:
    """Latencies in ms; `lost` and `doubled` count stamped deltas at any viewer."""

    first_ms: list[float] = field(default_factory=list)
    delta_ms: list[float] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0

    def take(self, text: str, now_ns: int) -> int:
        stamps = STAMP.findall(text)
        self.delta_ms.extend((now_ns - int(stamp)) / 1e6 for stamp in stamps)
        return len(stamps)

    def count(self, seen: int, expected: int) -> None:
        self.lost += max(0, expected - seen)
        self.doubled += max(0, seen - expected)


class Upstream:
    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Upstream":
        self.process = subprocess.Popen([sys.executable, "-m", "bench.upstream", str(self.port)], cwd=HERE)
        wait_until(lambda: accepts(self.port), "the upstream listening")
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()


def wish(rate: int, count: int) -> str:
    return f"rate={rate} count={count}"


async def ask_directly(session: aiohttp.ClientSession, url: str, rate: int, count: int, run: Run) -> None:
    body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": wish(rate, count)}]}
    began, seen, is_first = time.monotonic_ns(), 0, True
    async with session.post(f"{url}/v1/chat/completions", json=body) as answer:
        async for line in answer.content:
            if line.startswith(b'data: {"id"'):
                now = time.monotonic_ns()
                if is_first:
                    run.first_ms.append((now - began) / 1e6)
                    is_first = False
                seen += run.take(json.loads(line[6:])["choices"][0]["delta"]["content"], now)
    run.count(seen, count)


class Viewer:
    """A socket that reads as a browser does: offsets drop overlap, acknowledgements keep it in step."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self.line = line
        self.received = 0
        self.acked_at = 0.0

    async def send(self, **frame) -> None:
        await self.line.send_str(json.dumps(frame))

    async def frame(self) -> dict:
        message = await self.line.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, message
        self.received += len(message.data)
        now = time.monotonic()
        if now - self.acked_at > 1:
            self.acked_at = now
            await self.send(type="ack", bytes=self.received)
        return json.loads(message.data)

    async def until(self, *types: str) -> dict:
        while (frame := await self.frame())["type"] not in types:
            assert frame["type"] != "frame.refused", frame
        return frame

    async def open(self, conversation: int) -> None:
        await self.send(type="conversation.open", conversation=conversation, lengths={})
        await self.until("conversation.opened")

    async def watch(self, message: int, run: Run, count: int, began: int | None = None) -> None:
        seen = length = 0
        while True:
            frame = await self.frame()
            now = time.monotonic_ns()
            if frame["type"] == "message.delta" and frame["message"] == message:
                if began and not seen:
                    run.first_ms.append((now - began) / 1e6)
                for _, _, at, text in frame["ops"]:
                    assert at <= length, "a gap"
                    fresh = text[length - at :]
                    length += len(fresh)
                    seen += run.take(fresh, now)
            elif frame["type"] == "message.changed" and frame["message"] == message and frame["status"] != "streaming":
                run.count(seen, count)
                return


@dataclass
class Pair:
    """One conversation with the one who asks and one who looks on."""

    asker: Viewer
    onlooker: Viewer
    conversation: int
    leaf: int

    async def ask(self, rate: int, count: int, run: Run, other: Run, protocol: str = "chat_completions") -> None:
        began = time.monotonic_ns()
        question = {"client_id": uuid.uuid4().hex, "conversation": self.conversation, "parent": self.leaf}
        question |= {"model": ASKED[protocol], "text": wish(rate, count), "attachments": []}
        question["parameters"] = {"protocol": protocol}
        await self.asker.send(type="message.create", **question)
        accepted = await self.asker.until("message.accepted")
        self.leaf = accepted["reply"]
        await asyncio.gather(
            self.asker.watch(self.leaf, run, count, began), self.onlooker.watch(self.leaf, other, count)
        )


MEMBERS = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from chats.models import Membership, Team
store = import_module(settings.SESSION_ENGINE).SessionStore
team = Team.objects.get()
for number in range({first}, {first} + {count}):
    user = get_user_model().objects.create(username=f"member{{number}}", password="!")
    Membership.objects.create(team=team, user=user)
    session = store()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print("session", session.session_key)
"""


async def make_pairs(product: Product, session: aiohttp.ClientSession, first: int, count: int) -> list[Pair]:
    """Each pair is a member of the team with two tabs; the second one looks on."""
    script = MEMBERS.format(first=first, count=count)
    printed = await asyncio.to_thread(product.manage, script)
    keys = [line.split()[1] for line in printed.splitlines() if line.startswith("session ")]
    return [await make_pair(product.url, session, key) for key in keys]


async def make_pair(url: str, session: aiohttp.ClientSession, key: str) -> Pair:
    asker, onlooker = await line(url, session, key), await line(url, session, key)
    question = {"client_id": uuid.uuid4().hex, "conversation": None, "parent": None, "model": MODEL}
    await asker.send(type="message.create", text=wish(1000, 1), attachments=[], parameters={}, **question)
    accepted = await asker.until("message.accepted")
    await asker.open(accepted["conversation"])
    await onlooker.open(accepted["conversation"])
    return Pair(asker, onlooker, accepted["conversation"], accepted["reply"])


async def line(url: str, session: aiohttp.ClientSession, key: str) -> Viewer:
    headers = {"Cookie": f"sessionid={key}", "Origin": url}
    return Viewer(await session.ws_connect(f"{url}/ws/", headers=headers, max_msg_size=0))


def product_at(upstream: Upstream) -> Product:
    return Product(environment={"TOIOTECH_API_KEY": "bench", "GATEWAY_BASE_URL": upstream.url})
