"""The turns of a prompt as `messages`, with what each family wants back of what it said (text.md 3.4 to 3.7)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.films import watched
from chats.gateway.past import NOT_PLAIN, NOTHING, is_same_model, is_same_vendor, paired, with_own_pictures
from chats.gateway.telling import legible, told
from chats.gateway.values import Part, Prompt, Turn

from .parts import content

Message = dict[str, Any]

# Who wants its reasoning back, and how; `options.reasoning_back` overrides it. All others must not get it:
# deepseek-reasoner refuses it (VD DeepSeek). Sources: Claude GS to_claude_messages_req.go, Kimi and MiniMax VD.
_REASONING_BACK = {"anthropic": "signed", "moonshot": "with_tools", "minimax": "think_block"}


def messages(spec: ModelSpec, prompt: Prompt) -> list[Message]:
    return list(_messages(spec, prompt))


def _messages(spec: ModelSpec, prompt: Prompt) -> Iterator[Message]:
    system = prompt.parameters.get("system_prompt") or prompt.parameters.get("system")
    if system:
        yield {"role": "system", "content": system}
    # Kimi counts on its own ids, "functions.name:0"; Claude, to whom the gateway passes them on, refuses such.
    turns = paired(watched(prompt), NOT_PLAIN if spec.vendor == "anthropic" else NOTHING)
    for turn in _joined(with_own_pictures(spec, turns)):
        if turn.role == "tool":
            yield from _results(spec, turn)
        elif turn.role == "assistant":
            yield _assistant(spec, turn)
        else:
            yield {"role": turn.role, "content": content(spec, turn.parts)}


def _joined(turns: Iterable[Turn]) -> list[Turn]:
    """An answer that says nothing leaves two user turns in a row, which deepseek-reasoner and Spark refuse (VD)."""
    joined: list[Turn] = []
    for turn in turns:
        if turn.role == "assistant" and not any(map(_is_said, turn.parts)):
            continue
        if joined and turn.role == "user" == joined[-1].role:
            joined[-1] = replace(joined[-1], parts=joined[-1].parts + turn.parts)
        else:
            joined.append(turn)
    return joined


def _results(spec: ModelSpec, turn: Turn) -> Iterator[Message]:
    for part in turn.parts:
        if part.kind == "tool_result":
            yield {"role": "tool", "tool_call_id": part.call_id, "content": _result(spec, part)}


def _result(spec: ModelSpec, part: Part) -> str:
    """This form has no mark for a failure but the word (text.md 7)."""
    text = legible(part.text, spec.vendor)
    return f"Error: {text}" if part.is_error and not text.startswith("Error") else text


def _is_said(part: Part) -> bool:
    return part.kind == "tool_call" or (part.kind == "text" and bool(part.text))


def _assistant(spec: ModelSpec, turn: Turn) -> Message:
    message: Message = {"role": "assistant", "content": _said(turn) or None}
    if calls := [_call(part) for part in turn.parts if part.kind == "tool_call" and not part.is_vendors]:
        message["tool_calls"] = calls
    _give_back(message, spec, turn)
    return message


def _said(turn: Turn) -> str:
    """The text, with the vendor's own steps as paragraphs of it."""
    said, was_step = "", False
    for part in turn.parts:
        if part.kind == "text" or (part.kind == "tool_call" and part.is_vendors):
            is_step = part.kind == "tool_call"
            text = told(part) if is_step else part.text
            said += f"\n\n{text}" if said and (is_step or was_step) else text
            was_step = is_step
    return said


def _call(part: Part) -> Message:
    function = {"name": part.name, "arguments": part.arguments or "{}"}
    return {"id": part.call_id, "type": "function", "function": function}


def _give_back(message: Message, spec: ModelSpec, turn: Turn) -> None:
    """A signature only to the model that gave it, with the words it signs; bare thoughts to any of the vendor's."""
    way = spec.options.get("reasoning_back") or _REASONING_BACK.get(spec.vendor)
    thoughts = [part for part in turn.parts if part.kind == "reasoning" and part.text]
    if way == "signed":
        signed = next((part for part in thoughts if part.signature), None)
        if signed and is_same_model(spec, turn):  # with only one of the two the gateway leaves the thinking block out
            message |= {"reasoning_content": signed.text, "signature": signed.signature}
        return
    reasoning = "".join(part.text for part in thoughts)
    if not reasoning or not is_same_vendor(spec, turn):
        return
    if way == "with_tools" and "tool_calls" in message:
        message["reasoning_content"] = reasoning
    elif way == "think_block":
        message["content"] = f"<think>\n{reasoning}\n</think>\n\n{message['content'] or ''}"
