"""Steps as the items of a response (text.md 4.2, 4.3): how each is announced, the events it grows by, and its whole."""

from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox import signing
from chats.gateway.sandbox.chunks import FACE, filler
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.pieces import pieces
from chats.gateway.sandbox.responses import vendors
from chats.gateway.sandbox.responses.item import Happening, Item
from chats.gateway.sandbox.steps import Called, Cited, Computed, Painted, Said, Searched, Step, Thought

START = "call_"
SEALED = "reasoning.encrypted_content"


class Writer:
    """Writes the items of one answer; `seed` names them, `include` is as the request has it.

    `shown` is how its thoughts are: as a "summary", as "text" (models whose weights are open), or "" not at all.
    """

    def __init__(self, model: str, seed: str, include: frozenset[str], shown: str, odd: Misbehaviour) -> None:
        self._model, self._seed, self._include = model, seed, include
        self._shown, self._odd = shown, odd
        self._has_thought = self._has_spoken = False

    def items(self, steps: tuple[Step, ...]) -> Iterator[Item]:
        for at, step in enumerate(steps):
            match step:
                case Thought():
                    self._has_thought = SEALED in self._include  # else nobody could send it back
                    yield self._thought(step, self._name("rs", at))
                case Said():
                    yield self._said(step, self._name("msg", at))
                case Called():
                    yield self._called(step, self._name("fc", at))
                case Searched():
                    yield vendors.searched(step, self._name("ws", at), self._include)
                case Computed():
                    yield vendors.computed(step, self._name("ci", at), self._include, self._name("cntr", 0))
                case Painted():
                    yield vendors.painted(step, self._name("ig", at))

    def _name(self, start: str, at: int) -> str:
        return f"{start}_{self._seed[:40]}{at:02d}"

    def _thought(self, step: Thought, name: str) -> Item:
        item: dict[str, Any] = {"id": name, "type": "reasoning", "summary": []}
        sealed = signing.seal(self._model, step.text) if SEALED in self._include else None
        told, happenings = _shown("" if step.is_redacted else self._shown, step.text)
        return Item(item, tuple(happenings), item | told | ({"encrypted_content": sealed} if sealed else {}))

    def _said(self, step: Said, name: str) -> Item:
        item = {"id": name, "type": "message", "role": "assistant"}
        part, growing = self._refused(step.text) if step.is_refusal else self._worded(step)
        empty = part | {key: type(value)() for key, value in part.items() if key != "type"}
        happenings = (_part("added", empty), *growing, _part("done", part))
        done = item | {"status": "completed", "content": [part]}
        return Item(item | {"status": "in_progress", "content": []}, happenings, done)

    def _worded(self, step: Said) -> tuple[dict[str, Any], list[Happening]]:
        notes = [_annotation(one) for one in step.cited]
        part = {"type": "output_text", "text": step.text, "annotations": notes, "logprobs": []}
        ends = Happening("response.output_text.done", {"content_index": 0, "text": step.text, "logprobs": []})
        return part, [*self._deltas(step.text, notes), ends]

    def _refused(self, text: str) -> tuple[dict[str, Any], list[Happening]]:
        grown = "response.refusal"
        deltas = [
            Happening(f"{grown}.delta", {"content_index": 0, "delta": one}, is_delta=True) for one in pieces(text)
        ]
        ends = Happening(f"{grown}.done", {"content_index": 0, "refusal": text})
        return {"type": "refusal", "refusal": text}, [*deltas, ends]

    def _deltas(self, text: str, notes: list[dict[str, Any]]) -> Iterator[Happening]:
        """In the first text: one delta of great length, and half a surrogate pair each in two deltas."""
        is_first, self._has_spoken, said, told = not self._has_spoken, True, 0, 0
        if is_first and self._odd.big_event_bytes:
            yield _delta(filler(self._odd.big_event_bytes))
        for at, piece in enumerate(pieces(text)):
            yield _delta(piece)
            if is_first and at == 0 and self._odd.has_lone_surrogate:
                yield from map(_delta, FACE)
            said += len(piece)
            while told < len(notes) and notes[told]["end_index"] <= said:
                yield _noted(told, notes[told])
                told += 1

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


def _annotation(one: Cited) -> dict[str, Any]:
    page = one.page
    place = {"start_index": one.start, "end_index": one.end}
    return {"type": "url_citation", **place, "url": page.link, "title": page.title}


def _noted(index: int, note: dict[str, Any]) -> Happening:
    fields = {"content_index": 0, "annotation_index": index, "annotation": note}
    return Happening("response.output_text.annotation.added", fields)


def _part(verb: str, part: dict[str, Any]) -> Happening:
    return Happening(f"response.content_part.{verb}", {"content_index": 0, "part": part})


def _shown(form: str, text: str) -> tuple[dict[str, Any], list[Happening]]:
    """What an item of reasoning holds of the thought, and the events that bring it."""
    match form:
        case "summary":
            parts = _paragraphs(text)
            happenings = [one for index, part in enumerate(parts) for one in _summary(index, part)]
            return {"summary": [{"type": "summary_text", "text": part} for part in parts]}, happenings
        case "text":
            grown, place = "response.reasoning_text", {"content_index": 0}
            happenings = [
                Happening(f"{grown}.delta", place | {"delta": piece}, is_delta=True) for piece in pieces(text)
            ]
            happenings.append(Happening(f"{grown}.done", place | {"text": text}))
            return {"content": [{"type": "reasoning_text", "text": text}]}, happenings
        case _:
            return {}, []


def _paragraphs(text: str) -> list[str]:
    """The first sentence and the rest, as a summary has several parts."""
    first, mark, rest = text.partition(". " if ". " in text else "。")
    return [part for part in ((first + mark).strip(), rest) if part]


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
