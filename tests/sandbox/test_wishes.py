"""Words in the question that make it show something: Markdown, length, thinking, tools, speech, pictures."""

import json

import pytest

from chats.gateway.sandbox import wishes
from tests.sandbox.conftest import said

TOOLS = [
    {"type": "function", "function": {"name": "clock", "parameters": {"type": "object", "properties": {}}}},
    {
        "type": "function",
        "function": {
            "name": "forecast",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string"},
                    "unit": {"type": "string", "enum": ["C", "F"]},
                    "days": {"type": "integer", "minimum": 2},
                    "hourly": {"type": "boolean"},
                    "fields": {"type": "array", "items": {"type": "string", "enum": ["rain"]}},
                },
            },
        },
    },
]


@pytest.mark.parametrize("text", ["markdown showcase", "Show me a Markdown demo, please", "来一个 Markdown 展示"])
def test_the_markdown_showcase_has_something_of_everything(ask, text):
    shown = ask.text(text)
    assert shown.startswith("Sandbox: ")
    for mark in ("# Markdown", "1. First", "- [x]", "> ", "|:---", "```python", "```mermaid", "$$", "**粗体**。"):
        assert mark in shown
    assert "from $2bn to $4bn" in shown


def test_a_long_answer_has_exactly_the_length_asked_for(ask):
    assert len(ask.text("long answer 20000")) == 20_000
    assert len(ask.text("A long answer, please")) == wishes.USUAL_LENGTH
    assert len(ask.text("长回答 3000")) == 3000
    assert said(ask.deltas("long answer 1,500")) == ask.text("long answer 1,500")


def test_every_sentence_of_a_long_answer_has_its_number(ask):
    text = ask.text("long answer 5000")
    numbers = [int(line.split(",")[0]) for line in text.split("This is sentence ")[1:]]
    assert numbers == list(range(1, len(numbers) + 1))


def pieced(deltas):
    calls: dict = {}
    for delta in deltas:
        for piece in delta.get("tool_calls", []):
            call = calls.setdefault(piece["index"], {"id": "", "name": "", "arguments": ""})
            call["id"] += piece.get("id") or ""
            call["name"] += piece["function"].get("name") or ""
            call["arguments"] += piece["function"].get("arguments") or ""
    return calls


def test_a_tool_call_streams_arguments_that_fit_the_schema(ask):
    chunks = ask.chunks("tool call: forecast", tools=TOOLS)
    calls = pieced([choice["delta"] for chunk in chunks for choice in chunk["choices"]])
    assert list(calls) == [0]
    assert calls[0]["name"] == "forecast"
    assert json.loads(calls[0]["arguments"]) == {
        "city": "tool call: forecast",
        "unit": "C",
        "days": 2,
        "hourly": True,
        "fields": ["rain"],
    }
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_without_tools_it_invents_one(ask):
    call = ask.message("请做一次工具调用")["tool_calls"][0]
    assert (call["type"], call["function"]["name"]) == ("function", "get_weather")


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "forecast"}}])
def test_tool_choice_alone_brings_a_call(ask, choice):
    name = ask.message("Hi", tools=TOOLS, tool_choice=choice)["tool_calls"][0]["function"]["name"]
    assert name == ("clock" if choice == "required" else "forecast")


def test_no_tool_is_called_unless_asked_for(ask):
    assert "tool_calls" not in ask.message("Hi", tools=TOOLS)
    assert "tool_calls" not in ask.message("tool call", tools=TOOLS, tool_choice="none")


def test_a_tools_result_is_answered_with_words(ask):
    call = {"id": "call_1", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
    history = [
        {"role": "user", "content": "tool call"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "It is noon"},
    ]
    message = ask.message(None, messages=history, tools=TOOLS)
    assert "tool_calls" not in message
    assert "The tool answered with 10 characters: “It is noon”" in message["content"]


@pytest.mark.parametrize("shape", ["whole", "no_type", "empty_name"])
def test_the_odd_shapes_of_tool_calls(ask, shape):
    pieces = [p for d in ask.deltas("Hi", f"tool={shape}", tools=TOOLS) for p in d.get("tool_calls", [])]
    if shape == "whole":
        assert len(pieces) == 1
    elif shape == "no_type":
        assert "type" not in pieces[0]
    else:
        assert (pieces[1]["id"], pieces[1]["function"]["name"]) == ("", "")


def test_several_calls_at_once_are_told_apart_by_index(ask):
    calls = pieced(ask.deltas("Hi", "calls=2", tools=TOOLS))
    assert {index: call["name"] for index, call in calls.items()} == {0: "clock", 1: "forecast"}


@pytest.mark.parametrize("how", ["Continue exactly where your last answer stopped.", "请继续", None])
def test_an_answer_that_broke_off_is_continued_where_it_stopped(ask, how):
    question = {"role": "user", "content": "long answer 900"}
    whole = ask.text("long answer 900")
    history = [question, {"role": "assistant", "content": whole[:333]}]
    history += [{"role": "user", "content": how}] if how else []
    assert ask.text(None, messages=history) == whole[333:]
