"""The usage object of Anthropic's form (text.md 5.2)."""

from collections.abc import Mapping
from typing import Any

from chats.gateway.values import Usage


def usage(told: Mapping[str, Any]) -> Usage | None:
    """What came from the cache and went into it is counted beside `input_tokens`; None for one that is all zero."""
    answer = _count(told, "output_tokens")
    read, written = (_count(told, f"cache_{way}_input_tokens") for way in ("read", "creation"))
    asked = [count for count in (_count(told, "input_tokens"), read, written) if count is not None]
    prompt = sum(asked) if asked else None
    if not (prompt or answer):
        return None
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=answer,
        total_tokens=(prompt or 0) + (answer or 0),
        cached_tokens=read,
        cache_write_tokens=written,
        searches=_count(told.get("server_tool_use") or {}, "web_search_requests"),
        raw=dict(told),
    )


def _count(table: Mapping[str, Any], name: str) -> int | None:
    value = table.get(name)
    return int(value) if isinstance(value, int | float) and 0 <= value < 2**53 else None
