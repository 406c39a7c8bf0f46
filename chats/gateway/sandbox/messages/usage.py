"""Tokens of one answer as Claude tells them, with what its prompt cache really held (text.md 5.2)."""

import json
from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox.caching import LONG_S, SHORT_S, Cached, Prefixes, shared_out
from chats.gateway.sandbox.content import as_object, as_word
from chats.gateway.sandbox.messages.asked import blocks_of
from chats.gateway.sandbox.pieces import count
from chats.gateway.sandbox.planning import Plan
from chats.gateway.sandbox.taking import Taken

KNOWN = Prefixes()
MEDIA = frozenset({"image", "document"})

Block = dict[str, Any]


class Usage:
    """Asked once for each answer: the cache remembers that it was."""

    def __init__(self, taken: Taken, plan: Plan) -> None:
        tools = taken.asked.raw.get("tools")
        self._plan, self._odd = plan, taken.odd
        self._prompt: int = taken.answer.usage["prompt_tokens"] + (count(_written(tools)) if tools else 0)
        self._cached = self._found(taken)

    def _found(self, taken: Taken) -> Cached:
        blocks = list(_blocks(taken.asked.raw))
        if not any(map(_life_s, blocks)):
            return Cached()
        pieces = shared_out([(_written(block), _counted(block), _life_s(block)) for block in blocks], self._prompt)
        return KNOWN.used(f"{taken.call.key} {taken.question.model}", pieces)

    def at_first(self) -> dict[str, Any]:
        usage = self._with_lives(self._counted(1))
        return {name: 0 for name, value in usage.items() if isinstance(value, int)} if self._is_zero else usage

    def at_last(self) -> dict[str, Any]:
        """Cumulative, as everything in message_delta is."""
        usage = self._counted(self._plan.output_tokens)
        searches = {"web_search_requests": self._plan.searches, "web_fetch_requests": 0}
        return usage | ({"server_tool_use": searches} if self._plan.searches else {})

    def whole(self) -> dict[str, Any]:
        return self._with_lives(self.at_last())

    def _counted(self, output: int) -> dict[str, Any]:
        cached = self._cached
        usage = {"input_tokens": max(self._prompt - cached.read - cached.written, 0), "output_tokens": output}
        if self._has_details:
            usage |= {"cache_creation_input_tokens": cached.written, "cache_read_input_tokens": cached.read}
        return usage

    def _with_lives(self, usage: dict[str, Any]) -> dict[str, Any]:
        short = self._cached.written - self._cached.written_long
        lives = {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": self._cached.written_long}
        return usage | ({"cache_creation": lives} if self._has_details else {})

    @property
    def _has_details(self) -> bool:
        return self._odd.usage != "no_details"

    @property
    def _is_zero(self) -> bool:
        return self._odd.usage == "zero_first"


def _blocks(raw: dict[str, Any]) -> Iterator[Block]:
    """In the order in which they are cached: tools, system, messages."""
    yield from raw.get("tools") or ()
    system = raw.get("system") or []
    yield from [{"type": "text", "text": system}] if isinstance(system, str) else map(as_object, system)
    for at, message in enumerate(raw["messages"]):
        for block in blocks_of(message.get("content"), f"messages.{at}"):
            yield block | {"role": message["role"]}


def _written(value: Any) -> str:
    """Without the marks, which are no part of what is cached."""
    if isinstance(value, dict):
        value = {name: inner for name, inner in value.items() if name != "cache_control"}
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _counted(block: Block) -> int | None:
    if as_word(block.get("type")) in MEDIA:
        return None
    if "text" in block:
        return count(str(block["text"]))
    return count(_written(block)) if "input_schema" in block or "role" not in block else 0


def _life_s(block: Block) -> float:
    mark = block.get("cache_control")
    if not isinstance(mark, dict):
        return 0
    return LONG_S if mark.get("ttl") == "1h" else SHORT_S
