"""Loops, steps and thoughts of one wire format, taken on over every other by a gateway that checks signatures."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from chats import catalog
from chats.gateway import client
from chats.gateway.errors import GatewayError
from chats.gateway.sandbox import server
from chats.gateway.values import Credentials, Event, Finished, Part, Prompt, Turn

from .spoken import Spoken

CLAUDE, GEMINI = "claude-sonnet-4-5-20250929", "gemini-3-pro-preview"
WAYS = [
    ("messages", CLAUDE),
    ("generate_content", GEMINI),
    ("responses", "gpt-5"),
    ("chat_completions", CLAUDE),
    ("chat_completions", "kimi-k2-thinking"),
]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
QUESTION = Turn("user", (Part("text", "Call get_weather for Oslo."),))
THANKS = Turn("user", (Part("text", "Thank you"),))
# What is asked, with what, and the tools of whoever goes on.
STEPS = {
    "web_search": "Search the web for tea.",
    "code_execution": "Run code: what is 123**3? Compute with code.",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Credentials]:
    with server.start(env={"SANDBOX_TOKENS_PER_S": "0"}) as handle:
        yield Credentials(handle.url, "sandbox-test")


async def events(at: Credentials, way: tuple[str, str], turns: tuple[Turn, ...], **wishes: Any) -> AsyncIterator[Event]:
    tools = (WEATHER,) if wishes.pop("tools", False) else ()
    spec = replace(catalog.get(way[1]), protocol=way[0])
    async with aclosing(client.stream(spec, Prompt(turns, wishes, tools), at, is_once=True)) as told:
        async for event in told:
            yield event


async def said(at: Credentials, way: tuple[str, str], *turns: Turn, **wishes: Any) -> tuple[Turn, str]:
    answer, reason = Spoken(), ""
    async for event in events(at, way, turns, thinking=True, **wishes):
        answer.take(event)
        reason = event.reason if isinstance(event, Finished) else reason
    return Turn("assistant", tuple(answer.parts), way[1]), reason


def answered(turn: Turn) -> Turn:
    calls = [part for part in turn.parts if part.kind == "tool_call" and not part.is_vendors]
    assert calls
    return Turn("tool", tuple(Part("tool_result", '{"temperature": 21}', call_id=call.call_id) for call in calls))


@pytest.mark.usefixtures("fresh")
class TestContinued:
    @pytest.mark.parametrize("writer", WAYS, ids="/".join)
    async def test_a_loop_that_one_began_is_ended_by_every_other(self, writer, sandbox):
        asked, reason = await said(sandbox, writer, QUESTION, tools=True)
        assert reason == "tool_calls"
        for reader in WAYS:
            ended, reason = await said(sandbox, reader, QUESTION, asked, answered(asked), tools=True)
            # To one that is told of the call in words the question still stands.
            assert reason in ("stop", "tool_calls"), reader
            assert any(part.kind == "text" for part in ended.parts), reader

    @pytest.mark.parametrize("writer", WAYS[:3], ids="/".join)
    @pytest.mark.parametrize("tool", STEPS)
    async def test_a_step_that_one_vendor_took_is_known_to_every_other(self, writer, tool, sandbox):
        question = Turn("user", (Part("text", STEPS[tool]),))
        done, reason = await said(sandbox, writer, question, **{tool: True})
        assert reason == "stop"
        (step,) = [part for part in done.parts if part.kind == "tool_call"]
        assert step.is_vendors
        assert step.text
        for reader in WAYS:
            assert (await said(sandbox, reader, question, done, THANKS, **{tool: True}))[1] == "stop", reader


@pytest.mark.parametrize("way", WAYS[:2], ids="/".join)
@pytest.mark.usefixtures("fresh")
async def test_the_gateway_of_these_tests_does_refuse_a_signature_that_is_none(way, sandbox):
    asked, _reason = await said(sandbox, way, QUESTION, tools=True)
    spoiled = tuple(replace(part, signature="c2lnbg==" if part.signature else "") for part in asked.parts)
    with pytest.raises(GatewayError, match="ignature") as caught:
        await said(sandbox, way, QUESTION, replace(asked, parts=spoiled), answered(asked), tools=True)
    assert caught.value.kind == "bad_request"
