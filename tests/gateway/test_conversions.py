"""What one wire format wrote can be continued over every other: thoughts, steps, calls, results and pictures."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from chats import catalog
from chats.catalog import ModelSpec
from chats.gateway.body import Body
from chats.gateway.protocols import load
from chats.gateway.values import Part, Prompt, Turn

from .spoken import Spoken
from .vendors_rules import check

WIRE = Path(__file__).parents[1] / "wire" / "conversions"
WRITERS = {
    "messages": "claude-sonnet-4-5-20250929",
    "generate_content": "gemini-3-pro-preview",
    "responses": "gpt-5",
    "chat_completions": "kimi-k2-thinking",
}
READERS = [
    ("messages", "claude-sonnet-4-5-20250929"),
    ("messages", "claude-opus-4-6"),
    ("generate_content", "gemini-3-pro-preview"),
    ("generate_content", "gemini-2.5-flash"),
    ("responses", "gpt-5"),
    ("responses", "o3"),
    ("chat_completions", "kimi-k2-thinking"),
    ("chat_completions", "claude-sonnet-4-5-20250929"),
    ("chat_completions", "gpt-4o"),
    ("chat_completions", "deepseek-reasoner"),
    ("chat_completions", "gemini-2.5-flash"),
]
# Thoughts that are sealed or signed, by whom: nobody else may be shown them.
GIVEN = {
    "claude-sonnet-4-5-20250929": {"EqQBclaude1", "EqQBclaude2", "EmwKAhgB"},
    "gemini-3-pro-preview": {f"c2lnL{rest}" for rest in ("XRob3VnaHQ=", "WNvZGU=", "XRleHQ=", "WNhbGw=", "Wxhc3Q=")},
    "gpt-5": {"gAAAAsealed1", "gAAAAsealed2", "gAAAAsealed3"},
}
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
QUESTION, NEXT = (Turn("user", (Part("text", said),)) for said in ("FIRST QUESTION", "NEXT QUESTION"))


def spoken(writer: str, n: int) -> Turn:
    protocol, answer = load(writer), Spoken()
    for event in [*protocol.read((WIRE / f"{writer}.{n}.json").read_bytes()), *protocol.close()]:
        answer.take(event)
    return Turn("assistant", tuple(answer.parts), WRITERS[writer])


def results(turn: Turn) -> Turn:
    """What our tools answered to its calls, in the other order, one of them with a failure."""
    calls = [part for part in turn.parts if part.kind == "tool_call" and not part.is_vendors]
    assert len(calls) == 2
    found = [Part("tool_result", f"RESULT {n}", call_id=call.call_id, is_error=n == 1) for n, call in enumerate(calls)]
    return Turn("tool", tuple(found))


def in_the_loop(writer: str) -> tuple[Turn, ...]:
    first = spoken(writer, 1)
    return (QUESTION, first, results(first))


def afterwards(writer: str) -> tuple[Turn, ...]:
    return (*in_the_loop(writer), spoken(writer, 2), NEXT)


def two_loops(writer: str) -> tuple[Turn, ...]:
    return (*afterwards(writer), *in_the_loop(writer)[1:])


PASTS = [in_the_loop, afterwards, two_loops]
WISHES: list[dict[str, Any]] = [
    {"tools": (WEATHER,), "thinking": True},
    {"tools": (WEATHER,), "thinking": False, "web_search": True, "code_execution": True},
    {"tools": (), "thinking": True, "web_search": True, "code_execution": True},
    {"tools": ()},
]


def body(reader: tuple[str, str], turns: tuple[Turn, ...], tools: tuple = (), **wishes: Any) -> dict[str, Any]:
    request = load(reader[0]).request(spec_of(reader), Prompt(turns, wishes, tools))
    return json.loads(b"".join(Body(request.json)))


def spec_of(reader: tuple[str, str]) -> ModelSpec:
    protocol, model = reader
    return replace(catalog.get(model), protocol=protocol)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


@pytest.mark.parametrize("reader", READERS, ids="/".join)
@pytest.mark.parametrize("writer", WRITERS)
class TestEveryPair:
    def test_what_one_wrote_is_valid_for_the_other(self, writer, reader):
        for past, wishes in product(PASTS, WISHES):
            check(reader[0], body(reader, past(writer), **wishes), spec_of(reader), GIVEN)

    def test_nothing_is_lost_and_nothing_said_twice(self, writer, reader):
        for wishes in WISHES:
            self.check_words(writer, "\n".join(strings(body(reader, afterwards(writer), **wishes))))

    def check_words(self, writer, said):
        once = ("FIRST QUESTION", "I ask for both.", "RESULT 0", "RESULT 1", "FINAL WORDS", "NEXT QUESTION")
        assert {word: said.count(word) for word in (*once, "STEP-ASKED")} == dict.fromkeys((*once, "STEP-ASKED"), 1)
        assert said.count("STEP-CAME") == (writer != "chat_completions")  # whose interpreter does not tell it

    def test_sealed_thoughts_go_to_who_sealed_them_alone(self, writer, reader):
        model = WRITERS[writer]
        shown = GIVEN.get(model, set()) & set(strings(body(reader, in_the_loop(writer), **WISHES[0])))
        assert not shown or reader[1] == model

    def test_a_picture_is_seen_by_who_can_see(self, writer, reader):
        said = [text for text in strings(body(reader, afterwards(writer))) if "iVBORw0KGgo" in text]
        has_made = writer != "messages"
        assert len(said) == (has_made and "image" in spec_of(reader).inputs)


def test_its_own_loop_goes_on_with_its_own_thoughts():
    """The premise of the above: signed thoughts do go back, and calls stay calls."""
    for writer, model in WRITERS.items():
        sent = body((writer, model), in_the_loop(writer), **WISHES[0])
        text = json.dumps(sent, ensure_ascii=False)
        assert "[called" not in text, writer
        assert GIVEN.get(model, {"First code, then the weather."}) & set(strings(sent)), writer


def test_claude_shares_its_signatures_between_its_two_formats():
    sent = body(("chat_completions", WRITERS["messages"]), in_the_loop("messages"), **WISHES[0])
    (message,) = [message for message in sent["messages"] if "tool_calls" in message]
    assert (message["reasoning_content"], message["signature"]) == ("First the web, then the weather.", "EqQBclaude1")
