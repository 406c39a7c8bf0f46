"""A kept exchange once more without the network: what its chunks say, and when; called by views/exchanges.py."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chats import exchanges
from chats.gateway import values
from chats.gateway.errors import GatewayError
from chats.gateway.protocols import ReplyProtocol, load
from chats.gateway.recording import Chunk
from chats.models import Exchange, Message

EVENT_ENDS = (b"\n\n", b"\r\n\r\n")
SAME = ("text", "reasoning")  # pieces of one chunk that read as one


def is_replayable(exchange: Exchange) -> bool:
    """Was it a reply, and did any of it come?"""
    return bool(exchange.received_file) and exchange.status == 200 and _protocol(exchange) is not None


def events(exchange: Exchange) -> list[dict[str, Any]]:
    """[{at_s, kind, …}] in order: text reasoning tool_call tool_result media citation usage finished error gap.

    Raises exchanges.Gone.
    """
    found: list[dict[str, Any]] = []
    for event in _events(exchange, exchanges.chunks(exchange)):
        if found and event["kind"] in SAME and _is_same(found[-1], event):
            found[-1]["text"] += event["text"]
        else:
            found.append(event)
    return found


def of_message(message: Message) -> list[dict[str, Any]]:
    """All rounds of a reply one after the other, with what its tools answered between them; raises exchanges.Gone."""
    rounds = [row for row in exchanges.of_message(message).filter(label="reply") if is_replayable(row)]
    found: list[dict[str, Any]] = []
    for number, row in enumerate(rounds):
        start_s = _seconds_between(rounds[0].sent_at, row.sent_at)
        found += [{"at_s": start_s} | told for told in _results(message, number - 1)]
        found += [event | {"at_s": start_s + event["at_s"]} for event in events(row)]
    return found


def _seconds_between(start: datetime | None, end: datetime | None) -> float:
    return max(0.0, (end - start).total_seconds()) if start and end else 0.0


def _results(message: Message, number: int) -> Iterator[dict[str, Any]]:
    """Of the calls that we or a person answered; those of the vendor are in its own stream."""
    for index, part in enumerate(message.parts):
        result = part.get("result") or {}
        is_ours = part.get("kind") == "tool_call" and not part.get("is_vendors")
        if is_ours and part.get("round") == number and result.get("text"):
            is_error = bool(result.get("is_error"))
            yield {"kind": "tool_result", "index": f"ours {index}", "text": result["text"], "is_error": is_error}


def _is_same(before: dict[str, Any], event: dict[str, Any]) -> bool:
    return (before["kind"], before["at_s"]) == (event["kind"], event["at_s"])


def _events(exchange: Exchange, chunks: list[Chunk]) -> Iterator[dict[str, Any]]:
    protocol = _protocol(exchange)
    if exchange.status != 200 or protocol is None:
        if exchange.error:
            yield {"at_s": chunks[-1].at_s if chunks else 0.0, "kind": "error", "text": exchange.error}
        return
    try:
        yield from _read(exchange, protocol, chunks)
    except GatewayError as error:
        at_s = chunks[-1].at_s if chunks else 0.0
        yield {"at_s": at_s, "kind": "error", "text": error.message or str(error), "code": error.code or error.kind}


def _read(exchange: Exchange, protocol: ReplyProtocol, chunks: list[Chunk]) -> Iterator[dict[str, Any]]:
    """Where bytes are missing a fresh protocol begins after the next whole event: half a line says nothing."""
    is_lost = False
    for chunk in chunks:
        data = chunk.data
        if chunk.left_out:
            yield {"at_s": chunk.at_s, "kind": "gap", "bytes": chunk.left_out}
            is_lost, protocol = True, load(exchange.protocol)
        if is_lost:
            data = _from_next_event(data)
            is_lost = not data
        for event in protocol.read(data) if data else ():
            if told := told_of(event):
                yield {"at_s": chunk.at_s} | told
    if not is_lost:
        at_s = chunks[-1].at_s if chunks else 0.0
        yield from ({"at_s": at_s} | told for event in protocol.close() if (told := told_of(event)))


def _from_next_event(data: bytes) -> bytes:
    ends = [at + len(end) for end in EVENT_ENDS if (at := data.find(end)) >= 0]
    return data[min(ends) :] if ends else b""


def _protocol(exchange: Exchange) -> ReplyProtocol | None:
    """None for one of tasks and calls, whose answers are looked at and not played."""
    try:
        return load(exchange.protocol)
    except (ModuleNotFoundError, TypeError, AttributeError):
        return None


def told_of(event: values.Event) -> dict[str, Any] | None:
    """An event as the page draws it; None for one that says nothing."""
    match event:
        case values.TextDelta(text=text) if text:
            return {"kind": "text", "text": text}
        case values.ReasoningDelta(text=text) if text:
            return {"kind": "reasoning", "text": text}
        case values.ToolCallDelta():
            return {"kind": "tool_call", "index": event.index, "name": event.name, "text": event.arguments}
        case values.ToolResult():
            return {"kind": "tool_result", "index": event.index, "text": event.text, "is_error": event.is_error}
        case values.MediaOut():
            return {"kind": "media", "text": event.kind, "bytes": len(event.data), "url": event.url[:2000]}
        case values.Citation():
            return {"kind": "citation", "text": event.title or event.url, "url": event.url}
        case values.Usage():
            return {"kind": "usage", "tokens_in": event.prompt_tokens, "tokens_out": event.completion_tokens}
        case values.Finished():
            return {"kind": "finished", "text": event.reason}
    return None
