"""A reply that comes as server-sent events: how it is read, closed and found wanting, whatever the wire format."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from chats.catalog import ModelSpec

from .characters import storable
from .errors import GatewayError
from .protocols import ReplyProtocol
from .sse import EventReader
from .values import Citation, Event, Finished, FinishReason, ReasoningDelta, Usage

Payload = Mapping[str, Any]

UNREADABLE = "bad_stream_data"
READ_TIMEOUT_S = 310.0  # the gateway itself gives up after 300 s of silence (text.md 2.1)

_ODD = (AttributeError, TypeError, ValueError, LookupError, RecursionError)  # a shape nobody has seen yet
_decode = json.JSONDecoder().raw_decode  # a third quicker than json.loads, and this runs for every delta


class Reading:
    """What one reply has told so far. A format writes `told` and `reason`, and `rest` where it holds text back."""

    def __init__(self) -> None:
        self.is_done = False  # it said its last word
        self.usage: Usage | None = None
        self.finish = ""  # the vendor's word for the end; without one the reply is incomplete
        self.has_answer = False  # something besides reasoning came
        self._cited: set[tuple[str, int | None]] = set()

    def told(self, payload: Payload) -> Iterable[Event]:
        """What one payload says; raises GatewayError for an error inside a 200. May fail on shapes nobody has seen."""
        raise NotImplementedError

    def rest(self) -> Iterable[Event]:
        """What was held back until the end."""
        return ()

    def reason(self) -> FinishReason:
        """Why it ended, in our words; raises GatewayError where `finish` is a breakdown."""
        raise NotImplementedError

    def events(self, data: bytes) -> Iterator[Event]:
        try:
            yield from self.told(_parsed(data))
        except _ODD as error:
            raise _unreadable(data) from error

    def close(self) -> Iterator[Event]:
        """What was held back, usage and the end; raises GatewayError when the end was not reached."""
        try:
            yield from self._ending()
        except _ODD as error:
            raise _unreadable(b"") from error

    def _ending(self) -> Iterator[Event]:
        for event in self.rest():
            self.has_answer |= not isinstance(event, ReasoningDelta | Citation)
            yield event
        if self.usage:
            yield self.usage
        if not self.finish:
            raise GatewayError("incomplete", 200, is_retryable=True)
        reason = self.reason()
        if not self.has_answer and reason in ("stop", "tool_calls"):
            raise GatewayError("upstream", 200, "empty_reply", is_retryable=True)
        yield Finished(reason)

    def cited(self, url: object, title: object = "", at: int | None = None) -> Iterator[Citation]:
        """A source once for each place it supports; where nobody says, once in all."""
        address = storable(url)
        if address and (address, at) not in self._cited:
            self._cited |= {(address, at), (address, None)}
            yield Citation(address, storable(title), at)


R = TypeVar("R", bound=Reading)


class StreamedReply(ReplyProtocol, Generic[R]):
    """A protocol names its reading and writes `request`. A whole JSON answer is read as well as a stream of them."""

    reads: type[R]

    def __init__(self) -> None:
        self.events = EventReader()
        self.reading = self.reads()

    def read(self, chunk: bytes) -> Iterator[Event]:
        reading = self.reading
        for _name, data in self.events.feed(chunk):
            if data[:6] == b"[DONE]":  # of chat completions; a proxy may add it to others
                reading.is_done = True
            else:
                yield from reading.events(data)
            self.is_done = reading.is_done

    def close(self) -> Iterator[Event]:
        for _name, data in self.events.close():
            if data[:6] != b"[DONE]":
                yield from self._last(data)
        yield from self.reading.close()

    def _last(self, data: bytes) -> Iterator[Event]:
        """An event that the end cut in two is no more than what the missing finish reason tells as well."""
        try:
            yield from self.reading.events(data)
        except GatewayError as error:
            if error.code != UNREADABLE:
                raise


def silence_s(spec: ModelSpec) -> float:
    """How long this model may be silent between bytes."""
    silent_s: float = spec.options.get("read_timeout_s", READ_TIMEOUT_S)
    return silent_s


def _unreadable(data: bytes) -> GatewayError:
    return GatewayError("upstream", 200, UNREADABLE, data[:1000].decode("utf-8", "replace"), is_retryable=True)


def _parsed(data: bytes) -> Payload:
    text = data.decode("utf-8", "replace").strip()
    if not text:
        return {}
    payload: Payload = _decode(text)[0]
    return payload
