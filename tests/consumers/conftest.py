"""A socket as a browser speaks it, against the sandbox over real HTTP."""

import asyncio
import contextlib
import json

import pytest
from channels.testing import WebsocketCommunicator
from django.utils.crypto import get_random_string

from chats import broadcasts, replies
from chats.gateway import client
from chats.gateway.sandbox import server


class Socket:
    """`frames` keeps all that came; `until(type, …)` waits for the first that fits and has not been taken."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self.communicator = communicator
        self.frames: list[dict] = []
        self._taken: set[int] = set()

    async def send(self, type_: str, **fields) -> None:
        await self.communicator.send_json_to({"type": type_, **fields})

    async def until(self, type_: str, within_s: float = 10, **fields) -> dict:
        async with asyncio.timeout(within_s):
            while True:
                for index, frame in enumerate(self.frames):
                    fits = frame["type"] == type_ and all(frame.get(k) == v for k, v in fields.items())
                    if fits and index not in self._taken:
                        self._taken.add(index)
                        return frame
                self.frames.append(json.loads(await self.communicator.receive_from(timeout=within_s)))

    async def text(self, message: int, part: int = 0) -> str:
        """The text of a part as pieced together from the deltas that came so far, by offset."""
        text = b""
        for frame in self.frames:
            if frame["type"] == "message.delta" and frame["message"] == message:
                for index, _, at, piece in frame["ops"]:
                    if index == part:
                        assert at * 2 <= len(text), "a gap"
                        units = piece.encode("utf-16-le")
                        text += units[len(text) - at * 2 :] if at * 2 + len(units) > len(text) else b""
        return text.decode("utf-16-le")

    async def ask(self, text: str, **fields) -> dict:
        question = {"client_id": get_random_string(12), "conversation": None, "parent": None, "text": text}
        await self.send("message.create", **(question | {"model": "qwen3-max-preview"} | fields))
        return await self.until("message.accepted")

    async def open(self, conversation: int, lengths: dict | None = None) -> dict:
        await self.send("conversation.open", conversation=conversation, lengths=lengths or {})
        return await self.until("conversation.opened")

    async def ask_and_open(self, text: str, **fields) -> dict:
        accepted = await self.ask(text, **fields)
        await self.open(accepted["conversation"])
        return accepted

    async def ended(self, message: int) -> dict:
        while (frame := await self.until("message.changed", message=message))["status"] in ("queued", "streaming"):
            pass
        return frame


@pytest.fixture(scope="session")
def sandbox():
    handle = server.start()
    yield handle
    handle.stop()


@pytest.fixture(autouse=True)
def _sandbox_answers(settings, sandbox):
    settings.SANDBOX_URL = sandbox.url
    settings.CELERY_TASK_ALWAYS_EAGER = True


@pytest.fixture
async def connect(client_session):
    """`await connect(user)` is a signed-in Socket; all are closed, and all replies ended, after the test."""
    opened: list[WebsocketCommunicator] = []

    async def connect_as(user) -> Socket:
        from playground.asgi import application

        headers = [(b"cookie", f"sessionid={await client_session(user)}".encode()), (b"origin", b"http://testserver")]
        headers.append((b"host", b"testserver"))
        communicator = WebsocketCommunicator(application, "/ws/", headers=headers)
        is_connected, _ = await communicator.connect(timeout=5)
        assert is_connected
        opened.append(communicator)
        return Socket(communicator)

    yield connect_as
    for communicator in opened:
        with contextlib.suppress(asyncio.CancelledError, asyncio.TimeoutError):
            await communicator.disconnect()
    await replies.shutdown()
    broadcasts._hub = None


@pytest.fixture
def client_session(client):
    from asgiref.sync import sync_to_async
    from django.test import Client

    @sync_to_async
    def sign_in(user) -> str:
        browser = Client()
        browser.force_login(user)
        return browser.cookies["sessionid"].value

    return sign_in


__all__ = ["client"]
