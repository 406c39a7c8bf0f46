"""The turns of a prompt as `messages`, with what each family wants back of what it said (text.md 3.4 to 3.7)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from chats.catalog import ModelSpec
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
    answered = {part.call_id for turn in prompt.turns for part in turn.parts if part.kind == "tool_result"}
    for turn in _joined(_with_own_pictures(spec, prompt.turns), answered):
        if turn.role == "tool":
            yield from _results(turn)
        elif turn.role == "assistant":
            yield _assistant(spec, turn, answered)
        else:
            yield {"role": turn.role, "content": content(spec, turn.parts)}


def _joined(turns: Iterable[Turn], answered: set[str]) -> list[Turn]:
    """An answer that says nothing leaves two user turns in a row, which deepseek-reasoner and Spark refuse (VD)."""
    joined: list[Turn] = []
    for turn in turns:
        if turn.role == "assistant" and not any(_is_said(part, answered) for part in turn.parts):
            continue
        if joined and turn.role == "user" == joined[-1].role:
            joined[-1] = replace(joined[-1], parts=joined[-1].parts + turn.parts)
        else:
            joined.append(turn)
    return joined


def _with_own_pictures(spec: ModelSpec, turns: tuple[Turn, ...]) -> Iterator[Turn]:
    """Pictures the model made go back as the next user turn's: an assistant turn holds text only (images.md 7.4)."""
    pictures: tuple[Part, ...] = ()
    newest = max((n for n, turn in enumerate(turns) if turn.role == "assistant"), default=-1)
    for n, turn in enumerate(turns):
        if n == newest and "image" in spec.inputs:
            pictures = tuple(part for part in turn.parts if part.kind == "image")
        if turn.role == "user" and pictures:
            turn, pictures = replace(turn, parts=pictures + turn.parts), ()
        yield turn


def _results(turn: Turn) -> Iterator[Message]:
    for part in turn.parts:
        if part.kind == "tool_result":
            yield {"role": "tool", "tool_call_id": part.call_id, "content": part.text}


def _is_said(part: Part, answered: set[str]) -> bool:
    """A call that nobody answered would be refused, and a tool the vendor ran itself has no id."""
    if part.kind == "tool_call":
        return part.call_id in answered
    return part.kind == "text" and bool(part.text)


def _assistant(spec: ModelSpec, turn: Turn, answered: set[str]) -> Message:
    said = [part for part in turn.parts if _is_said(part, answered)]
    text = "".join(part.text for part in said if part.kind == "text")
    calls = [_call(part) for part in said if part.kind == "tool_call"]
    message: Message = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = calls
    if turn.model in ("", spec.model):
        _give_back(message, spec, [part for part in turn.parts if part.kind == "reasoning"])
    return message


def _call(part: Part) -> Message:
    function = {"name": part.name, "arguments": part.arguments or "{}"}
    return {"id": part.call_id, "type": "function", "function": function}


def _give_back(message: Message, spec: ModelSpec, thoughts: list[Part]) -> None:
    way = spec.options.get("reasoning_back") or _REASONING_BACK.get(spec.vendor)
    reasoning = "".join(part.text for part in thoughts)
    if not reasoning:
        return
    if way == "signed":
        signature = "".join(part.signature for part in thoughts)
        if signature:  # with only one of the two the gateway leaves the thinking block out
            message |= {"reasoning_content": reasoning, "signature": signature}
    elif way == "with_tools" and "tool_calls" in message:
        message["reasoning_content"] = reasoning
    elif way == "think_block":
        message["content"] = f"<think>\n{reasoning}\n</think>\n\n{message['content'] or ''}"
