"""Whatever stands in a body where something else belongs is refused or read, never an accident."""

import copy
import json

import pytest

from chats.gateway.sandbox import messages, responses, signing
from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.models import Model
from tests.sandbox.media import data_url, picture

ODD = [None, "x", 7, [1], [{}], {"type": "x"}]
PICTURE = data_url(picture("red", size=(1, 1)), "image/png")
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
CLAUDE = Model("claude", protocols=("messages",), options={"thinking": {}})
GPT = Model("gpt", protocols=("responses",), options={"thinking": {"control": "reasoning.effort", "values": ["low"]}})
CALL = {
    name: signing.call_id(f"{name}_", "seed", model, True) for name, model in (("toolu", "claude"), ("call", "gpt"))
}

OF_CLAUDE = {
    "model": "claude",
    "max_tokens": 4000,
    "system": [{"type": "text", "text": "Be brief", "cache_control": {"type": "ephemeral"}}],
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "tools": [
        {"name": "forecast", "description": "Weather", "input_schema": SCHEMA},
        {"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["sandbox.example"]},
    ],
    "tool_choice": {"type": "auto"},
    "stop_sequences": ["zebra"],
    "output_config": {"format": {"type": "json_schema", "schema": {}}},
    "messages": [
        {
            "role": "user",
            "content": [
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": PICTURE.split(",")[1]},
                },
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Ahoy"}},
                {"type": "text", "text": "Which?"},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm", "signature": signing.sign("claude", "Hm")},
                {"type": "redacted_thinking", "data": signing.seal("claude", "Hm")},
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "tea"}},
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "srvtoolu_1",
                    "content": [{"type": "web_search_result", "encrypted_content": signing.seal("web_search", "Tea")}],
                },
                {"type": "tool_use", "id": CALL["toolu"], "name": "forecast", "input": {"city": "Paris"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": CALL["toolu"], "content": [{"type": "text", "text": "Sunny"}]}
            ],
        },
    ],
}
OF_OPENAI = {
    "model": "gpt",
    "instructions": "Be brief",
    "reasoning": {"effort": "low", "summary": "auto"},
    "include": ["reasoning.encrypted_content"],
    "text": {"format": {"type": "json_schema", "schema": {}}},
    "tool_choice": {"type": "function", "name": "forecast"},
    "tools": [
        {"type": "function", "name": "forecast", "parameters": SCHEMA},
        {"type": "web_search", "filters": {"allowed_domains": ["sandbox.example"]}},
    ],
    "input": [
        {
            "role": "user",
            "content": [
                {"type": "input_image", "image_url": PICTURE},
                {"type": "input_file", "filename": "a.txt", "file_data": "data:text/plain;base64,QQ=="},
                {"type": "input_text", "text": "Which?"},
            ],
        },
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": signing.seal("gpt", "Hm")},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Let me see"}]},
        {"type": "function_call", "call_id": CALL["call"], "name": "forecast", "arguments": "{}"},
        {"type": "function_call_output", "call_id": CALL["call"], "output": "Sunny"},
    ],
}
ROUTES = [(messages, OF_CLAUDE, CLAUDE), (responses, OF_OPENAI, GPT)]


def places(value, at=()):
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from places(one, (*at, name))


def spoilt(body, place, value):
    if not place:
        return value
    wrong = copy.deepcopy(body)
    holder = wrong
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = value
    return wrong


def taken(route, body, model):
    route.checks.check(route.asked.read(json.dumps(body).encode()), model)


@pytest.mark.parametrize(("route", "body", "model"), ROUTES, ids=["messages", "responses"])
def test_what_does_not_belong_there_is_refused_or_read(route, body, model):
    taken(route, body, model)
    told = [status(route, spoilt(body, place, value), model) for place in places(body) for value in ODD]
    assert set(told) == {200, 400}
    assert told.count(400) > 200


def status(route, body, model):
    try:
        taken(route, body, model)
    except Refusal as refusal:
        return refusal.fault.status
    return 200
