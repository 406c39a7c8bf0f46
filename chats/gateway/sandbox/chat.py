"""POST /v1/chat/completions: from the body to the last byte, with everything that was asked to go wrong."""

import asyncio
from dataclasses import replace

from chats.gateway.sandbox import answers, chat_pictures, chunks, histories, misbehave, models, question
from chats.gateway.sandbox.answers import Answer
from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.question import Question
from chats.gateway.sandbox.stream import EventStream
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.workshop import Workshop

LARGE_BODY_BYTES = 256 * 1024  # from here on parsing is left to a thread
LONGEST_WAIT_S = 60.0


async def complete(call: Call, shop: Workshop) -> None:
    """The header's marks come first; what the last user text asks for is laid over them."""
    exchange, entry, body, settings = call.exchange, call.entry, call.body, shop.settings
    asked = misbehave.read(call.marks)
    read = await asyncio.to_thread(question.read, body) if len(body) > LARGE_BODY_BYTES else question.read(body)
    entry.model, entry.parts = read.model, parts_of(read)
    odd = misbehave.still_due(misbehave.read(read.directives, asked), entry.attempt)
    await asyncio.sleep(odd.delay_s)
    if odd.has_fault and not odd.accepts_first:
        raise Refusal(odd.fault(read.model))
    model = models.find(settings, call.allowed, read.model)
    histories.check(read)
    answer = await answers.compose(read, model, settings, odd, entry.sha256)
    if chat_pictures.is_drawn(model, odd):
        answer = replace(answer, picture=await chat_pictures.paint(call, read, odd, shop))
    pace = settings.tokens_per_s if odd.tokens_per_s is None else odd.tokens_per_s
    if read.streams or odd.forces_sse or model.always_streams:
        stream = EventStream(exchange, entry, odd, pace)
        await stream.begin()
        await stream.send_all(chunks.Chunks(answer, odd, read.wants_usage or not read.streams))
    else:
        await asyncio.sleep(odd.first_token_s + _writing_s(answer, pace))
        entry.status = 200
        await exchange.answer_json(chunks.completion(answer, odd, read.audio_format))


def _writing_s(answer: Answer, tokens_per_s: float) -> float:
    if not tokens_per_s:
        return 0.0
    return min(answer.usage["completion_tokens"] / tokens_per_s, LONGEST_WAIT_S)


def parts_of(read: Question) -> list[dict[str, object]]:
    """For the record: what came in, without its contents."""
    texts: list[dict[str, object]] = [{"type": "text", "characters": len(text)} for text in read.texts if text]
    media: list[dict[str, object]] = [
        {
            "type": medium.wire_type,
            "kind": medium.kind,
            "turn": medium.turn,
            "is_link": medium.source.startswith(("http://", "https://")),
            "characters": len(medium.source) + sum(map(len, medium.frames)),
            "frames": len(medium.frames),
            "name": medium.name,
            "format": medium.format,
            "fps": medium.fps,
        }
        for medium in read.media
    ]
    return texts + media
