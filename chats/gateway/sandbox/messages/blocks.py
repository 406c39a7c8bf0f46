"""Steps as Claude's content blocks (text.md 5.2, 5.4): how each begins in a stream, how it grows, and its whole."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox import signing
from chats.gateway.sandbox.pieces import pieces
from chats.gateway.sandbox.steps import Called, Said, Step, Thought

START = "toolu_"


@dataclass(frozen=True, slots=True)
class Block:
    """`wait_s`: how long the vendor is at work before it."""

    start: dict[str, Any]
    deltas: tuple[dict[str, Any], ...]
    whole: dict[str, Any]
    wait_s: float = 0


class Writer:
    """Writes the blocks of one answer; `shows_thoughts` False sends signatures alone."""

    def __init__(self, model: str, shows_thoughts: bool, tool_shape: str) -> None:
        self._model, self._shows_thoughts, self._tool_shape = model, shows_thoughts, tool_shape
        self._has_thought = False

    def blocks(self, steps: tuple[Step, ...]) -> Iterator[Block]:
        for step in steps:
            match step:
                case Thought():
                    self._has_thought = True
                    yield self._thought(step)
                case Said():
                    yield from self._said(step)
                case Called():
                    yield self._called(step)

    def _thought(self, step: Thought) -> Block:
        if step.is_redacted:
            block = {"type": "redacted_thinking", "data": signing.seal(self._model, step.text)}
            return Block(block, (), block)
        shown = step.text if self._shows_thoughts else ""
        signature = signing.sign(self._model, shown, step.text)
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(shown)]
        deltas.append({"type": "signature_delta", "signature": signature})
        start = {"type": "thinking", "thinking": "", "signature": ""}
        return Block(start, tuple(deltas), start | {"thinking": shown, "signature": signature})

    def _said(self, step: Said) -> Iterator[Block]:
        yield _text(step.text)

    def _called(self, step: Called) -> Block:
        name = signing.call_id(START, step.call.id, self._model, self._has_thought)
        return _use("tool_use", name, step.call.name, step.call.arguments, self._tool_shape == "whole")


def _text(text: str) -> Block:
    deltas = tuple({"type": "text_delta", "text": piece} for piece in pieces(text))
    return Block({"type": "text", "text": ""}, deltas, {"type": "text", "text": text})


def _use(kind: str, name: str, tool: str, arguments: str, is_whole: bool = False) -> Block:
    """The input comes as pieces of JSON, the first of them empty."""
    start = {"type": kind, "id": name, "name": tool, "input": {}}
    cut = [arguments] if is_whole else ["", *pieces(arguments)]
    deltas = tuple({"type": "input_json_delta", "partial_json": piece} for piece in cut)
    return Block(start, deltas, start | {"input": json.loads(arguments)})
