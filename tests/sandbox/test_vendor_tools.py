"""The vendors' own tools over chat/completions: searches, Gemini's built-in functions, Qwen's code interpreter."""

import json

import pytest

from tests.sandbox.conftest import said

INTERPRETER = {"extra_body": {"enable_code_interpreter": True, "enable_thinking": True}}
POWER = "What is 123 to the power of 21?"


def function(name):
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}


@pytest.mark.parametrize(
    ("model", "switch"),
    [
        ("claude-sonnet-4-5-20250929", {"web_search_options": {"search_context_size": "low"}}),
        ("qwen3-max-preview", {"enable_search": True}),
        ("grok-4", {"search_parameters": {"mode": "auto"}}),
        ("gemini-2.5-flash", {"tools": [function("googleSearch")]}),
    ],
)
def test_each_familys_switch_searches_the_built_in_web(ask, model, switch):
    question = "How long is the Great Wall?"
    assert "21,196" in ask.text(question, model=model, **switch)
    assert "21,196" not in ask.text(question, model=model)
    assert "21,196" not in ask.text(question, model="glm-4.6", **{k: v for k, v in switch.items() if k != "tools"})


def test_claude_tells_its_sources_as_annotations(ask):
    asked = {"model": "claude-sonnet-4-5-20250929", "web_search_options": {}}
    message = ask.message("How long is the Great Wall?", **asked)
    for note in (one["url_citation"] for one in message["annotations"]):
        assert message["content"][note["start_index"] : note["end_index"]]
        assert note["url"].startswith("https://sandbox.example/")
    deltas = ask.deltas("How long is the Great Wall?", **asked)
    assert [d["annotations"] for d in deltas if d.get("annotations")] == [message["annotations"]]


def test_gemini_writes_code_and_output_into_the_content(ask):
    text = ask.text(POWER, model="gemini-2.5-flash", tools=[function("codeExecution")])
    assert f"```python\nprint(123**21)\n```\n\n```output\n{123**21}\n```" in text


def test_qwens_interpreter_shows_growing_code_between_thoughts(ask):
    chunks = ask.chunks(POWER, **INTERPRETER)
    shown = [chunk["tool_info"][0]["code_interpreter"]["code"] for chunk in chunks if chunk.get("tool_info")]
    assert shown[-1] == "print(123**21)"
    assert all(later.startswith(earlier) for earlier, later in zip(shown, shown[1:], strict=False))
    kinds = [
        "code" if chunk.get("tool_info") else "thought" if delta["reasoning_content"] else "word"
        for chunk in chunks
        for delta in [chunk["choices"][0]["delta"]]
    ]
    order = [kind for at, kind in enumerate(kinds) if at == 0 or kinds[at - 1] != kind]
    assert order == ["thought", "code", "thought", "word"]
    assert str(123**21) in said([chunk["choices"][0]["delta"] for chunk in chunks])
    totals = [chunk["usage"]["total_tokens"] for chunk in chunks]
    assert totals == sorted(totals)
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("question", "told", "untold"),
    [
        ("plot sin(x) from 0 to 6", ("200 points, minimum -1, maximum 1", "no way over this route"), "printed nothing"),
        ("画出 sin(x) 在 0 到 6 的曲线", ("200 points, minimum -1, maximum 1", "无法传送图片"), "没有输出"),
        ("```python\nprint('held', 6 * 7)\n```", ("printed:\n\n```\nheld 42\n```",), "chart"),
        ("```python\nx = 1\n```", ("printed nothing",), "chart"),
    ],
)
def test_the_interpreter_tells_what_was_printed_and_that_a_plot_has_no_way(ask, question, told, untold):
    text = said(ask.deltas(question, **INTERPRETER))
    assert all(words in text for words in told)
    assert untold not in text


def test_the_interpreter_is_refused_without_a_stream_or_thinking(ask):
    assert ask.post(POWER, **INTERPRETER).status_code == 400
    off = {"extra_body": {"enable_code_interpreter": True, "enable_thinking": False}}
    assert ask.post(POWER, stream=True, **off).status_code == 400
    assert ask.post(POWER, stream=True, **INTERPRETER).status_code == 200


def test_json_comes_in_the_schema_that_was_asked_for(ask):
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "n": {"type": "integer"}}}
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    assert json.loads(ask.text("Rome", response_format=form)) == {"city": "Rome", "n": 1}
    assert "answer" in json.loads(ask.text("JSON please", response_format={"type": "json_object"}))
