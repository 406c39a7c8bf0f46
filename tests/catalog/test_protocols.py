"""Which formats can ask a model, how a person chooses one, and what each of them can say."""

import pytest

from chats import catalog
from chats.catalog import asked_by, clean_parameters
from chats.catalog.spec import REPLY_PROTOCOLS

CLAUDE, GPT, GEMINI = (catalog.get(model) for model in ("claude-opus-4-6", "gpt-5.2", "gemini-2.5-pro"))
ONE_WAY = catalog.get("deepseek-chat")
VENDORS = {
    *("web_search", "code_execution", "url_context", "image_generation"),
    *("summary", "verbosity", "interleaved", "cache"),
}
SEVERAL = [spec for spec in catalog.listed() if len(spec.ways) > 1]


def parameter(spec: catalog.ModelSpec, name: str) -> catalog.Parameter:
    return next(p for p in spec.parameters if p.name == name)


@pytest.mark.parametrize("spec", SEVERAL, ids=lambda s: s.model)
def test_where_there_are_several_ways_the_first_is_the_usual_one(spec):
    choice = parameter(spec, "protocol")
    assert (choice.default, choice.choices) == (spec.protocol, spec.protocols)
    assert asked_by(spec, {}) is spec
    for way in choice.choices:
        asked = asked_by(spec, {"protocol": way})
        assert (asked.protocol, asked.model, asked.wire_model) == (way, spec.model, spec.wire_model)


def test_the_several_ways_are_those_of_the_recommendation():
    usual = {spec.protocol: set() for spec in SEVERAL}
    for spec in SEVERAL:
        usual[spec.protocol].add(spec.family)
    assert usual["messages"] == {"claude"}
    assert usual["generate_content"] == {"gemini", "gemini-image"}
    assert usual["responses"] == {"gpt-reasoning", "gpt-switchable"}
    assert usual["chat_completions"] == {"gpt", "gpt-reasoning", "gemini-image", "doubao", "qwen"}
    assert catalog.get("gpt-5-chat").protocol == "chat_completions"


def test_where_there_is_one_way_nobody_is_asked_and_an_old_choice_counts_as_none():
    assert "protocol" not in {p.name for p in ONE_WAY.parameters}
    assert asked_by(ONE_WAY, {"protocol": "messages"}) is ONE_WAY
    assert clean_parameters(ONE_WAY, {"protocol": "messages", "seed": 1}) == {"seed": 1}


@pytest.mark.parametrize("chosen", ["smoke_signals", "images", "", None, 7])
def test_a_protocol_that_does_not_fit_is_not_used(chosen):
    assert asked_by(CLAUDE, {"protocol": chosen}) is CLAUDE


def test_a_protocol_that_is_not_offered_is_refused_in_plain_words():
    with pytest.raises(ValueError, match="must be one of: messages, chat_completions"):
        clean_parameters(CLAUDE, {"protocol": "responses"})


def test_settings_of_another_protocol_are_dropped():
    raw = {"interleaved": True, "cache": True, "thinking": True}
    assert clean_parameters(CLAUDE, raw) == raw
    chat = {"protocol": "chat_completions"}
    assert clean_parameters(CLAUDE, raw | chat) == {"thinking": True, **chat}
    assert clean_parameters(GPT, {"seed": 1, "summary": "concise"}) == {"summary": "concise"}
    assert clean_parameters(GPT, {"seed": 1, "summary": "concise", **chat}) == {"seed": 1, **chat}


def test_what_conversations_stored_before_there_was_a_choice_is_still_taken():
    stored = {"thinking": True, "budget": 2000, "max_tokens": 9000, "system_prompt": "Be brief."}
    assert clean_parameters(CLAUDE, stored) == stored
    assert clean_parameters(GPT, {"effort": "high", "seed": 3, "max_tokens": 5}) == {"effort": "high", "max_tokens": 5}
    assert clean_parameters(GEMINI, {"temperature": 1, "seed": 3, "budget": 500})["seed"] == 3


def test_the_page_is_told_which_protocols_a_setting_belongs_to():
    assert parameter(GPT, "summary").described()["protocols"] == ("responses",)
    assert "protocols" not in parameter(GPT, "effort").described()


@pytest.mark.parametrize(
    ("model", "names"),
    [
        ("gpt-5.2", {"web_search", "code_execution", "image_generation", "summary", "verbosity"}),
        ("gpt-4o", {"web_search", "code_execution"}),
        ("gpt-5.1-codex", {"web_search", "code_execution", "summary"}),
        ("claude-sonnet-4-5-20250929", {"web_search", "code_execution", "interleaved", "cache"}),
        ("gemini-3-pro-preview", {"web_search", "code_execution", "url_context"}),
        ("gemini-2.5-computer-use-preview-10-2025", set()),
        ("qwen-plus", {"web_search"}),
        ("qwen3-max-preview", {"web_search", "code_execution"}),
        ("qwen3-max-preview+code_interpreter", set()),
        ("o3-deep-research", {"code_execution", "summary"}),
        ("grok-4", {"web_search"}),
        ("deepseek-chat", set()),
    ],
)
def test_each_family_has_the_tools_of_its_vendor(model, names):
    assert {p.name for p in catalog.get(model).parameters} & VENDORS == names


def test_tools_of_ours_go_to_those_who_can_call_them():
    asked = [spec for spec in catalog.listed() if spec.ways]
    offered = {spec.model for spec in asked if "tool_choice" in {p.name for p in spec.parameters}}
    assert offered == {spec.model for spec in catalog.listed() if spec.takes_functions}
    assert {"claude-opus-4-6", "qwen-max", "kimi-k2.5"} <= offered
    assert offered.isdisjoint({"SparkDesk-v4.0", "o3-deep-research", "gemini-2.5-flash-image", "serper-search"})


def test_a_film_goes_only_where_the_format_can_carry_it():
    doubao = catalog.get("doubao-seed-2-0-pro-260215")
    assert "video" in doubao.inputs
    assert asked_by(doubao, {"protocol": "responses"}).inputs == {"text", "image"}
    assert "video" in asked_by(GEMINI, {"protocol": "chat_completions"}).inputs
    assert "file" in asked_by(CLAUDE, {"protocol": "chat_completions"}).inputs


def test_what_answers_at_once_is_worked_with_on_a_bench():
    benches = {spec.model: spec.protocol for spec in catalog.listed() if spec.is_bench}
    assert benches == {
        "text-embedding-3-large": "embeddings",
        "text-embedding-3-small": "embeddings",
        "text-embedding-ada-002": "embeddings",
        "text-embedding-v1": "embeddings",
        "kimi-formulas": "formulas",
        "serper-search": "search",
    }
    assert all(catalog.get(model).is_available and not catalog.get(model).ways for model in benches)


@pytest.mark.parametrize("spec", catalog.listed(), ids=lambda s: s.model)
def test_a_setting_names_only_ways_of_its_model(spec):
    assert set(spec.ways) <= REPLY_PROTOCOLS
    for p in spec.parameters:
        assert set(p.protocols) < set(spec.ways) or not p.protocols


@pytest.mark.parametrize(("model", "dimensions"), [("text-embedding-3-large", 3072), ("text-embedding-3-small", 1536)])
def test_vectors_can_be_shortened_where_the_model_can(model, dimensions):
    assert parameter(catalog.get(model), "dimensions").maximum == dimensions
    with pytest.raises(ValueError, match=str(dimensions)):
        clean_parameters(catalog.get(model), {"dimensions": dimensions + 1})
    assert catalog.get("text-embedding-ada-002").parameters == ()
