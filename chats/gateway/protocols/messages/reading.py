"""The events of a Claude message, or a whole one, as ours (text.md 5.2 to 5.4)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chats.gateway import errors, nesting
from chats.gateway.characters import Characters, storable
from chats.gateway.streamed import Payload, Reading
from chats.gateway.values import (
    Event,
    FinishReason,
    Opaque,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolResult,
)

from .steps import is_shell, name_of, outcome, shell_arguments
from .usage import usage

PROTOCOL = "messages"
_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "pause_turn": "pause",
    "refusal": "content_filter",
}


@dataclass(slots=True)
class _Block:
    """One content block while it grows; `call` is our index of a tool, -1 for none."""

    kind: str
    start: Payload
    call: int = -1
    arguments: Characters = field(default_factory=Characters)
    pieces: list[str] = field(default_factory=list)  # of its arguments
    sources: list[Payload] = field(default_factory=list)  # citations of a text

    @property
    def is_own(self) -> bool:
        return self.kind == "tool_use"


class ClaudeReading(Reading):
    """What one reply has told so far."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._thought = Characters(), Characters()
        self._said = 0  # characters of the answer's text
        self._blocks: dict[int, _Block] = {}
        self._calls: dict[str, int] = {}  # id of a tool's use to our index
        self._count = 0
        self._has_own = False
        self._told_usage: dict[str, Any] = {}
        self._container = ""
        self._handlers: dict[str, Callable[[Payload], Iterable[Event]]] = {
            "message_start": lambda payload: self._message(payload["message"]),
            "content_block_start": lambda payload: self._begun(payload["index"], payload["content_block"]),
            "content_block_stop": lambda payload: self._ended(payload["index"]),
            "message_delta": self._closing,
            "message_stop": self._stopped,
            "message": self._message,
            "ping": lambda _payload: (),
        }

    def told(self, payload: Payload) -> Iterable[Event]:
        kind = payload.get("type")
        if kind == "content_block_delta":  # nearly every event
            delta = payload["delta"]
            if delta["type"] == "text_delta":
                return self._spoken(delta["text"])
            return self._grown(payload["index"], delta)
        if handler := self._handlers.get(str(kind)):
            return handler(payload)
        if errors.is_error(payload):
            raise errors.from_payload(payload)
        return ()

    def rest(self) -> Iterator[Event]:
        """Of blocks that nobody closed, only what can be shown: half a step is none that could go back."""
        for block in self._blocks.values():
            yield from self._last_of(block)

    def reason(self) -> FinishReason:
        reason = _REASONS.get(self.finish, "stop")
        return "tool_calls" if reason == "stop" and self._has_own else reason

    def _spoken(self, text: str) -> Iterable[Event]:
        if not (text := self._text.whole(text)):
            return ()
        self.has_answer = True
        self._said += len(text)
        return (TextDelta(text),)

    def _grown(self, index: int, delta: Payload) -> Iterator[Event]:
        kind = delta["type"]
        if kind == "thinking_delta":
            if text := self._thought.whole(delta["thinking"]):
                yield ReasoningDelta(text)
        elif kind == "signature_delta":
            yield from self._signed(delta["signature"])
        elif kind == "input_json_delta":
            yield from self._asked(self._blocks[index], delta["partial_json"])
        elif kind == "citations_delta":
            self._blocks[index].sources.append(delta["citation"])

    def _signed(self, signature: object) -> Iterator[Event]:
        if half := self._thought.rest():
            yield ReasoningDelta(half)
        if signature:
            yield ReasoningDelta("", storable(signature))

    def _message(self, message: Payload) -> Iterator[Event]:
        """The start of one, or the whole of it."""
        yield from self._went_on_in(message.get("container"))
        for index, block in enumerate(message.get("content") or ()):
            yield from self._begun(index, block)
            yield from self._ended(index)
        self._count_tokens(message.get("usage"))
        self.finish = storable(message.get("stop_reason")) or self.finish

    def _closing(self, payload: Payload) -> Iterator[Event]:
        self._count_tokens(payload.get("usage"))
        delta = payload.get("delta") or {}
        self.finish = storable(delta.get("stop_reason")) or self.finish
        yield from self._went_on_in(delta.get("container"))

    def _stopped(self, _payload: Payload) -> Iterable[Event]:
        self.is_done = True
        return ()

    def _count_tokens(self, told: Payload | None) -> None:
        """Cumulative, and later ones name less."""
        self._told_usage |= {name: value for name, value in (told or {}).items() if value is not None}
        self.usage = usage(self._told_usage)

    def _went_on_in(self, container: Payload | None) -> Iterator[Event]:
        if container and container.get("id") and container["id"] != self._container:
            self._container = container["id"]
            ends_at = container.get("expires_at")
            yield Opaque(PROTOCOL, {"type": "container", "id": container["id"], "expires_at": ends_at})

    def _begun(self, index: int, start: Payload) -> Iterator[Event]:
        block = self._blocks[index] = _Block(storable(start.get("type")), start)
        if block.kind == "text":
            block.sources += start.get("citations") or ()
            yield from self._spoken(start.get("text") or "")
        elif block.kind == "thinking":
            if text := self._thought.whole(start.get("thinking") or ""):
                yield ReasoningDelta(text)
            yield from self._signed(start.get("signature"))
        elif block.kind.endswith("tool_use"):
            yield from self._called(block)
        elif block.kind.endswith("_tool_result"):
            yield from self._came_of(start)

    def _called(self, block: _Block) -> Iterator[Event]:
        block.call, self._count = self._count, self._count + 1
        self.has_answer = True
        self._has_own |= block.is_own
        call_id = storable(block.start.get("id"))
        self._calls[call_id] = block.call
        name = storable(block.start.get("name")) if block.is_own else name_of(block.start)
        yield ToolCallDelta(block.call, call_id, name, is_vendors=not block.is_own)
        if given := block.start.get("input"):  # whole at once
            yield from self._asked(block, json.dumps(given, ensure_ascii=False))

    def _asked(self, block: _Block, piece: str) -> Iterator[Event]:
        if piece := block.arguments.whole(piece):
            block.pieces.append(piece)
            if not is_shell(block.start) and block.call >= 0:
                yield ToolCallDelta(block.call, arguments=piece, is_vendors=not block.is_own)

    def _came_of(self, block: Payload) -> Iterator[Event]:
        index = self._calls.get(storable(block.get("tool_use_id")))
        text, is_error = outcome(block)
        if index is not None:
            yield ToolResult(index, text, is_error)

    def _ended(self, index: int) -> Iterator[Event]:
        block = self._blocks.pop(index)
        yield from self._last_of(block)
        if block.kind not in ("text", "thinking", "tool_use"):
            yield Opaque(PROTOCOL, _whole(block))

    def _last_of(self, block: _Block) -> Iterator[Event]:
        if block.kind == "text":
            yield from self._cited_by(block)
        elif block.kind == "thinking":
            yield from self._signed("")
        elif half := block.arguments.rest():
            yield from self._asked(block, half)
        if is_shell(block.start) and block.pieces:
            yield ToolCallDelta(block.call, arguments=shell_arguments("".join(block.pieces)), is_vendors=True)

    def _cited_by(self, block: _Block) -> Iterator[Event]:
        """A text that cites supports what stands right before its end."""
        if half := self._text.rest():
            yield from self._spoken(half)
        for source in block.sources:
            yield from self.cited(source.get("url"), source.get("title"), self._said)


def _whole(block: _Block) -> Mapping[str, Any]:
    """A block as it has to go back: a use of a tool with the input that came in pieces."""
    if not block.pieces:
        return dict(block.start)
    try:
        return {**block.start, "input": nesting.parsed("".join(block.pieces))}
    except ValueError:
        return dict(block.start)
