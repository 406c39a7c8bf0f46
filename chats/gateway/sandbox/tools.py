"""The tool calls of an answer: which of the offered tools, with arguments that fit its schema."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox import arguments, choosing
from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.pieces import pieces
from chats.gateway.sandbox.question import Question

INVENTED = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string", "enum": ["Beijing"]}}},
}


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    name: str
    arguments: str

    def as_wire(self, index: int | None = None) -> dict[str, Any]:
        place = {} if index is None else {"index": index}
        function = {"name": self.name, "arguments": self.arguments}
        return place | {"id": self.id, "type": "function", "function": function}


def calls(question: Question, is_wished: bool, count: int, most_rounds: int) -> tuple[Call, ...]:
    """Forced by a wish or by tool_choice, else what the question leads to; after results only what is left of that."""
    choice, nth = question.raw.get("tool_choice"), choosing.rounds(question)
    if choice == "none":
        return ()
    is_forced = is_wished or choice == "required" or isinstance(choice, dict)
    if nth < most_rounds or (is_forced and not nth and question.last_role != "tool"):
        due = choosing.due(question) if choice == "required" and not is_wished else []
        return _named(due, nth) if due else _forced(question, count, nth)
    return _named(choosing.due(question), nth)


def named_call(name: str, given: Any, nth: int) -> Call:
    """One of the vendor's own functions, which nobody declared."""
    return _call({"name": name}, given, 0, nth)


def _forced(question: Question, count: int, nth: int) -> tuple[Call, ...]:
    offered = choosing.functions(question) or [INVENTED]
    first = offered.index(_chosen(question, offered))
    chosen = [offered[(first + at) % len(offered)] for at in range(max(count, 1))]
    return tuple(_call(function, _made_up(question, function), at, nth) for at, function in enumerate(chosen))


def _made_up(question: Question, function: dict[str, Any]) -> Any:
    schema = as_object(function.get("parameters"))
    if isinstance(schema.get("required"), list):
        return next(arguments.all_for(function, question.text))
    return arguments.made_up(schema | {"type": "object"}, question.text)


def _named(due: list[choosing.Wanted], nth: int) -> tuple[Call, ...]:
    return tuple(_call(one.function, one.arguments, at, nth) for at, one in enumerate(due))


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


def _chosen(question: Question, offered: list[dict[str, Any]]) -> dict[str, Any]:
    """The one that tool_choice names, or the text, or the first."""
    choice = question.raw.get("tool_choice")
    wanted = as_object(choice.get("function")).get("name") if isinstance(choice, dict) else None
    by_choice = (function for function in offered if function["name"] == wanted)
    by_text = (function for function in offered if function["name"] in question.text)
    return next(by_choice, None) or next(by_text, None) or offered[0]


def _call(function: dict[str, Any], given: Any, at: int, nth: int) -> Call:
    """`nth` round of the same question: its calls have names of their own."""
    told = json.dumps(given, ensure_ascii=False)
    seed = f"{at}{function['name']}{told}" + (f" {nth}" if nth else "")
    digest = hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()
    return Call(f"call_{digest[:24]}", function["name"], told)
