"""What every call that answers at once goes through first: its marks, its delay, the fault that was asked for."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from chats.gateway.sandbox import misbehave
from chats.gateway.sandbox.errors import Refusal, refused
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.tasks import Call


def parsed(call: Call) -> dict[str, Any]:
    """The body's object; raises the gateway's own 400."""
    try:
        raw = json.loads(call.body)
    except (ValueError, RecursionError) as error:
        raise refused(f"invalid request body: {error}", code="bad_request_body") from error
    if not isinstance(raw, dict):
        raise refused("invalid request body: an object is needed", code="bad_request_body")
    return raw


async def admitted(call: Call, text: str = "", envelope: str = "", model: str = "") -> Misbehaviour:
    """Returns when the call may go on; `text` is what a person wrote in it, `envelope` the route's own."""
    marks = call.marks + ";" + misbehave.split_text(text)[1]
    odd = misbehave.still_due(misbehave.read(marks), call.entry.attempt)
    await asyncio.sleep(odd.delay_s)
    if odd.has_fault:
        fault = odd.fault(model)
        own = bool(envelope) and not odd.envelope and fault.envelope == "A"
        raise Refusal(replace(fault, envelope=envelope) if own else fault)
    await asyncio.sleep(odd.first_token_s)
    call.entry.status = 200
    return odd
