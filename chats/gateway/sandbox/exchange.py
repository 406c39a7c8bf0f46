"""One HTTP request and what is written back, over plain ASGI; no framework."""

import asyncio
import json
import secrets
import time
import zlib
from typing import Any
from urllib.parse import parse_qs

from chats.gateway.sandbox.errors import JSON, Fault, Refusal, usual

OUR_PATHS = ("/v1/", "/v1beta/", "/kling/", "/sandbox/")


class ConnectionCut(Exception):
    """Raised after a response began, which is how a server that is not daphne learns to break the connection."""


class Exchange:
    """`path` is what follows the prefix the sandbox is mounted under."""

    def __init__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self._receive, self._send = receive, send
        self.root = scope.get("root_path", "")
        self._scheme = scope.get("scheme", "http")
        self._is_daphne = "spec_version" not in scope.get("asgi", {})  # which every other server states
        self.method: str = scope["method"]
        self.path = _inner_path(scope["path"], scope.get("root_path", ""))
        self.headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        self.query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        self.request_id = f"toio{time.strftime('%Y%m%d%H%M%S', time.gmtime())}{secrets.token_hex(4)}"
        self.has_begun = False

    def address(self, path: str) -> str:
        """`path` of this sandbox as whoever asks would reach it."""
        scheme = self.headers.get("x-forwarded-proto", self._scheme)
        return f"{scheme}://{self.headers.get('host', 'localhost')}{self.root}{path}"

    async def body(self, limit: int) -> bytes:
        """The whole request body, unpacked; more than `limit` bytes are refused with 413."""
        pieces, size = [], 0
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise asyncio.CancelledError
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            _check_size(size, limit)
            more = message.get("more_body", False)
        return _unpacked(b"".join(pieces), self.headers.get("content-encoding", ""), limit)

    async def until_gone(self) -> None:
        """Returns when the client has closed the connection; call it after the body was read."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def begin(self, status: int, content_type: str, extra: dict[str, str] | None = None) -> None:
        headers = {"X-Oneapi-Request-Id": self.request_id} | (extra or {})
        if content_type:
            headers = {"Content-Type": content_type} | headers
        pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})
        self.has_begun = True

    async def write(self, data: bytes, more: bool = True) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def answer(self, status: int, content_type: str, body: bytes) -> None:
        await self.begin(status, content_type, {"Content-Length": str(len(body))})
        await self.write(body, more=False)

    async def answer_json(self, payload: Any, status: int = 200) -> None:
        await self.answer(status, JSON, encoded(payload))

    async def refuse(self, fault: Fault) -> None:
        await self.answer(*fault.rendered(self.request_id))

    async def sever(self) -> None:
        """Breaks the connection in the middle of an answer; ASGI has no message for it.

        Other servers close it when an exception comes after the response began. In daphne 4.2 that exception stops
        application_checker for good (handle_exception starts a second response), so there the connection itself
        is closed; should it be out of reach behind some middleware, the answer at least ends too early.
        """
        if channel := _daphne_channel(self._send):
            channel.loseConnection()
            return
        if not self.has_begun:
            await self.begin(200, JSON, {"Content-Length": "1"})
        if not self._is_daphne:
            raise ConnectionCut
        await self.write(b"", more=False)


def _daphne_channel(send: Any) -> Any:
    """daphne's `send` is partial(handle_reply, request); middleware may have put partials around it."""
    for argument in getattr(send, "args", ()):
        if channel := getattr(argument, "channel", None) or _daphne_channel(argument):
            return channel
    return None


def _inner_path(path: str, root: str) -> str:
    """ASGI lets servers pass the whole path beside root_path; a mounter may have stripped it already."""
    inner = path.removeprefix(root)
    return inner if inner.startswith(OUR_PATHS) else path


def encoded(payload: Any) -> bytes:
    """Characters as they are; half a surrogate pair can only be written as an escape."""
    try:
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(payload, separators=(",", ":")).encode()


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise Refusal(usual(413))


def _unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding not in {"gzip", "deflate"}:
        return body
    unpacker = zlib.decompressobj(wbits=47)  # 32 + 15: gzip or zlib, as its header says
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise Refusal(usual(400, code="bad_request_body")) from error
    _check_size(len(plain), limit)
    return plain
