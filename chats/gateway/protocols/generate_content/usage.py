"""`usageMetadata` as our count of tokens (text.md 6.2)."""

from typing import Any

from chats.gateway.streamed import Payload
from chats.gateway.values import Usage

_KINDS = ("text", "image", "video", "audio")


def usage(told: Payload) -> Usage | None:
    """Google counts thoughts beside the answer and what tools read beside the prompt; here they are part of them."""
    prompt, tools, answer, thoughts = (
        _count(told.get(f"{name}TokenCount")) for name in ("prompt", "toolUsePrompt", "candidates", "thoughts")
    )
    if not (prompt or answer or thoughts):
        return None
    by_kind = {
        kind: count
        for entry in told.get("promptTokensDetails") or ()
        if (kind := str(entry.get("modality", "")).lower()) in _KINDS
        and (count := _count(entry.get("tokenCount"))) is not None
    }
    return Usage(
        prompt_tokens=_sum(prompt, tools),
        completion_tokens=_sum(answer, thoughts),
        total_tokens=_count(told.get("totalTokenCount")),
        reasoning_tokens=thoughts,
        cached_tokens=_count(told.get("cachedContentTokenCount")),
        by_kind=by_kind if any(by_kind.values()) else {},
        raw=dict(told),
    )


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and 0 <= value < 2**53 else None


def _sum(*counts: int | None) -> int | None:
    told = [count for count in counts if count is not None]
    return sum(told) if told else None
