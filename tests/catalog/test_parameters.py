"""Nobody is offered what the family refuses, and nothing else gets through."""

import pytest

from chats import catalog
from chats.catalog import clean_parameters


def offered(model: str) -> set[str]:
    return {p.name for p in catalog.get(model).parameters}


@pytest.mark.parametrize("model", ["o3", "o4-mini", "gpt-5", "gpt-5-mini", "gpt-5-chat"])
def test_the_reasoning_models_of_openai_offer_no_temperature(model):
    assert offered(model).isdisjoint({"temperature", "top_p"})
    assert "temperature" in offered("gpt-4o")


def test_gpt_5_2_has_a_temperature_only_while_it_does_not_think():
    spec = catalog.get("gpt-5.2")
    assert clean_parameters(spec, {"temperature": 0.5}) == {"temperature": 0.5}
    assert clean_parameters(spec, {"temperature": 0.5, "thinking": True}) == {"thinking": True}
    assert clean_parameters(spec, {"temperature": 0.5, "effort": "high"}) == {"effort": "high"}
    asked = {"temperature": 0.5, "effort": "high", "thinking": False}
    assert clean_parameters(spec, asked) == {"temperature": 0.5, "thinking": False}


def test_claude_has_no_temperature_while_it_thinks():
    spec = catalog.get("claude-opus-4-6")
    assert clean_parameters(spec, {"temperature": 0.5, "thinking": False})["temperature"] == 0.5
    assert clean_parameters(spec, {"temperature": 0.5, "thinking": True}) == {"thinking": True}


def test_claude_wants_the_budget_below_the_maximum():
    spec = catalog.get("claude-sonnet-4-20250514")
    asked = {"thinking": True, "budget": 4000, "max_tokens": 4000}
    with pytest.raises(ValueError, match="budget"):
        clean_parameters(spec, asked)
    assert clean_parameters(spec, asked | {"max_tokens": 4001})["budget"] == 4000


def test_a_budget_is_dropped_with_the_thinking():
    spec = catalog.get("qwen3-8b")
    assert clean_parameters(spec, {"thinking": False, "budget": 2000}) == {"thinking": False}
    assert clean_parameters(spec, {"budget": 2000}) == {"budget": 2000}


@pytest.mark.parametrize(
    ("model", "names"),
    [
        ("qwen-plus", {"thinking", "budget"}),
        ("qwen-max", set()),
        ("deepseek-reasoner", set()),
        ("gpt-5", {"effort"}),
        ("gpt-5.1", {"thinking", "effort"}),
        ("gpt-5.1-chat-latest", set()),
        ("gemini-2.5-pro", {"budget"}),
        ("gemini-2.5-flash", {"thinking", "budget"}),
        ("gemini-3-pro-preview", {"effort"}),
        ("claude-opus-4-6", {"thinking", "effort", "budget"}),
        ("doubao-seed-2-0-pro-260215", {"thinking", "effort"}),
        ("kimi-k2.5", {"thinking"}),
    ],
)
def test_a_family_thinks_in_its_own_way(model, names):
    assert offered(model) & {"thinking", "effort", "budget"} == names


def test_gemini_says_how_far_its_budget_goes():
    budget = next(p for p in catalog.get("gemini-2.5-pro").parameters if p.name == "budget")
    assert (budget.minimum, budget.maximum) == (128, 32768)


def test_only_those_who_speak_have_a_voice():
    voices = next(p for p in catalog.get("qwen2.5-omni-7b").parameters if p.name == "voice").choices
    assert voices == ("Ethan", "Chelsie")
    assert "voice" not in offered("qwen-vl-max")


def test_a_voice_is_dropped_while_the_omni_model_thinks():
    spec = catalog.get("qwen3-omni-flash-2025-12-01")
    assert clean_parameters(spec, {"voice": "Cherry"}) == {"voice": "Cherry"}
    assert clean_parameters(spec, {"voice": "Cherry", "thinking": True}) == {"thinking": True}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"temperature": 2.5}, "at most 2"),
        ({"temperature": -1}, "at least 0"),
        ({"temperature": "hot"}, "number"),
        ({"temperature": True}, "number"),
        ({"temperature": float("nan")}, "number"),
        ({"max_tokens": 1.5}, "whole"),
        ({"stop": "END"}, "list"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "at most 4"),
        ({"system_prompt": 7}, "text"),
        ({"system_prompt": "x" * 40_001}, "40000"),
        ({"thinking": "yes"}, "no setting"),
        ({"loudness": 3}, "loudness"),
    ],
)
def test_a_wrong_value_is_refused_in_plain_words(raw, words):
    with pytest.raises(ValueError, match=words):
        clean_parameters(catalog.get("gpt-4o"), raw)


def test_a_choice_is_one_of_those_offered():
    with pytest.raises(ValueError, match="low, medium, high"):
        clean_parameters(catalog.get("o3"), {"effort": "extreme"})


def test_what_is_empty_is_left_to_the_vendor():
    raw = {"temperature": None, "stop": [], "system_prompt": "", "seed": 0}
    assert clean_parameters(catalog.get("gpt-4o"), raw) == {"seed": 0}


@pytest.mark.parametrize("spec", catalog.listed(), ids=lambda s: s.model)
def test_every_control_can_be_drawn(spec):
    names = [p.name for p in spec.parameters]
    assert len(names) == len(set(names))
    for parameter in spec.parameters:
        assert parameter.type in {"number", "integer", "text", "boolean", "choice", "list"}
        assert bool(parameter.choices) == (parameter.type == "choice")
        assert parameter.described()["name"] == parameter.name
