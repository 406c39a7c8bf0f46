"""The reply that is being written: folds the gateway's events into parts and cuts them into deltas."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from chats.gateway.values import (
    Citation,
    Event,
    Finished,
    MediaOut,
    Opaque,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolResult,
    Usage,
)
from chats.models import Message

from .spots import Spots, utf16_length

OP_CHARACTERS = 40  # brackets, kind and numbers of one op
FRAME_CHARACTERS = 8_000  # at most 6 bytes each once escaped: under 64 KB with room for the envelope
RESULT_BYTES = 140_000  # of all tools' results in one reply, in UTF-8: a row stays under 256 KB
OPAQUE_BYTES = 60_000


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

    def as_json(self, *, is_whole: bool = False) -> dict[str, Any]:
        written = {"text": self.text} if self.kind in ("text", "reasoning") else {}
        if self.facts.get("is_left_out") and not is_whole:
            return {"kind": self.kind, "protocol": self.facts["protocol"], "is_left_out": True}
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
    round: int = 0  # one call of the gateway each; more than one where tools are called
    media: dict[str, list[MediaOut]] = field(default_factory=dict)
    placed: dict[str, DraftPart] = field(default_factory=dict)  # pictures that stand among the words, by their key
    calls: dict[int, DraftPart] = field(default_factory=dict)  # of this round
    citations: dict[str, dict[str, Any]] = field(default_factory=dict)
    spots: Spots = field(default_factory=Spots)
    result_room: int = RESULT_BYTES
    opaque_room: int = OPAQUE_BYTES
    is_reshaped: bool = False  # something came that deltas do not carry: viewers refetch after the next save
    first_token_at: float | None = None  # wall clock, seconds
    thinking_began: float | None = None  # monotonic
    thinking_s: float | None = None

    @classmethod
    def of(cls, message: Message) -> "Draft":
        """The draft of a reply that begins, or goes on with what its row has."""
        sources = {part["url"]: dict(part) for part in message.parts if part["kind"] == "citation"}
        parts = [DraftPart.of(part) for part in message.parts if part["kind"] != "citation"]
        draft = cls(message.pk, message.conversation_id, parts, revision=message.revision, citations=sources)
        for part in parts:
            part.facts.pop("key", None)  # its picture is stored; the next one of that name is another
            draft.round = max(draft.round, part.facts.get("round", -1) + 1)
            draft.result_room -= len(part.facts.get("result", {}).get("text", "").encode())
            draft.opaque_room -= len(json.dumps(part.facts.get("block", ""), ensure_ascii=False).encode())
        return draft

    def take(self, event: Event) -> None:
        match event:
            case TextDelta(text, signature):
                self._say(text, signature)
            case ReasoningDelta(text, signature):
                self._think(text, signature)
            case ToolCallDelta():
                self._call(event)
            case ToolResult(index, text, is_error):
                self._result(index, text, is_error)
            case Opaque(protocol, block):
                self._keep(protocol, block)
            case MediaOut():
                self._made(event)
            case Citation(url, title, at):
                self.cite(url, title, at)
            case Usage():
                self.usage = event
            case Finished(reason):
                self._finish(reason)

    def _finish(self, reason: str) -> None:
        """Calls that a limit or a filter cut off are shown and never run."""
        self.finish_reason = reason
        if reason in ("stop", "tool_calls", "pause"):
            for part in self.calls.values():
                part.facts["is_whole"] = True

    def begin_round(self) -> None:
        """Another call for the same reply: its calls, offsets and end are its own."""
        self.round += 1
        self.calls, self.spots = {}, Spots()

    def cite(self, url: str, title: str, at: int | None = None) -> int:
        """The number under which the source stands, from 1."""
        found = self.citations.setdefault(url, {"kind": "citation", "url": url, "title": title})
        if spot := self.spots.at(at, self.parts):
            found.setdefault("spots", []).append(spot)
        return list(self.citations).index(url) + 1

    def touch(self) -> None:
        if self.first_token_at is None:
            self.first_token_at = time.time()
        self.is_dirty = True

    def _write(self, kind: str, text: str) -> DraftPart:
        if not self.parts or self.parts[-1].kind != kind:
            self.parts.append(DraftPart(kind))
        part = self.parts[-1]
        part.append(text)
        self.touch()
        return part

    def _say(self, text: str, signature: str) -> None:
        """Gemini signs text too, perhaps after its last word: the signature goes to the part that was said."""
        self._end_thinking()
        if text:
            part = self._write("text", text)
            self.spots.said(len(self.parts) - 1, part, text)
        if signature and self.parts and self.parts[-1].kind == "text":
            self.parts[-1].facts["signature"] = signature

    def _think(self, text: str, signature: str) -> None:
        if self.thinking_began is None:
            self.thinking_began = time.monotonic()
        is_signed = bool(self.parts) and self.parts[-1].kind == "reasoning" and "signature" in self.parts[-1].facts
        if text:
            if is_signed:  # another block, which is signed by itself
                self.parts.append(DraftPart("reasoning"))
            self._write("reasoning", text)
        if signature:
            facts = self._unsigned().facts
            facts["signature"] = facts.get("signature", "") + signature

    def _unsigned(self) -> DraftPart:
        """The thought a signature belongs to: the last one, or one whose words the vendor keeps to itself."""
        last = next((part for part in reversed(self.parts) if part.kind == "reasoning"), None)
        if last is None or (last is not self.parts[-1] and "signature" in last.facts):
            last = DraftPart("reasoning")
            self.parts.append(last)
        return last

    def _end_thinking(self) -> None:
        if self.thinking_began is not None and self.thinking_s is None:
            self.thinking_s = time.monotonic() - self.thinking_began

    def _call(self, event: ToolCallDelta) -> None:
        self._end_thinking()
        part = self.calls.get(event.index)
        if part is None:
            part = DraftPart("tool_call", facts={"call_id": "", "name": "", "arguments": "", "round": self.round})
            self.calls[event.index] = part
            self.parts.append(part)
        facts = part.facts
        if event.is_vendors:
            facts["is_vendors"] = True
        if event.signature:
            facts["signature"] = event.signature
        facts["call_id"] = facts["call_id"] or self._own_id(event.call_id)
        facts["name"] = facts["name"] or event.name
        facts["arguments"] += event.arguments
        self.is_reshaped = True
        self.touch()

    def _own_id(self, call_id: str) -> str:
        """Google names no calls, so an id that we made up may have been another round's."""
        is_known = any(part.facts.get("call_id") == call_id for part in self.parts if part.kind == "tool_call")
        return f"{call_id}-{self.round}" if call_id and is_known else call_id

    def _result(self, index: int, text: str, is_error: bool) -> None:
        """Of a tool that the vendor ran."""
        part = self.calls.get(index)
        if part is None:
            return
        result = part.facts.setdefault("result", {"text": "", "is_error": False, "by": "vendor"})
        result["text"] += self.fitted(text)
        result["is_error"] = result["is_error"] or is_error
        self.is_reshaped = True
        self.touch()

    def fitted(self, text: str) -> str:
        """As much of a result as the row still takes."""
        kept = text.encode("utf-8", "replace")[: max(0, self.result_room)]
        self.result_room -= len(kept)
        return kept.decode("utf-8", "ignore")

    def _keep(self, protocol: str, block: Any) -> None:
        """For the next turn; over the limit only for as long as this reply is being written."""
        self.opaque_room -= len(json.dumps(block, ensure_ascii=False).encode("utf-8", "replace"))
        facts = {"protocol": protocol, "block": dict(block), "round": self.round}
        self.parts.append(DraftPart("opaque", facts=facts | ({} if self.opaque_room >= 0 else {"is_left_out": True})))

    def _made(self, event: MediaOut) -> None:
        """Pictures have a place among the words; sound follows them."""
        key = f"{self.round}/{event.key or event.kind}"
        if event.kind == "image" and key not in self.media:
            part = DraftPart("attachment", facts={"id": None, "key": key})
            if event.signature:
                part.facts["signature"] = event.signature
            self.placed[key] = part
            self.parts.append(part)
        self.media.setdefault(key, []).append(event)
        self.touch()

    def end_calls(self) -> None:
        """Nothing runs any more: what had begun may have been charged."""
        for part in self.open_calls:
            if part.facts.get("state") == "running":
                part.facts["state"] = "doubt"

    @property
    def is_paused(self) -> bool:
        return self.finish_reason == "pause"

    @property
    def open_calls(self) -> list[DraftPart]:
        """Calls of ours without a result; one that was cut while it was written is none."""
        own = [part for part in self.parts if part.kind == "tool_call" and not part.facts.get("is_vendors")]
        named = [part for part in own if part.facts.get("call_id") and part.facts.get("name")]
        whole = [part for part in named if part.facts.get("is_whole") or part.facts.get("state")]
        return [part for part in whole if "result" not in part.facts]

    @property
    def has_output(self) -> bool:
        return bool(self.parts or self.media)

    def as_json(self, *, is_whole: bool = False) -> list[dict[str, Any]]:
        """As the row keeps it; the whole of it also has the blocks that are too long to be kept."""
        return [part.as_json(is_whole=is_whole) for part in self.parts] + list(self.citations.values())

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
