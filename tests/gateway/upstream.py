"""A gateway on a real socket that does exactly what a test tells it, and remembers what reached it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

LIST = b'{"success":true,"object":"list","data":[{"id":"m-1","object":"model"},{"id":"m-2","object":"model"}]}'


def chunk(text: str | None = None, finish: str | None = None, **delta: Any) -> bytes:
    delta = delta if text is None else {"content": text, **delta}
    payload = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
ANSWER = (chunk("Hello"), chunk(" there"), chunk(finish="stop"), DONE)


@dataclass
class Received:
    """One request, and the connection it came on."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    is_closed: asyncio.Event  # set when the other side hung up

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Answering:
    """What a script does on one request."""

    def __init__(self, request: Received, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self.writer = writer

    async def head(self, status: int = 200, content_type: str = "text/event-stream", **headers: str) -> None:
        lines = {"Content-Type": content_type, "Transfer-Encoding": "chunked", "X-Oneapi-Request-Id": "toio1"}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        text = f"HTTP/1.1 {status} Status\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await self.writer.drain()

    async def end(self) -> None:
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()

    def cut(self) -> None:
        self.writer.transport.abort()

    async def hang(self) -> None:
        await self.request.is_closed.wait()


Script = Callable[[Answering], Awaitable[None]]


def answers(*pieces: bytes, status: int = 200, content_type: str = "text/event-stream", **headers: str) -> Script:
    async def script(answering: Answering) -> None:
        await answering.head(status, content_type, **headers)
        await answering.send(*pieces)
        await answering.end()

    return script


def refuses(status: int, code: str = "", message: str = "no", **headers: str) -> Script:
    body = json.dumps({"error": {"message": message, "type": "toio_api_error", "code": code}}).encode()
    return answers(body, status=status, content_type="application/json", **headers)


class Upstream:
    """Plays its scripts one after the other, the last one for ever."""

    def __init__(self, *scripts: Script, host: str = "127.0.0.1") -> None:
        self.host = host
        self.scripts = list(scripts)
        self.requests: list[Received] = []
        self._arrived = asyncio.Condition()
        self._connections = 0

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Line(self._serve), self.host, 0)
        self.url = f"http://{self.host}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def request(self, n: int = 0) -> Received:
        """The n-th request, as soon as it is there."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) > n)
        return self.requests[n]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hung_up: asyncio.Event) -> None:
        self._connections += 1
        connection = self._connections
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while not hung_up.is_set() and not writer.transport.is_closing():
                request = await self._received(reader, connection, hung_up)
                async with self._arrived:
                    self.requests.append(request)
                    self._arrived.notify_all()
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                await script(Answering(request, writer))
        writer.close()

    async def _received(self, reader: asyncio.StreamReader, connection: int, hung_up: asyncio.Event) -> Received:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Received(method, path, headers, body, connection, hung_up)


class Line(asyncio.StreamReaderProtocol):
    """A connection that notices when the other side hangs up, also while nobody reads."""

    def __init__(self, serve: Callable[..., Awaitable[None]]) -> None:
        self.hung_up = asyncio.Event()
        reader = asyncio.StreamReader(limit=2**20)
        super().__init__(reader, lambda reader, writer: serve(reader, writer, self.hung_up))

    def eof_received(self) -> bool | None:
        self.hung_up.set()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self.hung_up.set()
        super().connection_lost(exc)
