"""Steps as the items of a response (text.md 4.2, 4.3): how each is announced, the events it grows by, and its whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chats.gateway.sandbox import signing
from chats.gateway.sandbox.chunks import FACE, filler
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.pieces import pieces
from chats.gateway.sandbox.steps import Called, Said, Step, Thought

START = "call_"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of an item: its type and what it holds beside the item's place."""

    type: str
    fields: dict[str, Any] = field(default_factory=dict)
    is_delta: bool = False
    wait_s: float = 0


@dataclass(frozen=True, slots=True)
class Item:
    added: dict[str, Any]
    happenings: tuple[Happening, ...]
    done: dict[str, Any]


class Writer:
    """Writes the items of one answer; `seed` names them, `include` and `summary` are as the request has them."""

    def __init__(self, model: str, seed: str, include: frozenset[str], shows_summary: bool, odd: Misbehaviour) -> None:
        self._model, self._seed, self._include = model, seed, include
        self._shows_summary, self._odd = shows_summary, odd
        self._has_thought = self._has_spoken = False

    def items(self, steps: tuple[Step, ...]) -> Iterator[Item]:
        for at, step in enumerate(steps):
            match step:
                case Thought():
                    self._has_thought = True
                    yield self._thought(step, self._name("rs", at))
                case Said():
                    yield self._said(step, self._name("msg", at))
                case Called():
                    yield self._called(step, self._name("fc", at))

    def _name(self, start: str, at: int) -> str:
        return f"{start}_{self._seed[:40]}{at:02d}"

    def _thought(self, step: Thought, name: str) -> Item:
        item: dict[str, Any] = {"id": name, "type": "reasoning", "summary": []}
        sealed = signing.seal(self._model, step.text) if "reasoning.encrypted_content" in self._include else None
        parts = _paragraphs(step.text) if self._shows_summary and not step.is_redacted else []
        happenings = [one for index, text in enumerate(parts) for one in _summary(index, text)]
        summary = [{"type": "summary_text", "text": text} for text in parts]
        done = item | {"summary": summary} | ({"encrypted_content": sealed} if sealed else {})
        return Item(item, tuple(happenings), done)

    def _said(self, step: Said, name: str) -> Item:
        item = {"id": name, "type": "message", "role": "assistant"}
        added = item | {"status": "in_progress", "content": []}
        part = {"type": "output_text", "text": step.text, "annotations": [], "logprobs": []}
        happenings = [
            _part("added", part | {"text": "", "annotations": []}),
            *self._deltas(step.text),
            Happening("response.output_text.done", {"content_index": 0, "text": step.text, "logprobs": []}),
            _part("done", part),
        ]
        return Item(added, tuple(happenings), item | {"status": "completed", "content": [part]})

    def _deltas(self, text: str) -> Iterator[Happening]:
        """In the first text: one delta of great length, and half a surrogate pair each in two deltas."""
        is_first, self._has_spoken = not self._has_spoken, True
        if is_first and self._odd.big_event_bytes:
            yield _delta(filler(self._odd.big_event_bytes))
        for at, piece in enumerate(pieces(text)):
            yield _delta(piece)
            if is_first and at == 0 and self._odd.has_lone_surrogate:
                yield from map(_delta, FACE)

    def _called(self, step: Called, name: str) -> Item:
        call = step.call
        item = {"id": name, "type": "function_call", "name": call.name}
        item |= {"call_id": signing.call_id(START, call.id, self._model, self._has_thought)}
        cut = [call.arguments] if self._odd.tool == "whole" else pieces(call.arguments)
        grown = "response.function_call_arguments"
        happenings = [Happening(f"{grown}.delta", {"delta": piece}, is_delta=True) for piece in cut]
        happenings.append(Happening(f"{grown}.done", {"name": call.name, "arguments": call.arguments}))
        added = item | {"arguments": "", "status": "in_progress"}
        return Item(added, tuple(happenings), item | {"arguments": call.arguments, "status": "completed"})


def _delta(text: str) -> Happening:
    return Happening("response.output_text.delta", {"content_index": 0, "delta": text, "logprobs": []}, is_delta=True)


def _part(verb: str, part: dict[str, Any]) -> Happening:
    return Happening(f"response.content_part.{verb}", {"content_index": 0, "part": part})


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.split("\n\n") if paragraph]


def _summary(index: int, text: str) -> Iterator[Happening]:
    place = {"summary_index": index}
    grown = "response.reasoning_summary_text"
    yield _summary_part("added", place, "")
    yield from (Happening(f"{grown}.delta", place | {"delta": piece}, is_delta=True) for piece in pieces(text))
    yield Happening(f"{grown}.done", place | {"text": text})
    yield _summary_part("done", place, text)


def _summary_part(verb: str, place: dict[str, Any], text: str) -> Happening:
    part = {"type": "summary_text", "text": text}
    return Happening(f"response.reasoning_summary_part.{verb}", place | {"part": part})
