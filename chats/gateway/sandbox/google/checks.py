"""What Google refuses: signatures that are not its own or missing, calls without responses, settings that clash."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.google import signatures
from chats.gateway.sandbox.google.asked import switched, tools_of, wrong
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.taking import Asked

BUILT_IN = ("googleSearch", "codeExecution", "urlContext")
LEVELS = frozenset({"minimal", "low", "medium", "high"})
Content = dict[str, Any]


def check(asked: Asked, model: Model) -> None:
    raw = asked.raw
    _check_thinking(as_object(as_object(raw.get("generationConfig")).get("thinkingConfig")), model)
    _check_tools(raw, model)
    _check_pairs(raw["contents"])
    _check_signatures(raw["contents"], model.id)
    _check_safety(raw["contents"])


def _check_thinking(thinking: dict[str, Any], model: Model) -> None:
    facts = model.options.get("thinking") or {}
    budget, level = thinking.get("thinkingBudget"), thinking.get("thinkingLevel")
    if budget is not None and level is not None:
        raise wrong("You can only set only one of thinking budget and thinking level.")
    if level is not None and str(level).lower() not in LEVELS:
        raise wrong(f"Invalid value at 'generation_config.thinking_config.thinking_level': {level}")
    if budget in (None, -1):
        return
    low, high = facts.get("minimum") or 0, facts.get("maximum") or 32768
    is_off = budget == 0 and facts.get("mode") == "optional"
    if not isinstance(budget, int) or not (low <= budget <= high or is_off):
        raise wrong(f"The thinking budget {budget} is invalid. Please choose a value between {low} and {high}.")


def _check_tools(raw: dict[str, Any], model: Model) -> None:
    has_functions = any(tool.get("functionDeclarations") for tool in tools_of(raw))
    if has_functions and "2.5" in model.id and any(switched(raw, name) is not None for name in BUILT_IN):
        raise wrong("Tool use with function calling is unsupported")


def _check_pairs(contents: list[Content]) -> None:
    """As many responses as calls, in the very next turn."""
    for at, content in enumerate(contents):
        calls = sum("functionCall" in part for part in content["parts"])
        following = contents[at + 1]["parts"] if at + 1 < len(contents) else []
        responses = sum("functionResponse" in part for part in following)
        if calls != responses and (calls or responses):
            told = "the number of function response parts is equal to the number of function call parts"
            raise wrong(f"Please ensure that {told} of the function call turn.")
    if any("functionResponse" in part for part in contents[0]["parts"]):
        raise wrong("Please ensure that function response turn comes immediately after a function call turn.")


def _check_signatures(contents: list[Content], model: str) -> None:
    for at, content in enumerate(contents):
        if content.get("role") != "model":
            continue
        text = signatures.said(content["parts"])
        for part in content["parts"]:
            if part.get("thoughtSignature") and not signatures.is_own(part, model, text):
                raise wrong(f"Thought signature is not valid in content {at}.")
    if signatures.must_sign(model):
        _check_present(contents)


def _check_present(contents: list[Content]) -> None:
    """On the first call of each step since the person last spoke."""
    for at, content in _since(contents):
        first = next((part for part in content["parts"] if "functionCall" in part), None)
        if first is not None and not first.get("thoughtSignature"):
            name = as_object(first["functionCall"]).get("name")
            told = f"Function call is missing a thought_signature in functionCall parts. {name}, position {at}"
            raise wrong(f"{told}. This is required for tools to work correctly.")


def _since(contents: list[Content]) -> Iterator[tuple[int, Content]]:
    spoken = [at for at, one in enumerate(contents) if one.get("role") != "model" and _is_said(one)]
    start = spoken[-1] if spoken else -1
    yield from ((at, one) for at, one in enumerate(contents) if at > start and one.get("role") == "model")


def _is_said(content: Content) -> bool:
    return not any("functionResponse" in part for part in content["parts"])


def _check_safety(contents: list[Content]) -> None:
    """A step that wanted a person's word goes on only with it (text.md 6.3)."""
    for content, following in pairwise(contents):
        wants = {
            as_object(part["functionCall"]).get("name")
            for part in content["parts"]
            if "functionCall" in part and "safety_decision" in as_object(as_object(part["functionCall"]).get("args"))
        }
        for part in following["parts"]:
            response = as_object(part.get("functionResponse"))
            given = as_object(response.get("response"))
            if response.get("name") in wants and not given.get("safety_acknowledgement") and "error" not in given:
                raise wrong(f"Safety acknowledgement is required for {response.get('name')}.")
