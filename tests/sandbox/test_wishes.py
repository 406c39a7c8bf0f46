"""Words in the question that make it show something: Markdown, length, thinking, tools, speech, pictures."""

import base64
import json

import pytest

from chats.gateway.sandbox import measure_audio, measure_image, speech, wishes
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


@pytest.mark.parametrize(
    "switch",
    [
        {"enable_thinking": True},
        {"thinking": {"type": "enabled", "budget_tokens": 2048}},
        {"thinking": {"type": "adaptive"}},
        {"reasoning_effort": "low"},
        {"reasoning": {"enabled": True}},
        {"reasoning": {"effort": "high"}},
        {"chat_template_kwargs": {"enable_thinking": True}},
        {"extra_body": {"google": {"thinking_config": {"thinking_budget": 1024, "include_thoughts": True}}}},
        {"extra_body": {"google": {"thinking_config": {"thinking_level": "low", "include_thoughts": True}}}},
    ],
)
def test_every_switch_turns_thinking_on(ask, switch):
    deltas = ask.deltas("Hello", **switch)
    assert said(deltas, "reasoning_content").startswith("First, what came in")
    first_word = next(at for at, delta in enumerate(deltas) if delta.get("content"))
    assert not said(deltas[first_word:], "reasoning_content")


@pytest.mark.parametrize(
    "switch",
    [
        {},
        {"enable_thinking": False},
        {"thinking": {"type": "disabled"}},
        {"reasoning_effort": "none"},
        {"extra_body": {"google": {"thinking_config": {"thinking_budget": 0, "include_thoughts": True}}}},
        {"extra_body": {"google": {"thinking_config": {"thinking_budget": 1024}}}},
    ],
)
def test_thinking_is_off_without_a_switch_or_when_switched_off(ask, switch):
    answer = ask.whole("Hello", **switch)
    assert "reasoning_content" not in answer["choices"][0]["message"]
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == 0


@pytest.mark.parametrize(
    ("text", "thinks"), [("think about it", True), ("请思考一下", True), ("What do you think?", False), ("Hi", False)]
)
def test_the_word_think_is_a_switch_and_small_talk_is_not(ask, text, thinks):
    assert bool(said(ask.deltas(text), "reasoning_content")) is thinks


def test_the_thinking_budget_is_kept(ask):
    answer = ask.whole("Hello", enable_thinking=True, thinking_budget=5)
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == 5


@pytest.mark.parametrize(
    ("model", "switch"),
    [
        ("deepseek-reasoner", {}),
        ("qwen3-vl-30b-a3b-thinking", {}),
        ("qwen3-max-preview", {"enable_thinking": True}),
    ],
)
def test_most_models_think_in_reasoning_content(ask, model, switch):
    assert said(ask.deltas("Hello", model=model, **switch), "reasoning_content")


def test_claude_signs_its_thoughts_once_before_it_answers(ask):
    deltas = ask.deltas("Hello", model="claude-sonnet-4-5-20250929", thinking={"type": "enabled"})
    kinds = ["signature" if delta.get("signature") else delta.get("content") and "content" for delta in deltas]
    assert kinds.count("signature") == 1
    assert kinds.index("signature") < kinds.index("content")


def test_minimax_thinks_in_a_tag_unless_it_is_to_be_split_off(ask):
    assert said(ask.deltas("Hello", model="minimax-m2")).startswith("<think>First,")
    split = ask.deltas("Hello", model="minimax-m2", reasoning_split=True)
    texts = [detail["text"] for delta in split for detail in delta.get("reasoning_details", [])]
    assert "".join(texts).startswith("First,")
    assert said(split).startswith("Sandbox: ")


def test_openai_hides_its_thoughts_and_counts_them(ask):
    answer = ask.whole("Hello", model="gpt-5-mini", reasoning_effort="high")
    assert set(answer["choices"][0]["message"]) == {"role", "content"}
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0


@pytest.mark.parametrize("shape", ["reasoning_content", "reasoning", "details", "tag", "signature", "hidden", "off"])
def test_each_shape_of_thinking_can_be_chosen(ask, shape):
    deltas = ask.deltas("Hello", directives=f"think={shape}")
    keys = {key for delta in deltas for key, value in delta.items() if value}
    expected = {
        "reasoning_content": {"reasoning_content"},
        "reasoning": {"reasoning"},
        "details": {"reasoning_details"},
        "signature": {"reasoning_content", "signature"},
    }
    assert keys == {"role", "content"} | expected.get(shape, set())
    assert said(deltas).startswith("<think>") is (shape == "tag")


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


SPOKEN = {"modalities": ["text", "audio"], "audio": {"voice": "Cherry", "format": "wav"}}


def pcm_of(deltas) -> bytes:
    sounds = [delta["audio"] for delta in deltas if delta.get("audio", {}).get("data")]
    assert len({sound["id"] for sound in sounds}) == 1
    return b"".join(base64.b64decode(sound["data"]) for sound in sounds)


def test_qwen_speaks_raw_pcm_whose_length_follows_the_text(ask):
    deltas = ask.deltas("Speak up", model="qwen3-omni-flash-2025-12-01", **SPOKEN)
    pcm = pcm_of(deltas)
    assert not pcm.startswith(b"RIFF")
    assert said(deltas).startswith("Sandbox: ")
    facts = measure_audio.measure(speech.as_wav(pcm))
    assert (facts.rate_hz, facts.channels, facts.character) == (24_000, 1, "speech-like")
    longer = pcm_of(
        ask.deltas("Speak up, and at greater length, if you please", model="qwen3-omni-flash-2025-12-01", **SPOKEN)
    )
    assert len(longer) > len(pcm)


def test_the_older_omni_models_put_the_words_beside_the_sound(ask):
    deltas = ask.deltas("Speak", model="qwen2.5-omni-7b", **SPOKEN)
    assert said(deltas) == ""
    transcript = "".join(delta["audio"].get("transcript", "") for delta in deltas if "audio" in delta)
    assert transcript.startswith("Sandbox: ")
    assert pcm_of(deltas)


def test_spoken_answers_are_counted(ask):
    fields = SPOKEN | {"stream_options": {"include_usage": True}}
    chunks = ask.chunks("Speak", model="qwen3-omni-flash-2025-12-01", **fields)
    assert chunks[-1]["usage"]["completion_tokens_details"]["audio_tokens"] > 0


def test_qwen_speaks_only_in_a_stream_and_gpt_streams_only_pcm16(ask):
    assert "stream mode" in ask.post("Speak", model="qwen3-omni-flash-2025-12-01", **SPOKEN).json()["error"]["message"]
    refused = ask.post("Speak", model="gpt-audio", stream=True, **SPOKEN)
    assert refused.json()["error"]["code"] == "unsupported_value"
    fields = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}}
    assert pcm_of(ask.deltas("Speak", model="gpt-audio", **fields))


def test_a_model_that_cannot_speak_refuses_to(ask):
    answer = ask.post("Speak", model="qwen3-max-preview", stream=True, **SPOKEN)
    assert "does not support audio output" in answer.json()["error"]["message"]


def drawn(url: str):
    return measure_image.measure(base64.b64decode(url.removeprefix("data:image/png;base64,")))


def test_an_image_model_sends_a_picture_in_the_colours_asked_for(ask):
    parts = ask.message("A red and blue flag", model="gemini-2.5-flash-image")["content"]
    assert [part["type"] for part in parts] == ["text", "image_url"]
    assert {colour.name for colour in drawn(parts[1]["image_url"]["url"]).colours} == {"red", "blue"}
    streamed = said(ask.deltas("画一张绿色的图", model="gemini-2.5-flash-image"))
    url = streamed.partition("![image](")[2].rstrip(")")
    assert [colour.name for colour in drawn(url).colours] == ["green"]


@pytest.mark.parametrize("how", ["Continue exactly where your last answer stopped.", "请继续", None])
def test_an_answer_that_broke_off_is_continued_where_it_stopped(ask, how):
    question = {"role": "user", "content": "long answer 900"}
    whole = ask.text("long answer 900")
    history = [question, {"role": "assistant", "content": whole[:333]}]
    history += [{"role": "user", "content": how}] if how else []
    assert ask.text(None, messages=history) == whole[333:]
