"""The reply that is being written: folds the gateway's events into parts and cuts them into deltas."""

import time
from dataclasses import dataclass, field
from typing import Any

from chats.gateway.values import (
    Citation,
    Event,
    Finished,
    MediaOut,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    Usage,
)

OP_CHARACTERS = 40  # brackets, kind and numbers of one op
FRAME_CHARACTERS = 8_000  # at most 6 bytes each once escaped: under 64 KB with room for the envelope


def utf16_length(text: str) -> int:
    """As JavaScript counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(slots=True)
class DraftPart:
    """One part with its text in pieces: `length` and `told` are UTF-16 units, `told` is what viewers have."""

    kind: str
    chunks: list[str] = field(default_factory=list)
    length: int = 0
    told: int = 0
    untold: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def append(self, text: str) -> None:
        if "\x00" in text:
            text = text.replace("\x00", "\ufffd")  # PostgreSQL stores none; what is shown is what is kept
        self.chunks.append(text)
        self.untold.append(text)
        self.length += utf16_length(text)

    @property
    def text(self) -> str:
        if len(self.chunks) > 1:
            self.chunks = ["".join(self.chunks)]
        return self.chunks[0] if self.chunks else ""

    def as_json(self) -> dict[str, Any]:
        written = {"text": self.text} if self.kind in ("text", "reasoning") else {}
        return {"kind": self.kind, **written, **self.facts}

    @classmethod
    def of(cls, part: dict[str, Any]) -> "DraftPart":
        facts = {key: value for key, value in part.items() if key not in ("kind", "text")}
        text = part.get("text", "")
        length = utf16_length(text)
        return cls(part["kind"], [text] if text else [], length, length, [], facts)


Op = tuple[int, str, int, str]  # part, kind, UTF-16 offset, text


@dataclass(slots=True)
class Draft:
    """`revision` grows with each change that viewers are told of; `is_dirty` means untold text waits."""

    message_id: int
    conversation_id: int
    parts: list[DraftPart] = field(default_factory=list)
    revision: int = 0
    saved_revision: int = -1
    is_dirty: bool = False
    usage: Usage | None = None
    finish_reason: str = ""
    media: dict[str, list[MediaOut]] = field(default_factory=dict)
    calls: dict[int, DraftPart] = field(default_factory=dict)
    citations: list[dict[str, Any]] = field(default_factory=list)
    is_reshaped: bool = False  # something came that deltas do not carry: viewers refetch after the next save
    first_token_at: float | None = None  # wall clock, seconds
    thinking_began: float | None = None  # monotonic
    thinking_s: float | None = None

    def take(self, event: Event) -> None:
        match event:
            case TextDelta(text, signature):
                self._say(text, signature)
            case ReasoningDelta(text, signature):
                self._think(text, signature)
            case ToolCallDelta():
                self._call(event)
            case MediaOut():
                self._touch()
                self.media.setdefault(event.key or event.kind, []).append(event)
            case Citation(url, title):
                self.citations.append({"kind": "citation", "url": url, "title": title})
            case Usage():
                self.usage = event
            case Finished(reason):
                self.finish_reason = reason

    def _touch(self) -> None:
        if self.first_token_at is None:
            self.first_token_at = time.time()
        self.is_dirty = True

    def _write(self, kind: str, text: str) -> DraftPart:
        if not self.parts or self.parts[-1].kind != kind:
            self.parts.append(DraftPart(kind))
        part = self.parts[-1]
        part.append(text)
        self._touch()
        return part

    def _say(self, text: str, signature: str) -> None:
        """Gemini signs text too, perhaps after its last word: the signature goes to the part that was said."""
        self._end_thinking()
        if text:
            self._write("text", text)
        if signature and self.parts and self.parts[-1].kind == "text":
            self.parts[-1].facts["signature"] = signature

    def _think(self, text: str, signature: str) -> None:
        if self.thinking_began is None:
            self.thinking_began = time.monotonic()
        if text:
            self._write("reasoning", text)
        last = next((part for part in reversed(self.parts) if part.kind == "reasoning"), None)
        if signature and last:
            last.facts["signature"] = last.facts.get("signature", "") + signature

    def _end_thinking(self) -> None:
        if self.thinking_began is not None and self.thinking_s is None:
            self.thinking_s = time.monotonic() - self.thinking_began

    def _call(self, event: ToolCallDelta) -> None:
        self._end_thinking()
        part = self.calls.get(event.index)
        if part is None:
            part = DraftPart("tool_call", facts={"call_id": "", "name": "", "arguments": ""})
            self.calls[event.index] = part
            self.parts.append(part)
        facts = part.facts
        facts["call_id"] = facts["call_id"] or event.call_id
        facts["name"] = facts["name"] or event.name
        facts["arguments"] += event.arguments
        self.is_reshaped = True
        self._touch()

    @property
    def has_output(self) -> bool:
        return bool(self.parts or self.media)

    def as_json(self) -> list[dict[str, Any]]:
        return [part.as_json() for part in self.parts] + self.citations

    def size(self) -> int:
        return sum(part.length for part in self.parts)

    def untold(self) -> list[list[Op]]:
        """What viewers do not have yet, cut into frames' worth; afterwards they count as told."""
        ops: list[Op] = []
        for index, part in enumerate(self.parts):
            if part.untold:
                ops.extend(_pieces(index, part.kind, part.told, "".join(part.untold)))
                part.untold.clear()
                part.told = part.length
        self.is_dirty = False
        return _frames(ops)

    def missing(self, lengths: list[int]) -> list[list[Op]]:
        """What a viewer lacks who has `lengths` UTF-16 units of each part."""
        ops: list[Op] = []
        for index, part in enumerate(self.parts):
            have = lengths[index] if index < len(lengths) else 0
            if part.kind in ("text", "reasoning") and part.told > have:
                ops.extend(_pieces(index, part.kind, have, _between(part.text, have, part.told)))
        return _frames(ops)


def _between(text: str, start: int, end: int) -> str:
    """The UTF-16 units from `start` to `end`; a cut inside a character takes the whole character."""
    if text.isascii():
        return text[start:end]
    units = text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end]
    return units.decode("utf-16-le", "replace")


def _pieces(index: int, kind: str, at: int, text: str) -> list[Op]:
    pieces: list[Op] = []
    for start in range(0, len(text), FRAME_CHARACTERS):
        piece = text[start : start + FRAME_CHARACTERS]
        pieces.append((index, kind, at, piece))
        at += utf16_length(piece)
    return pieces


def _frames(ops: list[Op]) -> list[list[Op]]:
    frames: list[list[Op]] = []
    room = 0
    for op in ops:
        if len(op[3]) + OP_CHARACTERS > room:
            frames.append([])
            room = FRAME_CHARACTERS + OP_CHARACTERS
        frames[-1].append(op)
        room -= len(op[3]) + OP_CHARACTERS
    return frames
