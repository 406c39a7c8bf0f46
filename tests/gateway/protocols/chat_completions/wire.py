"""Feeds recorded bytes to a protocol and tells what came out in few words."""

from collections.abc import Iterable
from pathlib import Path

from chats.gateway.errors import GatewayError
from chats.gateway.protocols import load
from chats.gateway.values import (
    Citation,
    Event,
    Finished,
    MediaOut,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    Usage,
)

WIRE = Path(__file__).parents[3] / "wire" / "chat_completions"
FIXTURES = sorted(path.name for path in WIRE.iterdir())


def read(chunks: Iterable[bytes], protocol=None) -> list[Event | tuple]:
    """Every event, and how it failed as ("error", kind, code)."""
    protocol = protocol or load("chat_completions")
    events: list[Event | tuple] = []
    try:
        for chunk in chunks:
            events.extend(protocol.read(chunk))
    except GatewayError as error:
        events.append(("error", error.kind, error.code))
        return events
    try:
        events.extend(protocol.close())
    except GatewayError as error:
        events.append(("error", error.kind, error.code))
    return events


def told(events: Iterable[Event | tuple]) -> list[tuple]:
    """The events as tuples; texts that follow each other are one, as are the pieces of a tool call."""
    told: list[tuple] = []
    for event in events:
        new = _told(event)
        if told and _continues(told[-1], new):
            told[-1] = (*told[-1][:-1], told[-1][-1] + new[-1])
        else:
            told.append(new)
    return told


def _continues(old: tuple, new: tuple) -> bool:
    if new[0] in ("call", "step"):
        return old[:2] == new[:2] and new[2:4] == ("", "")
    return old[0] == new[0] in ("text", "reasoning")


def _told(event: Event | tuple) -> tuple:
    match event:
        case TextDelta(text):
            return ("text", text)
        case ReasoningDelta("", signature):
            return ("signature", signature)
        case ReasoningDelta(text):
            return ("reasoning", text)
        case ToolCallDelta(index, call_id, name, arguments):
            return ("step" if event.is_vendors else "call", index, call_id, name, arguments)
        case MediaOut():
            return ("media", event.kind, event.content_type, event.key, event.url or event.data)
        case Citation(url, title, at):
            return ("citation", url, title, at)
        case Usage():
            return ("usage", event.prompt_tokens, event.completion_tokens, event.total_tokens)
        case Finished(reason):
            return ("finished", reason)
        case _:
            return event
