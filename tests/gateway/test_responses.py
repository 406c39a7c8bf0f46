"""Responses and the calls that answer at once, asked by our client of the sandbox over real HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from math import sqrt

import pytest

from chats import catalog
from chats.gateway import client
from chats.gateway.errors import GatewayError
from chats.gateway.sandbox import server
from chats.gateway.values import (
    Citation,
    Credentials,
    Event,
    Finished,
    MediaOut,
    Part,
    Prompt,
    TextDelta,
    ToolCallDelta,
    ToolResult,
    Turn,
)

from .spoken import Spoken

GPT = catalog.get("gpt-5.2")
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[server.Handle]:
    with server.start(env={"SANDBOX_TOKENS_PER_S": "0"}) as handle:
        yield handle


@pytest.fixture
def key(sandbox, fresh) -> Credentials:
    return Credentials(sandbox.url, "sandbox-test")


async def ask(key: Credentials, *turns: Turn, spec=GPT, tools=(), **parameters) -> list[Event]:
    prompt = Prompt(turns, parameters, tools)
    return [event async for event in client.stream(spec, prompt, key, is_once=True)]


def user(text: str) -> Turn:
    return Turn("user", (Part("text", text),))


def text(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def end(events: list[Event]) -> str:
    return events[-1].reason if isinstance(events[-1], Finished) else ""


def said_in(events: list[Event]) -> Turn:
    spoken = Spoken()
    for event in events:
        spoken.take(event)
    return Turn("assistant", tuple(spoken.parts), GPT.model)


def answered(turn: Turn, result: str) -> Turn:
    calls = [part for part in turn.parts if part.kind == "tool_call"]
    return Turn("tool", tuple(Part("tool_result", result, call_id=call.call_id) for call in calls))


async def test_a_tool_loop_goes_on_with_the_sealed_reasoning_it_began_with(key):
    question = user("Please call get_weather for Oslo. [sandbox: tiny]")
    first = await ask(key, question, tools=(WEATHER,), effort="low")
    assert end(first) == "tool_calls"
    turn = said_in(first)
    assert any(part.kind == "opaque" for part in turn.parts)
    second = await ask(key, question, turn, answered(turn, "3 degrees"), tools=(WEATHER,), effort="low")
    assert end(second) == "stop"
    assert "3 degrees" in text(second)


async def test_a_loop_whose_reasoning_was_lost_or_changed_is_refused(key):
    question = user("Please call get_weather for Oslo. [sandbox: tiny]")
    turn = said_in(await ask(key, question, tools=(WEATHER,), effort="low"))
    lost = replace(turn, parts=tuple(part for part in turn.parts if part.kind != "opaque"))
    changed = replace(turn, parts=tuple(changed_seal(part) for part in turn.parts))
    for spoiled in (lost, changed):
        with pytest.raises(GatewayError) as raised:
            await ask(key, question, spoiled, answered(turn, "3 degrees"), tools=(WEATHER,), effort="low")
        assert raised.value.http_status == 400


def changed_seal(part: Part) -> Part:
    if part.kind != "opaque":
        return part
    return replace(part, block={**part.block, "encrypted_content": part.block["encrypted_content"][:-6] + "AAAAAA"})


@pytest.mark.parametrize(
    ("question", "tool", "step", "said"),
    [
        ("Search the web for Django channels", "web_search", "web_search", "https://sandbox.example/"),
        ("Compute 12*13 with code", "code_execution", "code_interpreter", "156"),
        ("Draw a red ball", "image_generation", "image_generation", ""),
    ],
)
async def test_a_tool_of_the_vendor_is_a_step_with_its_result_and_goes_back(key, question, tool, step, said):
    first = await ask(key, user(question), effort="low", **{tool: True})
    turn = said_in(first)
    (made,) = [part for part in turn.parts if part.kind == "tool_call"]
    assert (made.name, made.is_vendors) == (step, True)
    assert said in "".join(event.text for event in first if isinstance(event, ToolResult))
    assert any(isinstance(event, MediaOut) for event in first) == (tool == "image_generation")
    again = await ask(key, user(question), turn, user("Thanks [sandbox: tiny]"), effort="low", **{tool: True})
    assert end(again) == "stop"


async def test_what_it_cites_stands_where_it_says(key):
    events = await ask(key, user("Search the web for Django channels"), web_search=True)
    said, places = "", []
    for event in events:
        if isinstance(event, TextDelta):
            said += event.text
        elif isinstance(event, Citation):
            places.append(event.at)
    assert places
    assert all(0 < at <= len(said) for at in places)
    assert len(set(places)) == len(places)


async def test_deep_research_shows_its_steps_and_ends_with_sources(key):
    events = await ask(key, user("Research Django channels"), spec=catalog.get("o3-deep-research"), max_tool_calls=4)
    names = [event.name for event in events if isinstance(event, ToolCallDelta) and event.name]
    assert {"web_search", "open_page", "find_in_page"} == set(names)
    assert len(names) <= 4
    assert any(isinstance(event, Citation) for event in events)
    assert end(events) == "stop"


async def test_similar_texts_have_near_vectors_and_can_be_shortened(key):
    texts = ["The cat sleeps on the sofa.", "A cat is sleeping on a sofa.", "Interest rates rose in March."]
    embedded = await client.embed(catalog.get("text-embedding-3-small"), texts, key, dimensions=256)
    assert {len(vector) for vector in embedded.vectors} == {256}
    one, near, far = embedded.vectors
    assert cosine(one, near) > cosine(one, far)
    assert embedded.usage.prompt_tokens


def cosine(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    lengths = sqrt(sum(x * x for x in a)) * sqrt(sum(x * x for x in b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / lengths


async def test_the_fitting_document_is_ranked_first(key):
    documents = ["Interest rates rose in March.", "Django Channels brings WebSockets to Django.", "A cat."]
    ranked = await client.rerank(catalog.get("any-reranker"), "websockets in django", documents, key, top_n=2)
    assert [index for index, _score in ranked.scores][:1] == [1]
    assert len(ranked.scores) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_web_is_searched_by_either_method(key, method):
    found = await client.search({"q": "Django channels", "num": 3}, key, method=method)
    assert 0 < len(found.results) <= 3
    assert all(result.url.startswith("https://") for result in found.results)
    assert found.request_id


async def test_a_kimi_tool_is_declared_and_run(key):
    (tool,) = await client.formula_tools("moonshot/convert:latest", key)
    assert tool["function"]["name"]
    search = await client.run_formula("moonshot/web-search:latest", "web_search", '{"query": "Django"}', key)
    assert search.is_encrypted
    assert not search.is_error
