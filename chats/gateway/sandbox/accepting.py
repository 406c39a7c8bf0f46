"""The moment a paid call has been accepted and counted: whether the client hears of it is another matter."""

import asyncio

from chats.gateway.sandbox.errors import Fault, Refusal
from chats.gateway.sandbox.exchange import Exchange
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.stream import Severed


async def heard(exchange: Exchange, odd: Misbehaviour, fault: Fault) -> None:
    """Returns when the answer may be sent; `fault` is the one that comes in its place if one was asked for."""
    await asyncio.sleep(odd.slow_submit_s)
    if odd.loses_submit:
        await exchange.sever()
        raise Severed
    if odd.has_fault and odd.accepts_first:
        raise Refusal(fault)
