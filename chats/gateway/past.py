"""The turns of a prompt made fit for whoever is asked next: calls with results, pictures, whose words they were."""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from chats import catalog
from chats.catalog import ModelSpec

from .values import Part, Turn

ID_LENGTH = 64
NOT_PLAIN = re.compile(r"[^a-zA-Z0-9_-]")  # what Claude takes in an id or a name (VD anthropic-sdk-python)
NOTHING = re.compile(r"(?!)")  # every character is fine


def is_same_model(spec: ModelSpec, turn: Turn) -> bool:
    """A turn that names no model counts as the model's own."""
    return turn.model in ("", spec.model)


def is_same_vendor(spec: ModelSpec, turn: Turn) -> bool:
    return is_same_model(spec, turn) or catalog.get(turn.model).vendor == spec.vendor


def paired(turns: Iterable[Turn], invalid: re.Pattern[str] = NOT_PLAIN) -> tuple[Turn, ...]:
    """Calls of ours with their results only, each pair under an id that stands once: vendors count anew per answer,
    and what one calls its calls another refuses. A result gets the name of what was called."""
    book = _Book(invalid)
    walked = [replace(turn, parts=tuple(book.entered(turn))) for turn in turns]
    return tuple(replace(turn, parts=tuple(filter(book.is_whole, turn.parts))) for turn in walked)


class _Book:
    """Which calls are open, and the ids that were given."""

    def __init__(self, invalid: re.Pattern[str]) -> None:
        self._invalid = invalid
        self._open: dict[str, list[Part]] = {}
        self._given: set[str] = set()
        self._answered: set[str] = set()

    def entered(self, turn: Turn) -> Iterator[Part]:
        if turn.role != "tool":
            self._open = {}  # a result that comes later would be refused
        for part in turn.parts:
            if part.kind == "tool_call" and not part.is_vendors:
                yield self._called(part)
            elif part.kind != "tool_result":
                yield part
            elif calls := self._open.get(part.call_id):
                call = calls.pop(0)
                self._answered.add(call.call_id)
                yield replace(part, call_id=call.call_id, name=call.name)

    def is_whole(self, part: Part) -> bool:
        return part.kind != "tool_call" or part.is_vendors or part.call_id in self._answered

    def _called(self, part: Part) -> Part:
        call = replace(part, call_id=self._fresh(part.call_id))
        self._open.setdefault(part.call_id, []).append(call)
        return call

    def _fresh(self, wanted: str) -> str:
        valid = self._invalid.sub("_", wanted)[:ID_LENGTH] or "call"
        given, n = valid, 1
        while given in self._given:
            n += 1
            given = f"{valid[: ID_LENGTH - 6]}_{n}"
        self._given.add(given)
        return given


def with_own_pictures(spec: ModelSpec, turns: Iterable[Turn], of: Container[int] | None = None) -> list[Turn]:
    """Pictures the model made go along with the newest question: an assistant turn holds text only (images.md 7.4).
    `of` says which turns' pictures have to; all, where it is not given."""
    turns = list(turns)
    newest = max((n for n, turn in enumerate(turns) if turn.role == "user"), default=0)
    before = max((n for n, turn in enumerate(turns[:newest]) if turn.role == "user"), default=0)
    said = [n for n in range(before, newest) if turns[n].role == "assistant" and (of is None or n in of)]
    pictures = tuple(part for n in said for part in turns[n].parts if part.kind == "image")
    if pictures and "image" in spec.inputs:
        turns[newest] = replace(turns[newest], parts=pictures + turns[newest].parts)
    return turns
