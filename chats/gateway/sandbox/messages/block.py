"""One content block of Claude's: how it begins in a stream, how it grows, and the whole of it."""

import json
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox.pieces import pieces


@dataclass(frozen=True, slots=True)
class Block:
    """`wait_s`: how long the vendor is at work before it."""

    start: dict[str, Any]
    deltas: tuple[dict[str, Any], ...]
    whole: dict[str, Any]
    wait_s: float = 0


def text(said: str) -> Block:
    deltas = tuple({"type": "text_delta", "text": piece} for piece in pieces(said))
    return Block({"type": "text", "text": ""}, deltas, {"type": "text", "text": said})


def use(kind: str, name: str, tool: str, arguments: str, is_whole: bool = False) -> Block:
    """The input comes as pieces of JSON, the first of them empty."""
    start = {"type": kind, "id": name, "name": tool, "input": {}}
    cut = [arguments] if is_whole else ["", *pieces(arguments)]
    deltas = tuple({"type": "input_json_delta", "partial_json": piece} for piece in cut)
    return Block(start, deltas, start | {"input": json.loads(arguments)})
