"""What each vendor refuses, as checks of a body: `check` fails where the real one would answer with 400."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from chats.catalog import ModelSpec

Body = Mapping[str, Any]

PLAIN = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def check(protocol: str, body: Body, spec: ModelSpec, given: Mapping[str, set[str]]) -> None:
    """`given`: signatures and sealed thoughts by the model that gave them."""
    _CHECKS[protocol](body, spec, given)


def own(given: Mapping[str, set[str]], spec: ModelSpec) -> set[str]:
    return given.get(spec.model, set())


def take_turns(roles: Iterable[str]) -> None:
    roles = list(roles)
    assert roles[0] == "user"
    assert all(role != following for role, following in zip(roles, roles[1:], strict=False)), roles


def check_messages(body: Body, spec: ModelSpec, given: Mapping[str, set[str]]) -> None:
    known = "model max_tokens stream system messages tools tool_choice thinking output_config container"
    assert set(body) <= {*known.split(), "temperature"}
    messages = body["messages"]
    take_turns(message["role"] for message in messages)
    names = {tool["name"] for tool in body.get("tools", ())}
    is_thinking = body.get("thinking", {}).get("type") in ("enabled", "adaptive")
    uses: list[str] = []
    for message, following in zip(messages, [*messages[1:], None], strict=True):
        assert message["content"]
        for block in message["content"]:
            _check_block(block, message["role"], names, own(given, spec) if is_thinking else set())
        if message["role"] == "assistant":
            uses += _check_uses(message["content"], following)
            _check_servers(message["content"])
    assert len(uses) == len(set(uses))
    if is_thinking and any(block["type"] == "tool_result" for block in messages[-1]["content"]):
        asked = max(n for n, message in enumerate(messages) if _is_question(message))
        assert messages[asked + 1]["content"][0]["type"] in ("thinking", "redacted_thinking")


def _is_question(message: Body) -> bool:
    return message["role"] == "user" and any(block["type"] != "tool_result" for block in message["content"])


def _check_block(block: Body, role: str, names: set[str], signatures: set[str]) -> None:
    match block["type"]:
        case "text":
            assert set(block) == {"type", "text"}
            assert block["text"].strip()
        case "thinking":
            assert role == "assistant"
            assert block["signature"] in signatures
        case "redacted_thinking":
            assert block["data"] in signatures
        case "tool_use":
            assert set(block) == {"type", "id", "name", "input"}
            assert PLAIN.fullmatch(block["id"])
            assert PLAIN.fullmatch(block["name"])
            assert isinstance(block["input"], dict)
            assert names
        case "server_tool_use":
            assert block["name"] in names
        case "tool_result" | "image" | "document":
            assert role == "user"
        case kind:
            assert kind.endswith("_tool_result")


def _check_uses(content: list[Body], following: Body | None) -> list[str]:
    """Each use is answered at the very beginning of the next message, and nothing else is."""
    uses = [block["id"] for block in content if block["type"] == "tool_use"]
    results = [block for block in (following or {"content": []})["content"] if block["type"] == "tool_result"]
    assert sorted(uses) == sorted(block["tool_use_id"] for block in results)
    if following:
        assert following["content"][: len(results)] == results
    return uses


def _check_servers(content: list[Body]) -> None:
    used = [block["id"] for block in content if block["type"] == "server_tool_use"]
    ended = [block["tool_use_id"] for block in content if block["type"].endswith("_tool_result")]
    assert used == ended


_DATA = {"text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult"}


def check_google(body: Body, spec: ModelSpec, given: Mapping[str, set[str]]) -> None:
    assert set(body) <= {"contents", "systemInstruction", "generationConfig", "tools", "toolConfig"}
    contents = body["contents"]
    take_turns({"model": "assistant"}.get(content["role"], "user") for content in contents)
    must_sign = spec.options["thinking"]["control"] == "google.thinking_level"
    for content, following in zip(contents, [*contents[1:], None], strict=True):
        assert content["parts"]
        for part in content["parts"]:
            assert len(_DATA & set(part)) == 1
            assert set(part) <= _DATA | {"thought", "thoughtSignature", "videoMetadata"}
            assert part.get("text", "x")
            assert part.get("thoughtSignature", "") in own(given, spec) | {""}
        if content["role"] == "model":
            _check_calls(content["parts"], following, must_sign)
            _check_code(content["parts"])


def _check_calls(parts: list[Body], following: Body | None, must_sign: bool) -> None:
    calls = [part for part in parts if "functionCall" in part]
    answers = [part["functionResponse"] for part in (following or {"parts": ()})["parts"] if "functionResponse" in part]
    names = [(part["functionCall"].get("id"), part["functionCall"]["name"]) for part in calls]
    assert names == [(answer.get("id"), answer["name"]) for answer in answers]
    assert all(isinstance(answer["response"], dict) for answer in answers)
    if calls and must_sign:
        assert calls[0].get("thoughtSignature")


def _check_code(parts: list[Body]) -> None:
    kinds = [next(iter(_DATA & set(part))) for part in parts]
    for kind, following in zip(kinds, [*kinds[1:], ""], strict=True):
        assert (kind == "executableCode") == (following == "codeExecutionResult")


_ITEMS = {"message", "reasoning", "function_call", "function_call_output", "web_search_call", "code_interpreter_call"}


def check_responses(body: Body, spec: ModelSpec, given: Mapping[str, set[str]]) -> None:
    items = body["input"]
    declared = {tool["type"] for tool in body.get("tools", ())}
    assert body["store"] is False
    assert items[0]["role"] == "user"
    waiting: list[str] = []
    seen: set[str] = set()
    for item, following in zip(items, [*items[1:], {"type": "nothing"}], strict=True):
        kind = item["type"]
        assert kind in _ITEMS
        if kind == "function_call":
            assert PLAIN.fullmatch(item["call_id"])
            assert item["call_id"] not in seen
            waiting.append(item["call_id"])
            seen.add(item["call_id"])
        elif kind == "function_call_output":
            assert isinstance(item["output"], str)
            waiting.remove(item["call_id"])
        elif kind == "reasoning":
            assert item["encrypted_content"] in own(given, spec)
            assert following["type"] not in ("function_call_output", "nothing")
            assert following.get("role") != "user"
        elif kind == "message":
            assert not (waiting and item["role"] == "user")
            usual = {"user": {"input_text", "input_image", "input_file"}, "assistant": {"output_text"}}
            assert {piece["type"] for piece in item["content"]} <= usual[item["role"]]
        else:
            assert kind.removesuffix("_call") in declared
    assert not waiting


def check_chat(body: Body, spec: ModelSpec, given: Mapping[str, set[str]]) -> None:
    messages = body["messages"]
    waiting: list[str] = []
    seen: set[str] = set()
    for message in messages:
        known = {"role", "content", "tool_calls", "tool_call_id", "reasoning_content", "signature"}
        assert set(message) <= known
        if message["role"] == "tool":
            assert isinstance(message["content"], str)
            waiting.remove(message["tool_call_id"])
            continue
        assert not waiting
        if message["role"] == "assistant":
            assert isinstance(message["content"], str) or (message["content"] is None and message["tool_calls"])
            waiting = [call["id"] for call in message.get("tool_calls", ())]
            assert not seen & set(waiting)
            seen |= set(waiting)
            _check_thoughts(message, spec, given)
    roles = [message["role"] for message in messages]
    assert all(pair != ("user", "user") for pair in zip(roles, roles[1:], strict=False))
    assert not waiting
    assert all(len(one) <= 64 and (spec.vendor != "anthropic" or PLAIN.fullmatch(one)) for one in seen)


def _check_thoughts(message: Body, spec: ModelSpec, given: Mapping[str, set[str]]) -> None:
    assert spec.vendor in ("anthropic", "moonshot") or "reasoning_content" not in message
    if spec.vendor == "anthropic":
        assert ("reasoning_content" in message) == ("signature" in message)
        assert message.get("signature", "") in own(given, spec) | {""}


_CHECKS = {
    "messages": check_messages,
    "generate_content": check_google,
    "responses": check_responses,
    "chat_completions": check_chat,
}
