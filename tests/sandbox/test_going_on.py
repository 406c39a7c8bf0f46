"""What one protocol wrote is gone on with over every other, against a sandbox that knows its own thoughts and calls."""

from dataclasses import replace

import pytest

from chats import catalog
from chats.gateway import client
from chats.gateway.values import (
    Credentials,
    Finished,
    Opaque,
    Part,
    Prompt,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolResult,
    Turn,
)

SPEAKERS = [
    ("claude-sonnet-4-5-20250929", "messages"),
    ("claude-sonnet-4-5-20250929", "chat_completions"),
    ("gpt-5.2", "responses"),
    ("gemini-2.5-pro", "generate_content"),
    ("kimi-k2-thinking", "chat_completions"),
]
PARAMETERS = {"thinking": True, "summary": "auto", "web_search": True, "code_execution": True}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
FORECAST = {"type": "function", "function": {"name": "forecast", "description": "Weather", "parameters": SCHEMA}}


@pytest.fixture
async def credentials(sandbox):
    yield Credentials(sandbox.url, "sandbox")
    await client.close()


def speaker(model, protocol):
    spec = catalog.asked_by(catalog.get(model), {"protocol": protocol})
    assert spec.protocol == protocol
    return spec


async def answered(spec, turns, tools, credentials):
    known = {parameter.name for parameter in spec.parameters}
    parameters = {name: value for name, value in PARAMETERS.items() if name in known}
    events = [event async for event in client.stream(spec, Prompt(tuple(turns), parameters, tools), credentials)]
    assert isinstance(events[-1], Finished)
    return Turn("assistant", tuple(parts_of(events)), spec.model)


def parts_of(events):
    """As a reply keeps them."""
    parts, calls = [], {}
    for event in events:
        match event:
            case TextDelta(text, signature):
                grow(parts, "text", text, signature)
            case ReasoningDelta(text, signature):
                grow(parts, "reasoning", text, signature)
            case Opaque(protocol, block):
                parts.append(Part("opaque", protocol=protocol, block=block))
            case ToolCallDelta():
                at = calls.setdefault(event.index, len(parts))
                parts += [Part("tool_call", is_vendors=event.is_vendors)] if at == len(parts) else []
                parts[at] = called(parts[at], event)
            case ToolResult():
                at = calls[event.index]
                parts[at] = replace(parts[at], text=parts[at].text + event.text)
    return parts


def grow(parts, kind, text, signature):
    if parts and parts[-1].kind == kind and not parts[-1].signature:
        parts[-1] = replace(parts[-1], text=parts[-1].text + text, signature=signature)
    else:
        parts.append(Part(kind, text=text, signature=signature))


def called(part, event):
    return replace(
        part,
        call_id=part.call_id or event.call_id,
        name=part.name or event.name,
        arguments=part.arguments + event.arguments,
        signature=part.signature or event.signature,
    )


def user(text):
    return Turn("user", (Part("text", text=text),))


@pytest.mark.parametrize(("model", "protocol"), SPEAKERS)
async def test_every_model_goes_on_where_another_one_called_a_tool(credentials, model, protocol):
    question = user("tool call: forecast for Paris")
    first = await answered(speaker(model, protocol), [question], (FORECAST,), credentials)
    calls = [part for part in first.parts if part.kind == "tool_call"]
    assert calls
    results = [Part("tool_result", call_id=call.call_id, name=call.name, text="Sunny") for call in calls]
    for other in SPEAKERS:
        history = [question, first, Turn("tool", tuple(results))]
        last = await answered(speaker(*other), history, (FORECAST,), credentials)
        assert any("Sunny" in part.text for part in last.parts), other


@pytest.mark.parametrize(("model", "protocol"), SPEAKERS)
async def test_every_model_goes_on_after_anothers_thoughts_and_own_tools(credentials, model, protocol):
    spec, history = speaker(model, protocol), []
    for question in ("Search for tea", "plot sin(x)"):
        history.append(user(question))
        history.append(await answered(spec, history, (), credentials))
    assert {"reasoning", "text"} <= {part.kind for turn in history for part in turn.parts}
    for other in SPEAKERS:
        last = await answered(speaker(*other), [*history, user("And then?")], (), credentials)
        assert any(part.text.startswith("Sandbox: ") for part in last.parts), other
