"""POST /v1/messages, Anthropic's own form (text.md 5): from the body to the last byte."""

import asyncio
from dataclasses import replace
from functools import partial

from chats.gateway.sandbox.errors import Fault, Refusal
from chats.gateway.sandbox.exchange import encoded
from chats.gateway.sandbox.messages import asked, checks, events
from chats.gateway.sandbox.planning import Way, plan
from chats.gateway.sandbox.stream import EventStream
from chats.gateway.sandbox.taking import Taken, take
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.workshop import Workshop

LARGEST_BODY_BYTES = 32 * 1024 * 1024  # text.md 3.3


async def reply(call: Call, shop: Workshop) -> None:
    try:
        betas = call.exchange.headers.get("anthropic-beta", "")
        _check_size(call)
        taken = await take(call, shop, asked.read, "messages", partial(checks.check, betas=betas))
        wanted = await plan(taken, way(taken))
    except Refusal as refusal:
        raise Refusal(dressed(refusal.fault)) from refusal
    message = events.Message(taken, wanted)
    if taken.question.streams or taken.odd.forces_sse:
        stream = ClaudeStream(call.exchange, call.entry, replace(taken.odd, has_done=False), taken.pace)
        await stream.begin()
        await stream.send_all(message.chunks())
        return
    await asyncio.sleep(taken.odd.first_token_s + wanted.writing_s(taken.pace))
    call.entry.status = 200
    await call.exchange.answer_json(message.whole())


def _check_size(call: Call) -> None:
    if len(call.body) > LARGEST_BODY_BYTES:
        raise Refusal(Fault(413, "B", "request_too_large", "Request exceeds the maximum size"))


def way(taken: Taken) -> Way:
    """After a tool's result it thinks only where thinking is interleaved with the calls (text.md 5.1)."""
    betas = taken.call.exchange.headers.get("anthropic-beta", "")
    raw = taken.asked.raw
    is_interleaved = checks.BETA in betas or (raw.get("thinking") or {}).get("type") == "adaptive"
    legs = asked.legs(raw)
    return Way(
        (taken.question.last_role != "tool" and not legs) or is_interleaved, is_interleaved, legs, announces=True
    )


def dressed(fault: Fault) -> Fault:
    """What the relay answers on this route has Claude's envelope (errors.md 1)."""
    return replace(fault, envelope="B") if fault.envelope == "A" else fault


class ClaudeStream(EventStream):
    """Its errors are events called "error"."""

    def _told(self, fault: Fault, is_event: bool) -> tuple[str, bytes]:
        return "error", encoded(dressed(fault).body(self._exchange.request_id))
