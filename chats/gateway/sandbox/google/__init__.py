"""Google's own form for models of words: generateContent and streamGenerateContent (text.md 6)."""

import asyncio
from dataclasses import replace
from functools import partial

from chats.gateway.sandbox import models, native
from chats.gateway.sandbox.google import asked, browsing, checks, events, opening
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.planning import Plan, Way, plan
from chats.gateway.sandbox.stream import EventStream
from chats.gateway.sandbox.taking import Taken, take
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.workshop import Workshop


async def generate(call: Call, shop: Workshop) -> None:
    """By what the model gives: pictures have a way of their own."""
    found = native.PATH.fullmatch(call.exchange.path)
    known = models.listed(shop.settings).get(found["model"]) if found else None
    if found and known and "image" not in known.outputs:
        await _reply(call, shop, known, found["verb"])
    else:
        await native.generate(call, shop)


async def _reply(call: Call, shop: Workshop, model: Model, verb: str) -> None:
    """Streamed by the verb or by `alt=sse`; both are sent (text.md 6)."""
    streams = verb == "streamGenerateContent" or call.exchange.query.get("alt") == ["sse"]
    reader = partial(asked.read, model=model, streams=streams)
    taken = await take(call, shop, reader, "generate_content", checks.check)
    answer = events.Answer(taken, await _planned(taken))
    if streams:
        stream = EventStream(call.exchange, call.entry, replace(taken.odd, has_done=False), taken.pace)
        await stream.begin()
        await stream.send_all(answer.chunks())
        return
    await asyncio.sleep(taken.odd.first_token_s)
    call.entry.status = 200
    await call.exchange.answer_json(answer.whole())


async def _planned(taken: Taken) -> Plan:
    raw = taken.asked.raw
    planned = await plan(taken, Way())
    if taken.odd.is_empty or taken.answer.calls:
        return planned
    if asked.switched(raw, "computerUse") is not None:
        return await browsing.planned(taken, planned)
    if asked.switched(raw, "urlContext") is not None:
        planned = await opening.planned(taken, planned)
    return planned
