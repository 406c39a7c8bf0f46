"""Sends the chunks of an answer as server-sent events: at a natural pace, or as wrongly as was asked."""

import asyncio
from collections.abc import Iterable, Iterator

from chats.gateway.sandbox.chunks import Chunk
from chats.gateway.sandbox.errors import Fault
from chats.gateway.sandbox.exchange import Exchange, encoded
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.record import Entry

EVENT_STREAM = "text/event-stream"
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
SHORTEST_PING_S = 0.01
SENT_AT_ONCE = 16  # deltas between two looks at the rest of the loop, when no pace is kept


class Severed(Exception):
    """The connection was broken on demand; nothing more can be sent."""


class EventStream:
    """One streamed answer; `tokens_per_s` 0 keeps no pace."""

    def __init__(self, exchange: Exchange, entry: Entry, odd: Misbehaviour, tokens_per_s: float) -> None:
        self._exchange, self._entry, self._odd = exchange, entry, odd
        self._gap_s = 1 / tokens_per_s if tokens_per_s else 0.0
        self._eol = b"\r\n" if odd.has_crlf else b"\n"
        self._loop = asyncio.get_running_loop()
        self._next_ping = self._next_delta = self._loop.time()
        self._deltas = 0
        self._tripped: set[str] = set()

    async def begin(self) -> None:
        await self._exchange.begin(200, EVENT_STREAM, HEADERS)
        await self._exchange.write(b"")  # daphne holds the headers back until something is written
        self._entry.status = 200
        if self._odd.ping_s is not None:
            await self._ping()
        await self.pause(self._odd.first_token_s)

    async def pause(self, seconds: float) -> None:
        """Waits, with the pings that are due meanwhile."""
        await self._wait_until(self._loop.time() + seconds)
        self._next_delta = self._loop.time()

    async def send_all(self, chunks: Iterable[Chunk]) -> None:
        """Ends the response, or raises Severed."""
        for chunk, is_last in _with_last(chunks):
            if (chunk.is_delta or chunk.is_finish) and await self._is_over(chunk.is_finish):
                break
            if chunk.wait_s and self._gap_s:
                await self.pause(chunk.wait_s)
            if chunk.is_delta:
                await self._keep_pace()
            await self._event(encoded(chunk.payload), is_last and not self._odd.has_done, chunk.event)
        else:
            if self._odd.has_done:
                await self._event(b"[DONE]", True)
        await self._exchange.write(b"", more=False)

    async def _is_over(self, at_end: bool) -> bool:
        """Does what was asked to happen here; an answer too short for `after:N` has it before its end."""
        if self._is_due("stall", self._odd.stall_after, at_end):
            await self.pause(self._odd.stall_s)
        if self._is_due("cut", self._odd.cut_after, at_end):
            await self._exchange.sever()
            raise Severed
        if self._is_due("error", self._odd.error_after, at_end):
            await self._error()
            return True
        return False

    def _is_due(self, name: str, after: int | None, at_end: bool) -> bool:
        if after is None or name in self._tripped or (self._deltas < after and not at_end):
            return False
        self._tripped.add(name)
        return True

    async def _error(self) -> None:
        """Inside a 200 answer: a bare JSON line as after a ping, or as an event (errors.md 4)."""
        is_event = self._odd.error_form == "data"
        name, body = self._told(self._odd.fault(self._entry.model), is_event)
        if is_event:
            await self._event(body, True, name)
        else:
            await self._write(body + self._eol)

    def _told(self, fault: Fault, is_event: bool) -> tuple[str, bytes]:
        """The event's name and its data; routes whose streams have an error of their own say it here."""
        return "", fault.rendered(self._exchange.request_id)[2]

    async def _keep_pace(self) -> None:
        self._deltas += 1
        if self._gap_s:
            await self._wait_until(self._next_delta)
            self._next_delta += self._gap_s
        elif self._deltas % SENT_AT_ONCE == 0:
            await asyncio.sleep(0)  # daphne's send never waits, so nothing else would run

    async def _wait_until(self, moment: float) -> None:
        while (left := moment - self._loop.time()) > 0:
            if self._odd.ping_s is None:
                await asyncio.sleep(left)
                continue
            await asyncio.sleep(max(0.0, min(left, self._next_ping - self._loop.time())))
            if self._loop.time() >= self._next_ping:
                await self._ping()

    async def _ping(self) -> None:
        self._next_ping = self._loop.time() + max(self._odd.ping_s or 0.0, SHORTEST_PING_S)
        await self._write(b": PING" + self._eol * 2)

    async def _event(self, data: bytes, is_last: bool, name: str = "") -> None:
        end = b"" if is_last and not self._odd.has_last_newline else self._eol * 2
        head = b"event: " + name.encode() + self._eol if name else b""
        await self._write(head + b"data: " + data + end)
        self._entry.chunks += 1

    async def _write(self, line: bytes) -> None:
        size = self._odd.split_bytes or len(line)
        for at in range(0, len(line), size):
            await self._exchange.write(line[at : at + size])
            if self._odd.split_bytes:
                await asyncio.sleep(0)


def _with_last(chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, bool]]:
    """Each chunk and whether it is the last."""
    remaining = iter(chunks)
    held = next(remaining, None)
    while held is not None:
        following = next(remaining, None)
        yield held, following is None
        held = following
