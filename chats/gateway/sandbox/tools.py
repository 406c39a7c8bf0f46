"""The tool calls of an answer: which of the offered tools, with arguments that fit its schema."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.pieces import pieces
from chats.gateway.sandbox.question import Question

INVENTED = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string", "enum": ["Beijing"]}}},
}
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    name: str
    arguments: str

    def as_wire(self, index: int | None = None) -> dict[str, Any]:
        place = {} if index is None else {"index": index}
        function = {"name": self.name, "arguments": self.arguments}
        return place | {"id": self.id, "type": "function", "function": function}


def are_called_for(question: Question, wished: bool) -> bool:
    """Never in answer to a tool's result: that would go round in circles."""
    choice = question.raw.get("tool_choice")
    if question.last_role == "tool" or choice == "none":
        return False
    return wished or choice == "required" or isinstance(choice, dict)


def calls(question: Question, count: int) -> tuple[Call, ...]:
    offered = [tool["function"] for tool in question.raw.get("tools") or [] if _is_function(tool)] or [INVENTED]
    first = offered.index(_chosen(question, offered))
    chosen = [offered[(first + at) % len(offered)] for at in range(max(count, 1))]
    return tuple(_call(question, function, at) for at, function in enumerate(chosen))


def deltas(answered: tuple[Call, ...], shape: str) -> Iterator[dict[str, Any]]:
    """As `delta.tool_calls[0]`, in one of misbehave.TOOL_SHAPES."""
    for index, call in enumerate(answered):
        whole = call.as_wire(index)
        if shape == "no_type":
            del whole["type"]
        if shape == "whole":
            yield whole
            continue
        yield whole | {"function": {"name": call.name, "arguments": ""}}
        for piece in pieces(call.arguments):
            later: dict[str, Any] = {"index": index, "function": {"arguments": piece}}
            if shape == "empty_name":
                later = {"index": index, "id": "", "type": "function", "function": {"name": "", "arguments": piece}}
            yield later


def _is_function(tool: Any) -> bool:
    return isinstance(tool, dict) and isinstance(as_object(tool.get("function")).get("name"), str)


def _chosen(question: Question, offered: list[dict[str, Any]]) -> dict[str, Any]:
    """The one that tool_choice names, or the text, or the first."""
    choice = question.raw.get("tool_choice")
    wanted = as_object(choice.get("function")).get("name") if isinstance(choice, dict) else None
    by_choice = (function for function in offered if function["name"] == wanted)
    by_text = (function for function in offered if function["name"] in question.text)
    return next(by_choice, None) or next(by_text, None) or offered[0]


def _call(question: Question, function: dict[str, Any], at: int) -> Call:
    schema = as_object(function.get("parameters"))
    arguments = json.dumps(_value(schema | {"type": "object"}, question.text), ensure_ascii=False)
    digest = hashlib.sha256(f"{at}{function['name']}{arguments}".encode("utf-8", "replace")).hexdigest()
    return Call(f"call_{digest[:24]}", function["name"], arguments)


def _value(schema: Any, text: str, depth: int = 0) -> Any:
    """Something that fits the schema; words come from the question."""
    if not isinstance(schema, dict) or depth > DEEPEST:
        return None
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    kind = schema.get("type")
    match kind[0] if isinstance(kind, list) and kind else kind:
        case "object":
            return {name: _value(inner, text, depth + 1) for name, inner in as_object(schema.get("properties")).items()}
        case "array":
            return [_value(schema.get("items"), text, depth + 1)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            return text[:80]
        case _:
            return None
