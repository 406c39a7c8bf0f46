"""The parameters a person set as fields of a response (text.md 4.1)."""

from collections.abc import Mapping
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.thinking import Wish, effort

Body = dict[str, Any]

_NAMES = {"temperature": "temperature", "top_p": "top_p", "max_tokens": "max_output_tokens"}
ENCRYPTED = "reasoning.encrypted_content"


def set_parameters(body: Body, spec: ModelSpec, values: Mapping[str, Any]) -> None:
    """Writes what is set; a value nobody set is left to the vendor."""
    body |= {wire: values[name] for name, wire in _NAMES.items() if values.get(name) not in (None, "")}
    if values.get("verbosity"):
        body["text"] = {"verbosity": values["verbosity"]}
    if calls := values.get("max_tool_calls") or spec.options.get("max_tool_calls"):
        body["max_tool_calls"] = calls
    facts = spec.options.get("thinking") or {}
    if facts.get("mode", "none") != "none":
        _set_thinking(body, spec, facts, values)


def _set_thinking(body: Body, spec: ModelSpec, facts: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    wish, control = Wish(values), facts.get("control", "none")
    if control == "enable_thinking":
        _switch(body, wish)
    elif control == "thinking.type":
        # `thinking` is not among the fields that get through here, the effort is.
        if wish.is_on is not None:
            body["reasoning"] = {"effort": (wish.effort or "medium") if wish.is_on else "minimal"}
    elif spec.vendor == "openai":
        word = effort(facts, wish)
        # Without `summary` no reasoning is shown at all.
        body["reasoning"] = ({"effort": word} if word else {}) | {"summary": values.get("summary") or "auto"}
        body["include"] = [ENCRYPTED, *body.get("include", ())]


def _switch(body: Body, wish: Wish) -> None:
    """Qwen's own fields; its code interpreter runs only while it thinks (text.md 4.5, 8)."""
    runs_code = any(tool["type"] == "code_interpreter" for tool in body.get("tools", ()))
    if wish.is_on is not None or runs_code:
        body["enable_thinking"] = wish.is_on is not False
    if wish.budget and wish.is_on is not False:
        body["thinking_budget"] = wish.budget
