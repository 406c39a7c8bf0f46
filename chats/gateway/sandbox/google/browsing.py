"""Computer use: the next step in a browser that somebody else steers, from the screenshot that came back (6.3)."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chats.gateway.sandbox import arguments, fetch, leading, spatial
from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.google.asked import switched
from chats.gateway.sandbox.planning import Plan
from chats.gateway.sandbox.steps import Called, Said
from chats.gateway.sandbox.taking import Taken
from chats.gateway.sandbox.tools import named_call

RISKY = re.compile(
    r"\b(?:buy|pay|order|purchase|delete|log ?in|sign ?in|password|submit)\b"
    r"|购买|支付|付款|下单|删除|登录|密码|提交",
    re.IGNORECASE,
)
SEARCH_FIELD = {"x": 500, "y": 420}  # where no screenshot tells more
SCALE = 1000
Action = tuple[str, dict[str, Any]]


async def planned(taken: Taken, plan: Plan) -> Plan:
    """One action a turn until all are done, then words."""
    target = await _target(taken)
    excluded = (switched(taken.asked.raw, "computerUse") or {}).get("excludedPredefinedFunctions") or []
    actions = [one for one in _actions(taken.question.text, target) if one[0] not in excluded]
    done = _done(taken.question.raw["messages"])
    if done >= len(actions):
        return plan
    name, given = actions[done]
    if RISKY.search(taken.question.text) and done == len(actions) - 1:
        explanation = "The next step may buy, delete or sign in to something."
        given = given | {"safety_decision": {"decision": "require_confirmation", "explanation": explanation}}
    rest = tuple(step for step in plan.steps if not isinstance(step, Said))
    return replace(plan, steps=(*rest, Called(named_call(name, given, done))), finish="tool_calls")


async def _target(taken: Taken) -> dict[str, int]:
    """The middle of what stands out most on the newest screenshot, scaled 0 to 1000."""
    shown = _screenshot(taken.asked.raw["contents"])
    content = await fetch.source_bytes(shown, taken.shop.settings) if shown else b""
    found = await asyncio.to_thread(spatial.things, content) if content else []
    if not found:
        return SEARCH_FIELD
    x, y = found[0].centre
    return {"x": round(x * SCALE), "y": round(y * SCALE)}


def _screenshot(contents: list[dict[str, Any]]) -> str:
    """In base64."""
    for content in reversed(contents):
        for part in content["parts"]:
            inner = as_object(part.get("functionResponse")).get("parts")
            for one in (part, *(inner if isinstance(inner, list) else ())):
                inline = as_object(as_object(one).get("inlineData"))
                if str(inline.get("mimeType")).startswith("image/") and isinstance(inline.get("data"), str):
                    return inline["data"].translate(str.maketrans("-_", "+/"))
    return ""


def _actions(text: str, target: dict[str, int]) -> Iterator[Action]:
    yield "open_web_browser", {}
    found = arguments.ADDRESS.search(text)
    if found:
        yield "navigate", {"url": found[0]}
        yield "scroll_document", {"direction": "down"}
    else:
        typed = {"text": leading.query_of(text), "press_enter": True, "clear_before_typing": True}
        yield "click_at", target
        yield "type_text_at", target | typed


def _done(messages: list[dict[str, Any]]) -> int:
    """Actions since the person last asked; a screenshot alone is no question."""
    asked = max((at for at, one in enumerate(messages) if one.get("role") == "user"), default=-1)
    return sum(len(as_object(one).get("tool_calls") or ()) for one in messages[asked + 1 :])
