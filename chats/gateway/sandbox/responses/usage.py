"""Tokens of one answer as OpenAI tells them; long beginnings that came before are read from the cache (text.md 4.2)."""

import json
from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox.caching import SHORT_S, Cached, Prefixes, shared_out
from chats.gateway.sandbox.content import is_list_of_objects
from chats.gateway.sandbox.pieces import count
from chats.gateway.sandbox.planning import Plan
from chats.gateway.sandbox.responses.asked import items
from chats.gateway.sandbox.taking import Taken

KNOWN = Prefixes()
SHORTEST = 1024  # tokens of a beginning that is worth to be kept
TEXTS = frozenset({"input_text", "output_text", "refusal"})


class Usage:
    """Asked once for each answer: the cache remembers that it was."""

    def __init__(self, taken: Taken, plan: Plan) -> None:
        tools = taken.asked.raw.get("tools")
        self._plan, self._odd = plan, taken.odd
        self._prompt: int = taken.answer.usage["prompt_tokens"] + (count(_written(tools)) if tools else 0)
        self._cached = self._found(taken) if self._prompt >= SHORTEST else Cached()

    def _found(self, taken: Taken) -> Cached:
        pieces = shared_out([(text, tokens, SHORT_S) for text, tokens in _blocks(taken.asked.raw)], self._prompt)
        return KNOWN.used(f"{taken.call.key} {taken.question.model}", pieces, SHORTEST)

    def told(self) -> dict[str, Any]:
        said = self._plan.output_tokens
        usage: dict[str, Any] = {"input_tokens": self._prompt, "output_tokens": said}
        usage["total_tokens"] = self._prompt + said
        if self._odd.usage != "no_details":
            usage["input_tokens_details"] = {"cached_tokens": self._cached.read}
            usage["output_tokens_details"] = {"reasoning_tokens": self._plan.reasoning_tokens}
        return usage


def _blocks(raw: dict[str, Any]) -> Iterator[tuple[str, int | None]]:
    for value in (raw.get("tools"), raw.get("instructions")):
        if value:
            yield _written(value), count(value if isinstance(value, str) else _written(value))
    for item in items(raw):
        yield _written(item), _counted(item)


def _counted(item: dict[str, Any]) -> int | None:
    """None for one with media, whose tokens only the whole tells."""
    content: Any = item.get("content")
    if isinstance(content, str):
        return count(content)
    if not is_list_of_objects(content):
        return count(str(item.get("output") or ""))
    if any(part.get("type") not in TEXTS for part in content):
        return None
    return sum(count(str(part.get("text") or "")) for part in content)


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
