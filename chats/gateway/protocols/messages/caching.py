"""Marks up to which a vendor may keep what it has read: the instructions, the last question, the one before it."""

from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]

_KEPT = {"type": "ephemeral"}
_UNMARKABLE = ("thinking", "redacted_thinking")
NEWEST = 2  # the last finds what the call before left; Claude takes four marks in all (VD)


def mark(body: Body) -> None:
    """A mark covers all before it: tools, then system, then messages."""
    for block in (*_instructions(body), *_questions(body)):
        block["cache_control"] = _KEPT


def _instructions(body: Body) -> Iterator[Body]:
    for name in ("system", "tools"):
        if body.get(name):
            yield body[name][-1]
            return


def _questions(body: Body) -> Iterator[Body]:
    asked = [message["content"] for message in body["messages"] if message["role"] == "user"]
    for content in asked[-NEWEST:]:
        if content and content[-1]["type"] not in _UNMARKABLE:
            yield content[-1]
