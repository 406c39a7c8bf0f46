"""Functions of ours, or Google's own tools, as `tools` and `toolConfig` (text.md 6.1 and 6.3)."""

from collections.abc import Iterator, Mapping
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.values import Prompt

Config = dict[str, Any]

_OWN = {"web_search": "googleSearch", "code_execution": "codeExecution", "url_context": "urlContext"}
_CHOICES = {"auto": "AUTO", "required": "ANY", "none": "NONE"}
_NOT_TAKEN = ("$schema", "additionalProperties")  # Google's schemas are a part of JSON Schema (VD)
_BY_NAME = ("properties", "patternProperties", "$defs", "definitions")  # keys in them are names of ours
_AS_IT_IS = ("enum", "const", "default", "example", "examples")  # values, no schemas


def tools(spec: ModelSpec, prompt: Prompt) -> Config:
    """On 2.5 functions cannot stand beside Google's own tools: where there are any they win."""
    declared = [_declared(tool["function"]) for tool in prompt.tools if "function" in tool]
    if declared:
        body: Config = {"tools": [{"functionDeclarations": declared}]}
        if mode := _CHOICES.get(prompt.parameters.get("tool_choice", "")):
            body["toolConfig"] = {"functionCallingConfig": {"mode": mode}}
        return body
    own = list(_own(spec, prompt.parameters))
    return {"tools": own} if own else {}


def _own(spec: ModelSpec, values: Mapping[str, Any]) -> Iterator[Config]:
    if spec.options.get("computer_use"):
        yield {"computerUse": {"environment": "ENVIRONMENT_BROWSER"}}
        return
    for name, tool in _OWN.items():
        if values.get(name):
            yield {tool: {}}


def _declared(function: Mapping[str, Any]) -> Config:
    """A schema without properties is refused (VD)."""
    declared: Config = {name: function[name] for name in ("name", "description") if function.get(name)}
    schema = function.get("parameters") or {}
    return declared | ({"parameters": _schema(schema)} if schema.get("properties") else {})


def _schema(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _keyword(name, item) for name, item in value.items() if name not in _NOT_TAKEN}
    return [_schema(item) for item in value] if isinstance(value, list) else value


def _keyword(name: str, item: Any) -> Any:
    if name in _BY_NAME and isinstance(item, Mapping):
        return {key: _schema(inner) for key, inner in item.items()}
    return item if name in _AS_IT_IS else _schema(item)
