"""A body of /v1/responses in the form of chat/completions, so that one describer serves both."""

from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox import question
from chats.gateway.sandbox.content import as_object, as_word, is_list_of_objects
from chats.gateway.sandbox.errors import Refusal, refused, refused_upstream
from chats.gateway.sandbox.taking import Asked, Offered

KEPT = ("temperature", "top_p", "stream", "enable_thinking", "thinking_budget")
SEARCH = ("web_search", "web_search_preview")
VENDORS = ("web_search_call", "code_interpreter_call", "image_generation_call", "mcp_call")
EFFORT = "medium"  # where only a summary was asked for

Item = dict[str, Any]


def read(body: bytes) -> Asked:
    raw = question.parsed(body)
    tools = raw.get("tools") or []
    if not is_list_of_objects(tools):
        raise refused("tools has the wrong type", param="tools")
    chat = {name: raw[name] for name in KEPT if raw.get(name) is not None}
    chat |= {"model": raw.get("model"), "messages": [*_instructions(raw), *_turns(items(raw))]}
    if raw.get("max_output_tokens") is not None:
        chat["max_tokens"] = raw["max_output_tokens"]
    chat |= _reasoning(raw.get("reasoning")) | _tools(tools, raw.get("tool_choice"))
    choice = raw.get("tool_choice")
    offered = Offered() if choice == "none" else _offered(tools)
    return Asked(
        raw, question.of_raw(chat), offered, schema=_schema(raw.get("text")), forced=_forced(choice, offered, chat)
    )


def _schema(text: Any) -> dict[str, Any] | None:
    form = as_object(as_object(text).get("format"))
    return as_object(form.get("schema")) if as_word(form.get("type")) in {"json_schema", "json_object"} else None


def items(raw: dict[str, Any]) -> list[Item]:
    given = raw.get("input")
    if isinstance(given, str) and given:
        return [{"type": "message", "role": "user", "content": given}]
    if not is_list_of_objects(given) or not given:
        raise refused("input is required", param="input")
    return given


def kind_of(item: Item) -> str:
    return str(item.get("type") or "message")


def _instructions(raw: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if raw.get("instructions"):
        yield {"role": "system", "content": str(raw["instructions"])}


def _reasoning(given: Any) -> dict[str, Any]:
    if given is not None and not isinstance(given, dict):
        raise refused("reasoning has the wrong type", param="reasoning")
    effort = as_object(given).get("effort") or (EFFORT if as_object(given).get("summary") else None)
    return {"reasoning_effort": effort} if effort else {}


def _offered(tools: list[dict[str, Any]]) -> Offered:
    def named(*kinds: str) -> dict[str, Any] | None:
        return next((tool for tool in tools if str(tool.get("type") or "").startswith(kinds)), None)

    return Offered(named(*SEARCH), named("code_interpreter"), named("image_generation"))


def _forced(choice: Any, offered: Offered, chat: dict[str, Any]) -> str:
    own = {"search": offered.search, "code": offered.code, "picture": offered.picture}
    if isinstance(choice, dict):
        return next((kind for kind, tool in own.items() if tool and tool["type"] == choice.get("type")), "")
    is_open = choice == "required" and not chat.get("tools")
    return next((kind for kind, tool in own.items() if tool), "") if is_open else ""


def _tools(tools: list[dict[str, Any]], choice: Any) -> dict[str, Any]:
    """Functions are flat here; a choice of the vendor's own tools forces none of ours."""
    keys = ("name", "description", "parameters", "strict")
    functions = [{key: tool[key] for key in keys if key in tool} for tool in tools if tool.get("type") == "function"]
    if not functions:
        return {}
    found: dict[str, Any] = {"tools": [{"type": "function", "function": one} for one in functions]}
    if isinstance(choice, dict) and choice.get("type") == "function":
        found["tool_choice"] = {"type": "function", "function": {"name": choice.get("name")}}
    elif isinstance(choice, str):
        found["tool_choice"] = choice
    return found


def _turns(given: list[Item]) -> Iterator[dict[str, Any]]:
    """Calls in a row are one message of the assistant's, as chat has them."""
    calls: list[dict[str, Any]] = []
    for at, item in enumerate(given):
        kind = kind_of(item)
        if kind == "function_call":
            calls.append(_call(item, at))
            continue
        if kind == "reasoning" or kind in VENDORS:
            continue
        if calls:
            yield {"role": "assistant", "content": "", "tool_calls": calls}
            calls = []
        yield _result(item) if kind == "function_call_output" else _message(item, kind, at)
    if calls:
        yield {"role": "assistant", "content": "", "tool_calls": calls}


def _call(item: Item, at: int) -> dict[str, Any]:
    if not all(isinstance(item.get(key), str) for key in ("call_id", "name", "arguments")):
        raise wrong(f"input[{at}]: a function_call needs call_id, name and arguments", f"input[{at}]")
    function = {"name": item["name"], "arguments": item["arguments"]}
    return {"id": item["call_id"], "type": "function", "function": function}


def _result(item: Item) -> dict[str, Any]:
    output = item.get("output")
    if isinstance(output, list):
        output = "\n".join(str(as_object(part).get("text") or "") for part in output)
    return {"role": "tool", "tool_call_id": item.get("call_id"), "content": str(output or "")}


def _message(item: Item, kind: str, at: int) -> dict[str, Any]:
    role = as_word(item.get("role"))
    if kind != "message":
        raise wrong(
            f"Invalid value: '{kind}'. Supported values are: 'message', 'reasoning', 'function_call' …",
            f"input[{at}].type",
        )
    if role not in {"user", "assistant", "system", "developer"}:
        raise wrong(f"Invalid value: '{role}'", f"input[{at}].role")
    content: Any = item.get("content")
    if isinstance(content, str):
        return {"role": role, "content": content}
    if not is_list_of_objects(content):
        raise wrong("content must be a string or a list of parts", f"input[{at}].content")
    return {
        "role": role,
        "content": [_part(part, role, f"input[{at}].content[{nth}]") for nth, part in enumerate(content)],
    }


def _part(part: Item, role: str, place: str) -> dict[str, Any]:
    """What a person sends is input_…, what came from a model is output_…; neither takes the other's (text.md 4.1)."""
    kind = as_word(part.get("type"))
    if kind == "refusal" and role == "assistant":
        return {"type": "text", "text": str(part.get("refusal") or "")}
    if kind == ("output_text" if role == "assistant" else "input_text"):
        return {"type": "text", "text": str(part.get("text") or "")}
    if role == "assistant" or kind not in MEDIA:
        raise wrong(f"Invalid value: '{kind}'", f"{place}.type")
    return MEDIA[kind](part, place)


def _picture(part: Item, place: str) -> dict[str, Any]:
    address = part.get("image_url")
    address = as_object(address).get("url") if isinstance(address, dict) else address
    if not isinstance(address, str) or not address:
        raise wrong("input_image needs image_url; file_id is not supported: the gateway keeps no files", place)
    return {"type": "image_url", "image_url": {"url": address}}


def _file(part: Item, place: str) -> dict[str, Any]:
    source = part.get("file_data") or part.get("file_url")
    if not isinstance(source, str) or not source:
        raise wrong("input_file needs file_data or file_url; the gateway keeps no files", place)
    return {"type": "file", "file": {"filename": str(part.get("filename") or "document.pdf"), "file_data": source}}


def _sound(part: Item, place: str) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": part.get("input_audio")}


MEDIA = {"input_image": _picture, "input_file": _file, "input_audio": _sound}


def wrong(message: str, param: str, code: str = "invalid_value") -> Refusal:
    """400 by the vendor."""
    return refused_upstream(message, code, param)
