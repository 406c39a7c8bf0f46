"""The usage object in its several spellings (text.md 3.11)."""

from collections.abc import Mapping
from typing import Any

from chats.gateway.values import Usage

_KINDS = ("text", "image", "video", "audio")


def usage(told: Mapping[str, Any]) -> Usage | None:
    """None for one that is all zero: converted upstreams send such before the real one (text.md 3.10)."""
    prompt = _first(told, "prompt_tokens", "input_tokens")
    completion = _first(told, "completion_tokens", "output_tokens")
    total = _first(told, "total_tokens")
    if not (prompt or completion or total):
        return None
    spent_on = _table(told, "completion_tokens_details", "output_tokens_details")
    read_from = _table(told, "prompt_tokens_details", "input_tokens_details")
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=total,
        reasoning_tokens=_first(spent_on, "reasoning_tokens"),
        cached_tokens=_first(read_from | dict(told), "cached_tokens", "prompt_cache_hit_tokens"),
        cache_write_tokens=_written(read_from | dict(told)),
        by_kind=_by_kind(read_from),
        raw=dict(told),
    )


def _written(told: Mapping[str, Any]) -> int | None:
    """Claude keeps for five minutes or for an hour, and each is counted."""
    kept = [_first(told, f"claude_cache_creation_{age}_tokens") for age in ("5_m", "1_h")]
    counted = [count for count in kept if count]
    return sum(counted) if counted else _first(told, "cache_write_tokens")


def _by_kind(details: Mapping[str, Any]) -> dict[str, int]:
    counts = {kind: _first(details, f"{kind}_tokens") for kind in _KINDS}
    told = {kind: count for kind, count in counts.items() if count is not None}
    # The gateway writes 0 for what it was not told (GS openai_response.go), so zeros alone say nothing.
    return told if any(told.values()) else {}


def _first(table: Mapping[str, Any], *names: str) -> int | None:
    values = (table.get(name) for name in names)
    return next((int(value) for value in values if isinstance(value, int | float) and 0 <= value < 2**53), None)


def _table(told: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return next((dict(told[name]) for name in names if isinstance(told.get(name), Mapping)), {})
