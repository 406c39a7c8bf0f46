"""The parameters a person set, as Anthropic's own fields (text.md 3.4 and 5.1)."""

from collections.abc import Mapping
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.thinking import Wish

Body = dict[str, Any]

ANSWER_ROOM = 8192  # beside a thinking budget; within what every Claude 4 may write
ADAPTIVE_ROOM = 32_000  # thoughts of its own measure count as well
BUDGET, LEAST = 4096, 1024
_BUDGETS = {"low": 2048, "medium": 8192, "high": 16_384, "max": 32_000}  # for a word where only a number is taken
_SAME_NAME = ("temperature", "top_p", "top_k")


def set_parameters(body: Body, spec: ModelSpec, values: Mapping[str, Any], can_think: bool) -> None:
    """`max_tokens` must be there; without thoughts of its own in a tool loop the model may not think (text.md 5.3)."""
    if values.get("max_tokens"):
        body["max_tokens"] = values["max_tokens"]
    body |= {name: values[name] for name in _SAME_NAME if values.get(name) not in (None, "")}
    if values.get("stop"):
        body["stop_sequences"] = list(values["stop"])
    facts = spec.options.get("thinking") or {}
    if facts.get("control") == "claude" and facts.get("mode") != "none":
        _set_thinking(body, spec, Wish(values), can_think)
    body.setdefault("max_tokens", ANSWER_ROOM)


def _set_thinking(body: Body, spec: ModelSpec, wish: Wish, can_think: bool) -> None:
    if wish.is_on is False or (wish.is_on and not can_think):
        body["thinking"] = {"type": "disabled"}
    if not wish.is_on or not can_think:
        return
    if spec.options.get("claude_adaptive") and not wish.budget:
        _adapt(body, wish.effort)
    else:
        _budget(body, wish.budget or _BUDGETS.get(wish.effort, BUDGET))
    if "thinking" in body:
        for name in _SAME_NAME:  # refused while thinking
            body.pop(name, None)


def _adapt(body: Body, effort: str) -> None:
    body["thinking"] = {"type": "adaptive"}
    if effort:
        body["output_config"] = {"effort": effort}
    body.setdefault("max_tokens", ADAPTIVE_ROOM)


def _budget(body: Body, budget: int) -> None:
    """At least 1024 and less than max_tokens; where that leaves no room Claude answers without thinking."""
    budget = max(LEAST, budget)
    budget = min(budget, body.setdefault("max_tokens", budget + ANSWER_ROOM) - 1)
    if budget >= LEAST:
        body["thinking"] = {"type": "enabled", "budget_tokens": budget}
