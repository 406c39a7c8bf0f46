"""POST /v1/chat/completions: from the body to the last byte, with everything that was asked to go wrong."""

import asyncio
from dataclasses import replace

from chats.gateway.sandbox import answers, chat_pictures, chunks, histories, misbehave, models, question, vendor_tools
from chats.gateway.sandbox.answers import Answer
from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.interpreter import InterpreterChunks
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.question import Question
from chats.gateway.sandbox.steps import Computed
from chats.gateway.sandbox.stream import EventStream
from chats.gateway.sandbox.taking import Asked, Offered, Taken
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.workshop import Workshop

LONGEST_WAIT_S = 60.0


async def complete(call: Call, shop: Workshop) -> None:
    """The header's marks come first; what the last user text asks for is laid over them."""
    exchange, entry, body, settings = call.exchange, call.entry, call.body, shop.settings
    asked = misbehave.read(call.marks)
    is_large = len(body) > question.LARGE_BODY_BYTES
    sent = await asyncio.to_thread(question.read, body) if is_large else question.read(body)
    read = vendor_tools.plain(sent)
    entry.model, entry.parts = read.model, question.parts_of(read)
    odd = misbehave.still_due(misbehave.read(read.directives, asked), entry.attempt)
    await asyncio.sleep(odd.delay_s)
    if odd.has_fault and not odd.accepts_first:
        raise Refusal(odd.fault(read.model))
    model = models.find(settings, call.allowed, read.model)
    histories.check(read)
    vendor_tools.check(read)
    answer = await answers.compose(read, model, settings, odd, entry.sha256)
    pace = settings.tokens_per_s if odd.tokens_per_s is None else odd.tokens_per_s
    taken = Taken(call, shop, Asked(read.raw, read, Offered()), model, odd, answer, pace)
    worked = await vendor_tools.worked(taken, sent)
    answer = histories.named(worked.answer)
    if chat_pictures.is_drawn(model, odd):
        answer = replace(answer, picture=await chat_pictures.paint(call, read, odd, shop))
    if read.streams or odd.forces_sse or model.always_streams:
        stream = EventStream(exchange, entry, odd, pace)
        await stream.begin()
        await stream.send_all(_chunks(read, worked.computed, answer, odd))
    else:
        await asyncio.sleep(odd.first_token_s + _writing_s(answer, pace))
        entry.status = 200
        await exchange.answer_json(chunks.completion(answer, odd, read.audio_format))


def _chunks(read: Question, computed: Computed | None, answer: Answer, odd: Misbehaviour) -> chunks.Chunks:
    if computed:
        return InterpreterChunks(answer, odd, computed, read.is_chinese)
    return chunks.Chunks(answer, odd, read.wants_usage or not read.streams)


def _writing_s(answer: Answer, tokens_per_s: float) -> float:
    if not tokens_per_s:
        return 0.0
    return min(answer.usage["completion_tokens"] / tokens_per_s, LONGEST_WAIT_S)
