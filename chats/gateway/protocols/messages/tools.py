"""Functions of ours and the vendor's own tools, as `tools` and `tool_choice` (text.md 5.1 and 5.4)."""

from collections.abc import Iterator, Mapping
from typing import Any

from chats.gateway.past import ID_LENGTH, NOT_PLAIN
from chats.gateway.values import Prompt

Body = dict[str, Any]

MOST_SEARCHES = 5
_SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": MOST_SEARCHES}
_CODE = {"type": "code_execution_20250825", "name": "code_execution"}
_CHOICES = {"auto": "auto", "required": "any", "none": "none"}


def set_tools(body: Body, prompt: Prompt) -> None:
    declared = [_declared(tool["function"]) for tool in prompt.tools if "function" in tool]
    names = {tool["name"] for tool in declared}
    declared += [tool for tool in _vendors(prompt.parameters) if tool["name"] not in names]
    if declared:
        body["tools"] = declared
        _set_choice(body, prompt.parameters)


def plain_name(name: str) -> str:
    return NOT_PLAIN.sub("_", name)[:ID_LENGTH] or "tool"


def _declared(function: Mapping[str, Any]) -> Body:
    """Names must be plain and a schema must be there."""
    declared: Body = {"name": plain_name(function["name"])}
    if function.get("description"):
        declared["description"] = function["description"]
    return declared | {"input_schema": function.get("parameters") or {"type": "object", "properties": {}}}


def _vendors(values: Mapping[str, Any]) -> Iterator[Body]:
    if values.get("web_search"):
        yield dict(_SEARCH)
    if values.get("code_execution"):
        yield dict(_CODE)


def _set_choice(body: Body, values: Mapping[str, Any]) -> None:
    kind = _CHOICES.get(values.get("tool_choice", ""), "")
    if kind == "any" and body.get("thinking", {}).get("type") in ("enabled", "adaptive"):
        kind = "auto"  # nothing can be forced while it thinks (text.md 5.1)
    choice: Body = {"type": kind} if kind else {}
    if values.get("parallel_tool_calls") is False and kind != "none":
        choice = {"type": kind or "auto", "disable_parallel_tool_use": True}
    if choice:
        body["tool_choice"] = choice
