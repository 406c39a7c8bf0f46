"""Steps as Claude's content blocks (text.md 5.2, 5.4): how each begins in a stream, how it grows, and its whole."""

from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox import signing
from chats.gateway.sandbox.messages import vendors
from chats.gateway.sandbox.messages.block import Block, text, use
from chats.gateway.sandbox.pieces import pieces
from chats.gateway.sandbox.steps import Called, Computed, Said, Searched, Step, Thought

START = "toolu_"
OLD_CODE = "code_execution_20250522"


class Writer:
    """Writes the blocks of one answer; `shows_thoughts` False sends signatures alone."""

    def __init__(self, model: str, shows_thoughts: bool, tool_shape: str, code_tool: dict[str, Any]) -> None:
        self._model, self._shows_thoughts, self._tool_shape = model, shows_thoughts, tool_shape
        self._is_old_code = str(code_tool.get("type")) == OLD_CODE
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
                case Searched():
                    yield from vendors.searched(step)
                case Computed():
                    yield from vendors.computed(step, self._is_old_code)

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
        """Each cited stretch is a block of its own."""
        end = 0
        for one in step.cited:
            if one.start > end:
                yield text(step.text[end : one.start])
            yield vendors.cited(step.text[one.start : one.end], one.page)
            end = one.end
        if end < len(step.text):
            yield text(step.text[end:])

    def _called(self, step: Called) -> Block:
        name = signing.call_id(START, step.call.id, self._model, self._has_thought)
        return use("tool_use", name, step.call.name, step.call.arguments, self._tool_shape == "whole")
