"""A body of generateContent in the form of chat/completions, so that one describer serves both (text.md 6.1)."""

import json
import re
from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox import question
from chats.gateway.sandbox.content import as_object, is_list_of_objects
from chats.gateway.sandbox.errors import Fault, Refusal, refused
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.taking import Asked, Offered

# Elsewhere only camelCase gets through the gateway (text.md 6.1).
SNAKES = {"system_instruction": "systemInstruction"}
PART_SNAKES = {"inline_data": "inlineData"}
MODES = {"ANY": "required", "NONE": "none", "AUTO": "auto", "VALIDATED": "auto"}
KINDS = {"image": "image_url", "video": "video_url", "audio": "audio_url"}
DATA = ("text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult")
SAMPLING = {"temperature": "temperature", "topP": "top_p", "topK": "top_k", "seed": "seed"}


def read(body: bytes, model: Model, streams: bool) -> Asked:
    raw = kept(question.parsed(body))
    config = as_object(raw.get("generationConfig"))
    chat: dict[str, Any] = {"model": model.id, "stream": streams}
    chat |= {name: config[wire] for wire, name in SAMPLING.items() if config.get(wire) is not None}
    chat |= {"max_tokens": config["maxOutputTokens"]} if config.get("maxOutputTokens") else {}
    chat["messages"] = [*_system(raw.get("systemInstruction")), *_turns(raw["contents"])]
    chat |= _functions(raw)
    if thinks(raw, model):
        chat["extra_body"] = {"google": {"thinking_config": {"include_thoughts": True}}}
    stops = config.get("stopSequences") or []
    if not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops):
        raise wrong("Invalid value at 'generation_config.stop_sequences'")
    return Asked(raw, question.of_raw(chat), _offered(raw), tuple(stops), _schema(config))


def _schema(config: dict[str, Any]) -> dict[str, Any] | None:
    """Of the JSON that is wanted; an empty one for JSON of any form."""
    if config.get("responseMimeType") != "application/json":
        return None
    return as_object(lowered(config.get("responseSchema") or config.get("responseJsonSchema")))


def kept(raw: dict[str, Any]) -> dict[str, Any]:
    """The body as the gateway passes it on; raises its own 400."""
    for snake, camel in SNAKES.items():
        raw = raw | {camel: raw[snake]} if snake in raw and camel not in raw else raw
    contents = raw.get("contents")
    if not is_list_of_objects(contents) or not contents:
        raise refused("contents is required", param="contents")
    contents = [one | {"parts": [_camel(part) for part in parts_of(one)]} for one in contents]
    return _either_way(raw) | {"contents": contents}


def _either_way(raw: dict[str, Any]) -> dict[str, Any]:
    """What the gateway passes on as it is, or takes in both ways of writing; SDKs mix the two."""
    config = _camelled(as_object(raw.get("generationConfig")))
    config |= {name: _camelled(value) for name, value in config.items() if name == "thinkingConfig"}
    tools = [_camelled(tool) for tool in tools_of(raw)]
    tools = [
        tool | {"functionDeclarations": [_camelled(as_object(one)) for one in tool["functionDeclarations"]]}
        if isinstance(tool.get("functionDeclarations"), list)
        else tool
        for tool in tools
    ]
    return raw | {"generationConfig": config, "tools": tools}


def _camelled(value: Any) -> dict[str, Any]:
    return {
        re.sub(r"_([a-z])", lambda found: found[1].upper(), name): inner for name, inner in as_object(value).items()
    }


def parts_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    parts = content.get("parts")
    parts = [parts] if isinstance(parts, dict) else parts
    if not is_list_of_objects(parts) or not parts:
        raise wrong("contents.parts must not be empty.")
    return list(parts)


def _camel(part: dict[str, Any]) -> dict[str, Any]:
    for snake, camel in PART_SNAKES.items():
        if snake in part:
            part = {name: value for name, value in part.items() if name != snake} | {camel: part[snake]}
    return part


def thinks(raw: dict[str, Any], model: Model) -> bool:
    """On by default, except where a model is too small for it; a budget of 0 switches it off."""
    thinking = as_object(as_object(raw.get("generationConfig")).get("thinkingConfig"))
    facts = model.options.get("thinking") or {}
    if facts.get("mode", "none") == "none" or thinking.get("thinkingBudget") == 0:
        return False
    return "flash-lite" not in model.id or bool(thinking.get("thinkingBudget") or thinking.get("thinkingLevel"))


def shows_thoughts(raw: dict[str, Any]) -> bool:
    return bool(as_object(as_object(raw.get("generationConfig")).get("thinkingConfig")).get("includeThoughts"))


def tools_of(raw: dict[str, Any]) -> list[dict[str, Any]]:
    tools = raw.get("tools") or []
    tools = [tools] if isinstance(tools, dict) else tools
    if not is_list_of_objects(tools):
        raise wrong("Invalid value at 'tools'")
    return list(tools)


def switched(raw: dict[str, Any], name: str) -> dict[str, Any] | None:
    """What a built-in tool was given, None where it is off."""
    return next((as_object(tool[name]) for tool in tools_of(raw) if name in tool), None)


def _offered(raw: dict[str, Any]) -> Offered:
    return Offered(search=switched(raw, "googleSearch"), code=switched(raw, "codeExecution"))


def _functions(raw: dict[str, Any]) -> dict[str, Any]:
    declared = [as_object(one) for tool in tools_of(raw) for one in _list(tool.get("functionDeclarations"))]
    declared = [one for one in declared if isinstance(one.get("name"), str)]
    config = as_object(as_object(raw.get("toolConfig")).get("functionCallingConfig"))
    allowed = _list(config.get("allowedFunctionNames")) or [one["name"] for one in declared]
    tools = [_function(one) for one in declared if one["name"] in allowed]
    if not tools:
        return {}
    return {"tools": tools, "tool_choice": MODES.get(str(config.get("mode") or "AUTO").upper(), "auto")}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _function(declared: dict[str, Any]) -> dict[str, Any]:
    schema = declared.get("parameters") or declared.get("parametersJsonSchema") or {}
    told = {"name": declared["name"], "description": declared.get("description") or "", "parameters": lowered(schema)}
    return {"type": "function", "function": told}


def lowered(schema: Any) -> Any:
    """Google writes the types of a schema in capitals."""
    if isinstance(schema, list):
        return [lowered(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: value.lower() if name == "type" and isinstance(value, str) else lowered(value)
        for name, value in schema.items()
    }


def _system(instruction: Any) -> Iterator[dict[str, Any]]:
    if isinstance(instruction, dict):
        instruction = "\n".join(str(part.get("text") or "") for part in parts_of(instruction))
    if instruction:
        yield {"role": "system", "content": str(instruction)}


def _turns(contents: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    pending: list[tuple[str, str]] = []  # calls without an answer yet: their id and name
    for at, content in enumerate(contents):
        if content.get("role") == "model":
            message, pending = _model(content["parts"], at)
            yield message
        elif content.get("role", "user") in {"user", "function"}:
            yield from _user(content["parts"], pending)
        else:
            raise wrong("Please use a valid role: user, model.")


def _model(parts: list[dict[str, Any]], at: int) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    said = "".join(str(part["text"]) for part in parts if part.get("text") and not part.get("thought"))
    calls = [as_object(part["functionCall"]) for part in parts if "functionCall" in part]
    named = [(str(call.get("id") or f"call-{at}-{nth}"), call) for nth, call in enumerate(calls)]
    message: dict[str, Any] = {"role": "assistant", "content": said}
    if named:
        message["tool_calls"] = [_call(name, call) for name, call in named]
    return message, [(name, str(call.get("name"))) for name, call in named]


def _call(name: str, call: dict[str, Any]) -> dict[str, Any]:
    arguments = json.dumps(call.get("args") or {}, ensure_ascii=False)
    return {"id": name, "type": "function", "function": {"name": call.get("name"), "arguments": arguments}}


def _user(parts: list[dict[str, Any]], pending: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """A function's response is a message of its own, before what the person says."""
    for part in parts:
        if "functionResponse" in part:
            response = as_object(part["functionResponse"])
            yield {"role": "tool", "tool_call_id": _answered(response, pending), "content": _told(response)}
    said = [_part(part) for part in parts if "functionResponse" not in part]
    if said:
        yield {"role": "user", "content": said}


def _answered(response: dict[str, Any], pending: list[tuple[str, str]]) -> str:
    """Which call is meant: by its id, else the first of that name."""
    wanted = str(response.get("id") or ""), str(response.get("name"))
    found = next((one for one in pending if one[0] == wanted[0]), None)
    found = found or next((one for one in pending if one[1] == wanted[1]), None)
    if found is None:
        return wanted[0] or wanted[1]
    pending.remove(found)
    return found[0]


def _told(response: dict[str, Any]) -> str:
    given = as_object(response.get("response"))
    if "error" in given and len(given) == 1:
        return str(given["error"]) if str(given["error"]).startswith("Error") else f"Error: {given['error']}"
    for name in ("result", "output"):
        if isinstance(given.get(name), str):
            return str(given[name])
    return json.dumps(given, ensure_ascii=False)


def _part(part: dict[str, Any]) -> dict[str, Any]:
    if "inlineData" in part:
        inline = as_object(part["inlineData"])
        if not isinstance(inline.get("data"), str) or not inline.get("mimeType", inline.get("mime_type")):
            raise wrong("inlineData needs mimeType and data")
        kind = str(inline.get("mimeType") or inline.get("mime_type"))
        plain = inline["data"].translate(str.maketrans("-_", "+/"))  # SDKs write base64 for addresses
        return _medium(kind, f"data:{kind};base64,{plain}", part)
    if "fileData" in part:
        linked = as_object(part["fileData"])
        if not isinstance(linked.get("fileUri"), str):
            raise wrong("fileData needs fileUri")
        return _medium(str(linked.get("mimeType") or "video/mp4"), linked["fileUri"], part)
    if not any(name in part for name in DATA):
        raise wrong("contents.parts: required oneof field 'data' must have one initialized field")
    return {"type": "text", "text": str(part.get("text") or "")}


def _medium(kind: str, source: str, part: dict[str, Any]) -> dict[str, Any]:
    family = KINDS.get(kind.partition("/")[0])
    if family is None:
        return {"type": "file", "file": {"filename": kind.replace("/", "."), "file_data": source}}
    medium: dict[str, Any] = {"type": family, family: {"url": source}}
    if family == "video_url":
        metadata = as_object(part.get("videoMetadata"))
        medium |= {"fps": metadata.get("fps"), "videoMetadata": metadata}
    return medium


def wrong(message: str) -> Refusal:
    """400 by Google, in the envelope of the gateway."""
    return Refusal(Fault(400, "A", "INVALID_ARGUMENT", message, "upstream_error"))
