"""Functions of ours and the vendor's own tools as `tools`, and what of their results is asked for (text.md 4.1)."""

from collections.abc import Iterator, Mapping
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.values import Prompt

Body = dict[str, Any]

# Which details come only when they are asked for.
_DETAILS = {
    "web_search": "web_search_call.action.sources",
    "web_search_preview": "web_search_call.action.sources",
    "code_interpreter": "code_interpreter_call.outputs",
}


def set_tools(body: Body, spec: ModelSpec, prompt: Prompt) -> None:
    values = prompt.parameters
    tools = [*_own(spec, values), *(_function(tool["function"]) for tool in prompt.tools if "function" in tool)]
    if not tools:
        return
    body["tools"] = tools
    if details := [_DETAILS[tool["type"]] for tool in tools if tool["type"] in _DETAILS and spec.vendor == "openai"]:
        body["include"] = details
    if values.get("tool_choice"):
        body["tool_choice"] = values["tool_choice"]
    if values.get("parallel_tool_calls") is not None:
        body["parallel_tool_calls"] = values["parallel_tool_calls"]


def _own(spec: ModelSpec, values: Mapping[str, Any]) -> Iterator[Body]:
    if spec.options.get("deep_research"):  # refused without a source (text.md 4.4)
        yield {"type": "web_search_preview"}
    elif values.get("web_search"):
        yield {"type": "web_search"}
    if values.get("code_execution"):
        # Qwen's has no container (text.md 8).
        place = {"container": {"type": "auto"}} if spec.vendor == "openai" else {}
        yield {"type": "code_interpreter", **place}
    if values.get("image_generation"):
        yield {"type": "image_generation"}


def _function(function: Mapping[str, Any]) -> Body:
    """Flat here; a schema that is not said to be loose is taken for a strict one (VD openai-python)."""
    return {"type": "function", "strict": False, **function}
