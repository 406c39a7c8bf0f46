"""Thinking: its switches, its shapes by model, and what it costs."""

import pytest

from tests.sandbox.conftest import said


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
