"""Google's own form for models of words: generateContent and streamGenerateContent (text.md 6)."""

import asyncio
import json
from dataclasses import replace
from functools import partial
from typing import Any

from chats.gateway.sandbox import arguments, models, native
from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.google import asked, browsing, checks, events, opening
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.planning import Plan, Way, plan
from chats.gateway.sandbox.steps import Said
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
        return browsing.planned(taken, planned)
    if asked.switched(raw, "urlContext") is not None:
        planned = await opening.planned(taken, planned)
    return _formed(taken, planned)


def _formed(taken: Taken, planned: Plan) -> Plan:
    """Words as JSON where that was asked for; something that fits the schema."""
    config = as_object(taken.asked.raw.get("generationConfig"))
    if config.get("responseMimeType") != "application/json":
        return planned
    schema = config.get("responseSchema") or config.get("responseJsonSchema")
    steps = tuple(_json(taken, step, schema) if isinstance(step, Said) else step for step in planned.steps)
    return replace(planned, steps=steps)


def _json(taken: Taken, said: Said, schema: Any) -> Said:
    value = arguments.made_up(asked.lowered(schema), taken.question.text) if schema else {"text": said.text}
    return Said(json.dumps(value, ensure_ascii=False))
