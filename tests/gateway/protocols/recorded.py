"""Feeds recorded bytes to any protocol of replies and tells what came out in few words."""

from collections.abc import Iterable
from pathlib import Path

from chats.gateway.errors import GatewayError
from chats.gateway.protocols import load
from chats.gateway.values import (
    Citation,
    Event,
    Finished,
    MediaOut,
    Opaque,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolResult,
    Usage,
)

WIRE = Path(__file__).parents[2] / "wire"


def names(protocol: str) -> list[str]:
    return sorted(path.name for path in (WIRE / protocol).iterdir())


def recorded(protocol: str, name: str) -> bytes:
    return (WIRE / protocol / name).read_bytes()


def read(protocol: str, chunks: Iterable[bytes]) -> list[Event | tuple]:
    """Every event, and how it failed as ("error", kind, code); what is held comes before the failure."""
    reading, events, told = load(protocol), [], None
    try:
        for chunk in chunks:
            events.extend(reading.read(chunk))
    except GatewayError as error:
        told = error
    try:
        events.extend(event for event in reading.close() if not (told and isinstance(event, Finished)))
    except GatewayError as error:
        told = told or error
    return [*events, ("error", told.kind, told.code)] if told else events


def told(events: Iterable[Event | tuple]) -> list[tuple]:
    """The events as tuples; texts that follow each other are one, as are the pieces of a call. <…> is a signature."""
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
        case TextDelta(text, signature):
            return ("text", text) if text else ("signed", signature)
        case ReasoningDelta(text, signature):
            return ("reasoning", text, signature) if text and signature else ("reasoning", text or f"<{signature}>")
        case ToolCallDelta(index, call_id, name, arguments):
            return ("step" if event.is_vendors else "call", index, call_id, name, arguments)
        case ToolResult(index, text, is_error):
            return ("failed" if is_error else "result", index, text)
        case _:
            return _rare(event)


def _rare(event: Event | tuple) -> tuple:
    match event:
        case Opaque(protocol, block):
            return ("opaque", protocol, next(iter(block.values())))
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
