"""What OpenAI refuses: reasoning that it did not seal, results without calls, settings a model does not have."""

import re
from typing import Any

from chats.gateway.sandbox import signing
from chats.gateway.sandbox.content import as_word
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.responses.asked import Item, items, kind_of, wrong
from chats.gateway.sandbox.taking import Asked

START = "call_"
LONGEST_ID = 64
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
INCLUDABLE = frozenset(
    {
        "reasoning.encrypted_content",
        "web_search_call.action.sources",
        "code_interpreter_call.outputs",
        "message.output_text.logprobs",
        "message.input_image.image_url",
        "computer_call_output.output.image_url",
        "file_search_call.results",
        "web_search_call.results",
    }
)
SUMMARIES = frozenset({"auto", "concise", "detailed"})


def check(asked: Asked, model: Model) -> None:
    raw, given = asked.raw, items(asked.raw)
    if raw.get("previous_response_id"):
        raise wrong(
            "Previous response not found: the sandbox keeps none", "previous_response_id", "previous_response_not_found"
        )
    for at, item in enumerate(given):
        _check_item(item, at, model.id)
    _check_pairs(given)
    _check_loop(given, model.id)
    _check_settings(raw, model)
    if model.id.endswith("deep-research") and not (asked.offered.search or _has(raw, "mcp")):
        raise wrong("Deep research models require at least one of 'web_search_preview' or 'mcp' tools.", "tools")


def _has(raw: dict[str, Any], kind: str) -> bool:
    return any(tool.get("type") == kind for tool in raw.get("tools") or ())


def _check_item(item: Item, at: int, model: str) -> None:
    kind, place = kind_of(item), f"input[{at}]"
    sealed = item.get("encrypted_content")
    if kind == "reasoning" and sealed is not None and signing.opened(model, str(sealed)) is None:
        raise wrong(
            "The encrypted content could not be verified.", f"{place}.encrypted_content", "invalid_encrypted_content"
        )
    if kind == "reasoning" and sealed is None:
        raise wrong(f"Item '{item.get('id')}' not found: with `store` false nothing is kept.", place)
    if kind in {"function_call", "function_call_output"} and not 0 < len(str(item.get("call_id") or "")) <= LONGEST_ID:
        raise wrong(f"Invalid '{place}.call_id': string of 1 to {LONGEST_ID} characters needed", f"{place}.call_id")


def _check_pairs(given: list[Item]) -> None:
    called = {str(item.get("call_id")) for item in given if kind_of(item) == "function_call"}
    answered = {str(item.get("call_id")) for item in given if kind_of(item) == "function_call_output"}
    for missing in sorted(called - answered):
        raise wrong(f"No tool output found for function call {missing}.", "input")
    for strange in sorted(answered - called):
        raise wrong(f"No tool call found for function call output with call_id {strange}.", "input")


def _check_loop(given: list[Item], model: str) -> None:
    """Reasoning that led to a call comes back before it, as long as the loop goes on (text.md 4.1)."""
    start = max((at for at, item in enumerate(given) if item.get("role") == "user"), default=-1)
    has_reasoning = False
    for at, item in enumerate(given[start + 1 :], start + 1):
        kind = kind_of(item)
        has_reasoning = kind == "reasoning" or (has_reasoning and kind != "function_call_output")
        if kind == "function_call" and not has_reasoning and signing.has_thought(item["call_id"], START, model):
            raise wrong(
                f"Item '{item.get('id') or item['call_id']}' of type 'function_call' was provided without its required "
                "'reasoning' item.",
                f"input[{at}]",
            )


def _check_settings(raw: dict[str, Any], model: Model) -> None:
    include = raw.get("include") or []
    if not isinstance(include, list) or (unknown := [name for name in include if as_word(name) not in INCLUDABLE]):
        raise wrong(f"Invalid value: {unknown[0] if isinstance(include, list) else include!r}", "include")
    reasoning = raw.get("reasoning") or {}
    if reasoning.get("summary") is not None and as_word(reasoning["summary"]) not in SUMMARIES:
        raise wrong(f"Invalid value: '{reasoning['summary']}'", "reasoning.summary")
    _check_effort(reasoning.get("effort"), model)
    for at, tool in enumerate(raw.get("tools") or ()):
        if tool.get("type") == "function" and not NAME.fullmatch(str(tool.get("name") or "")):
            raise wrong(
                f"Invalid 'tools[{at}].name': expected a string that matches {NAME.pattern}", f"tools[{at}].name"
            )


def _check_effort(effort: Any, model: Model) -> None:
    thinking = model.options.get("thinking")
    if effort is None or (effort == "none" and not thinking):
        return
    place = "reasoning.effort"
    if not thinking:
        message = f"Unsupported parameter: '{place}' is not supported with this model ({model.id})."
        raise wrong(message, place, "unsupported_parameter")
    values = thinking.get("values") if "effort" in str(thinking.get("control")) else None
    if values and effort not in values:
        message = f"Unsupported value: '{effort}' is not supported with this model ({model.id})."
        raise wrong(f"{message} Supported values are: {', '.join(values)}.", place, "unsupported_value")
