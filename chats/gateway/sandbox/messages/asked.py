"""A body of /v1/messages in the form of chat/completions, so that one describer serves both."""

import json
from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox import question
from chats.gateway.sandbox.content import as_object, is_list_of_objects
from chats.gateway.sandbox.errors import Refusal, refused, refused_upstream
from chats.gateway.sandbox.taking import Asked, Offered

SEARCH, CODE = "web_search_", "code_execution_"
KEPT = ("max_tokens", "temperature", "top_p", "top_k", "stream", "thinking")
CHOICES = {"auto": "auto", "any": "required", "none": "none"}
UNSAID = ("thinking", "redacted_thinking", "server_tool_use", "container_upload")


def read(body: bytes) -> Asked:
    raw = question.parsed(body)
    if not is_list_of_objects(raw.get("messages")) or not raw["messages"]:
        raise refused("field messages is required", param="messages")
    tools = raw.get("tools") or []
    if not is_list_of_objects(tools):
        raise refused("tools has the wrong type", param="tools")
    chat = {name: raw[name] for name in KEPT if raw.get(name) is not None}
    chat |= {"model": raw.get("model")}
    chat["messages"] = [*_system(raw.get("system")), *_turns(raw["messages"])]
    chat |= _tools(tools, as_object(raw.get("tool_choice")))
    stops = raw.get("stop_sequences") or []
    if not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops):
        raise refused("stop_sequences has the wrong type", param="stop_sequences")
    choice = as_object(raw.get("tool_choice"))
    offered = Offered() if choice.get("type") == "none" else _offered(tools)
    return Asked(raw, question.of_raw(chat), offered, tuple(stops), _schema(raw), _forced(choice, offered, chat))


def _schema(raw: dict[str, Any]) -> dict[str, Any] | None:
    form = as_object(raw.get("output_format") or as_object(raw.get("output_config")).get("format"))
    return as_object(form.get("schema")) if form.get("type") == "json_schema" else None


def _offered(tools: list[dict[str, Any]]) -> Offered:
    def named(start: str) -> dict[str, Any] | None:
        return next((tool for tool in tools if str(tool.get("type") or "").startswith(start)), None)

    return Offered(search=named(SEARCH), code=named(CODE))


def _forced(choice: dict[str, Any], offered: Offered, chat: dict[str, Any]) -> str:
    own = {"search": offered.search, "code": offered.code}
    match choice.get("type"):
        case "tool":
            return next((kind for kind, tool in own.items() if tool and tool.get("name") == choice.get("name")), "")
        case "any" if not chat.get("tools"):
            return next((kind for kind, tool in own.items() if tool), "")
        case _:
            return ""


def legs(raw: dict[str, Any]) -> int:
    """How many of the vendor's own tools the assistant's unfinished turn shows already."""
    last = raw["messages"][-1]
    if last.get("role") != "assistant":
        return 0
    return sum(block.get("type") == "server_tool_use" for block in blocks_of(last.get("content"), "messages"))


def _tools(tools: list[dict[str, Any]], choice: dict[str, Any]) -> dict[str, Any]:
    """Those that the client answers; a named choice of the vendor's own forces none of ours."""
    own = [tool for tool in tools if not str(tool.get("type") or "").startswith((SEARCH, CODE))]
    functions = [
        {"name": tool["name"], "description": tool.get("description", ""), "parameters": tool.get("input_schema") or {}}
        for tool in own
        if isinstance(tool.get("name"), str)
    ]
    found: dict[str, Any] = {"tools": [{"type": "function", "function": one} for one in functions]}
    kind = str(choice.get("type") or "")
    if kind == "tool" and choice.get("name") in {one["name"] for one in functions}:
        found["tool_choice"] = {"type": "function", "function": {"name": choice["name"]}}
    elif kind in CHOICES and functions:
        found["tool_choice"] = CHOICES[kind]
    return found if functions else {}


def _system(system: Any) -> Iterator[dict[str, Any]]:
    if isinstance(system, list):
        system = "\n".join(str(as_object(block).get("text") or "") for block in system)
    if system and not isinstance(system, str):
        raise wrong("system: Input should be a valid string or list")
    if system:
        yield {"role": "system", "content": system}


def _turns(messages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for at, message in enumerate(messages):
        blocks = blocks_of(message.get("content"), f"messages.{at}")
        match message.get("role"):
            case "user":
                yield from _user(blocks, f"messages.{at}")
            case "assistant":
                yield _assistant(blocks, f"messages.{at}")
            case _:
                raise wrong(f"messages.{at}.role: Input should be 'user' or 'assistant'")


def blocks_of(content: Any, place: str) -> list[dict[str, Any]]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    if not is_list_of_objects(content):
        raise wrong(f"{place}.content: Input should be a valid list")
    return content


def _user(blocks: list[dict[str, Any]], place: str) -> Iterator[dict[str, Any]]:
    """A tool's result is a message of its own, before what the person says."""
    said = []
    for at, block in enumerate(blocks):
        if block.get("type") == "tool_result":
            yield {"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": _result(block)}
        else:
            said.append(_part(block, f"{place}.content.{at}"))
    if said:
        yield {"role": "user", "content": said}


def _result(block: dict[str, Any]) -> str:
    content = block.get("content")
    if isinstance(content, list):
        content = "\n".join(str(as_object(part).get("text") or "") for part in content)
    text = str(content or "")
    return f"Error: {text}" if block.get("is_error") and not text.startswith("Error") else text


def _part(block: dict[str, Any], place: str) -> dict[str, Any]:
    match block.get("type"):
        case "text":
            return {"type": "text", "text": str(block.get("text") or "")}
        case "image":
            return {"type": "image_url", "image_url": {"url": _address(block, place)}}
        case "document":
            return _document(block, place)
        case kind:
            raise wrong(f"{place}: Input tag {kind!r} found using 'type' does not match any of the expected tags")


def _document(block: dict[str, Any], place: str) -> dict[str, Any]:
    source, name = as_object(block.get("source")), str(block.get("title") or "")
    if source.get("type") == "text":
        return {"type": "text", "text": str(source.get("data") or "")}
    return {"type": "file", "file": {"filename": name or "document.pdf", "file_data": _address(block, place)}}


def _address(block: dict[str, Any], place: str) -> str:
    """A base64 source as a data URL, another as its address."""
    source = as_object(block.get("source"))
    match source.get("type"):
        case "base64" if isinstance(source.get("data"), str) and source["data"]:
            return f"data:{source.get('media_type')};base64,{source['data']}"
        case "url" if isinstance(source.get("url"), str):
            return source["url"]
        case _:
            raise wrong(f"{place}.source: Input should be base64 or url with its data")


def _assistant(blocks: list[dict[str, Any]], place: str) -> dict[str, Any]:
    said, calls = [], []
    for at, block in enumerate(blocks):
        kind = str(block.get("type"))
        if kind == "text":
            said.append(str(block.get("text") or ""))
        elif kind == "tool_use":
            calls.append(_call(block))
        elif kind not in UNSAID and not kind.endswith("_tool_result"):
            raise wrong(f"{place}.content.{at}: Input tag {kind!r} does not match any of the expected tags")
    return {"role": "assistant", "content": "".join(said)} | ({"tool_calls": calls} if calls else {})


def _call(block: dict[str, Any]) -> dict[str, Any]:
    arguments = json.dumps(block.get("input") or {}, ensure_ascii=False)
    return {"id": block.get("id"), "type": "function", "function": {"name": block.get("name"), "arguments": arguments}}


def wrong(message: str) -> Refusal:
    """400 by the vendor."""
    return refused_upstream(message, code="invalid_request_error")
