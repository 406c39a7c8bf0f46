"""The sandbox gateway as one ASGI application: `application` for a server or a mounter, Sandbox(settings) for more."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from chats.gateway.sandbox import generations, misbehave, models
from chats.gateway.sandbox.errors import Fault, Refusal, usual
from chats.gateway.sandbox.exchange import ConnectionCut, Exchange
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.record import Entry, Record
from chats.gateway.sandbox.settings import Settings
from chats.gateway.sandbox.stream import Severed
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.workshop import Workshop

logger = logging.getLogger(__name__)


class Sandbox:
    """Works with the prefix it is mounted under still in `root_path` or already stripped."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings.from_env()
        self._record = Record(keeps_bodies=self._settings.inspect)
        self._workshop = Workshop(self._settings)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        match scope["type"]:
            case "lifespan":
                await _live(receive, send)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 4404})
            case "http":
                await self._serve(Exchange(scope, receive, send))

    async def _serve(self, exchange: Exchange) -> None:
        if exchange.path.startswith("/sandbox/"):
            await self._guarded(exchange, self._own(exchange))
            return
        if task := generations.asked_after(exchange):
            await self._guarded(exchange, self._tell(exchange, task))
            return
        entry = Entry(exchange.request_id, exchange.method, exchange.path)
        self._record.add(entry)
        try:
            await self._guarded(exchange, self._answer(exchange, entry), entry)
        except Severed:
            entry.end("cut")
        except ConnectionCut:
            entry.end("cut")
            raise
        except asyncio.CancelledError:
            entry.end("client_closed")
            raise
        except Exception:
            entry.end("failed")
            if not exchange.has_begun:
                raise
            logger.exception("The sandbox failed in the middle of an answer")
            await exchange.sever()
        else:
            entry.end()

    async def _guarded(self, exchange: Exchange, work: Coroutine[Any, Any, None], entry: Entry | None = None) -> None:
        try:
            await work
        except Refusal as refusal:
            if entry:
                entry.status = refusal.fault.rendered("")[0]
            await exchange.refuse(refusal.fault)
        except Severed:
            if entry:
                raise

    async def _tell(self, exchange: Exchange, task: generations.Task) -> None:
        """Polls come by the hundred: no body, no record, no look-out for a client that leaves."""
        allowed = self._checked_key(exchange)
        telling = generations.tell(exchange, self._workshop, task, allowed)
        await (_unless_gone(exchange, telling) if task.form == "content" else telling)

    async def _answer(self, exchange: Exchange, entry: Entry) -> None:
        """The body first, the key next, as daphne hands a request over only when it is whole."""
        body = await exchange.body(self._settings.max_body_bytes)
        self._record.keep_body(entry, body, exchange.headers.get("content-type", ""))
        entry.key_tail = _key(exchange)[-4:]
        allowed = self._checked_key(exchange)
        marks = self._settings.directives + ";" + exchange.headers.get("x-sandbox", "")
        if making := generations.route(exchange):
            call = Call(exchange, entry, body, _key(exchange), allowed, marks)
            await _unless_gone(exchange, making(call, self._workshop))
            return
        asked = misbehave.read(marks)
        await _unless_gone(exchange, self._routed(exchange, entry, allowed, asked))

    async def _routed(self, exchange: Exchange, entry: Entry, allowed: frozenset[str], asked: Misbehaviour) -> None:
        route = exchange.method, exchange.path
        await asyncio.sleep(asked.delay_s)
        if asked.has_fault and (asked.times is None or entry.attempt <= asked.times):
            raise Refusal(asked.fault())
        entry.status = 200
        if route == ("GET", "/v1/models"):
            await self._list(exchange, allowed)
        elif exchange.method == "GET" and exchange.path.startswith("/v1/models/"):
            await self._one(exchange, allowed, exchange.path.removeprefix("/v1/models/"))
        else:
            message = f"Invalid URL ({exchange.method} {exchange.path})"
            raise Refusal(Fault(404, "A", "", message, "invalid_request_error"))

    def _checked_key(self, exchange: Exchange) -> frozenset[str]:
        """The models a key is limited to: "sandbox:gpt-4o,qwen3-max" may use two, "sandbox" all."""
        key, _, limits = _key(exchange).removeprefix("sk-").partition(":")
        if not key.startswith(self._settings.key_prefix):
            raise Refusal(usual(401))
        return frozenset(name for name in limits.split(",") if name)

    def _visible(self, allowed: frozenset[str]) -> list[models.Model]:
        every = models.listed(self._settings).values()
        return [model for model in every if not allowed or model.id in allowed]

    async def _list(self, exchange: Exchange, allowed: frozenset[str]) -> None:
        """Its form depends on the header that carried the key (text.md 1.3)."""
        visible = self._visible(allowed)
        if "x-api-key" in exchange.headers and "anthropic-version" in exchange.headers:
            await exchange.answer_json(models.as_anthropic(visible))
        elif "x-goog-api-key" in exchange.headers or "key" in exchange.query:
            await exchange.answer_json(models.as_google(visible))
        else:
            rows = [models.as_openai(model) for model in visible]
            await exchange.answer_json({"success": True, "object": "list", "data": rows})

    async def _one(self, exchange: Exchange, allowed: frozenset[str], name: str) -> None:
        found = next((model for model in self._visible(allowed) if model.id == name), None)
        if found is None:  # with status 200 (text.md 1.3)
            message = f"The model '{name}' does not exist"
            raise Refusal(Fault(200, "H", "model_not_found", message, "invalid_request_error", "model"))
        await exchange.answer_json(models.as_openai(found))

    async def _own(self, exchange: Exchange) -> None:
        """What no gateway has: results under their links, and a look at what was asked."""
        if exchange.path.startswith(generations.OPEN_PATHS):
            await _unless_gone(exchange, generations.open_file(exchange, self._workshop))
        else:
            await self._inspect(exchange)

    async def _inspect(self, exchange: Exchange) -> None:
        if not self._settings.inspect:
            message = "Invalid URL; SANDBOX_INSPECT=1 opens /sandbox/requests"
            raise Refusal(Fault(404, "A", "", message, "invalid_request_error"))
        self._checked_key(exchange)
        route = exchange.method, exchange.path
        if route == ("GET", "/sandbox/requests"):
            await exchange.answer_json({"requests": self._record.listed()})
        elif exchange.path.startswith("/sandbox/submits"):
            await generations.submits(exchange, self._workshop)
        elif route == ("DELETE", "/sandbox/requests"):
            self._record.clear()
            await exchange.answer(204, "", b"")
        else:
            await self._body(exchange)

    async def _body(self, exchange: Exchange) -> None:
        request_id = exchange.path.removeprefix("/sandbox/requests/").removesuffix("/body")
        body = self._record.body(request_id)
        if body is None:
            raise Refusal(Fault(404, "A", "", "no such body is kept", "invalid_request_error"))
        await exchange.answer(200, "application/json", body)


def _key(exchange: Exchange) -> str:
    """Bearer or bare everywhere; the other headers on some routes only (text.md 1.2)."""
    scheme, _, rest = exchange.headers.get("authorization", "").partition(" ")
    key = rest.strip() if scheme.lower() == "bearer" else scheme
    if not key and exchange.path.startswith(("/v1/models", "/v1beta/")):
        query = exchange.query.get("key", [""])[0]
        key = exchange.headers.get("x-goog-api-key") or query
    if not key and exchange.path.startswith(("/v1/models", "/v1/messages", "/v1beta/")):
        key = exchange.headers.get("x-api-key", "")
    return key


async def _unless_gone(exchange: Exchange, work: Coroutine[Any, Any, None]) -> None:
    """Ends the work as soon as the client has left; whoever waits sees CancelledError."""
    working, watching = asyncio.create_task(work), asyncio.create_task(exchange.until_gone())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        watching.cancel()
        if not working.done():
            working.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    await working


async def _live(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


application = Sandbox()
