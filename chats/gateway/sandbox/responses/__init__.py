"""POST /v1/responses, OpenAI's newer form (text.md 4): from the body to the last byte."""

import asyncio
from dataclasses import replace

from chats.gateway.sandbox.errors import Fault
from chats.gateway.sandbox.exchange import encoded
from chats.gateway.sandbox.planning import Way, plan
from chats.gateway.sandbox.responses import asked, checks, events
from chats.gateway.sandbox.stream import EventStream
from chats.gateway.sandbox.taking import take
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.workshop import Workshop


async def reply(call: Call, shop: Workshop) -> None:
    taken = await take(call, shop, asked.read, "responses", checks.check)
    wanted = await plan(taken, Way())
    response = events.Response(taken, wanted)
    if taken.question.streams or taken.odd.forces_sse:
        stream = ResponsesStream(call.exchange, call.entry, replace(taken.odd, has_done=False), taken.pace)
        await stream.begin()
        await stream.send_all(response.chunks())
        return
    await asyncio.sleep(taken.odd.first_token_s + wanted.writing_s(taken.pace))
    call.entry.status = 200
    await call.exchange.answer_json(response.whole())


class ResponsesStream(EventStream):
    """Its errors are events called "error"; the gateway's own line after a ping stays what it is."""

    def _told(self, fault: Fault, is_event: bool) -> tuple[str, bytes]:
        if not is_event:
            return super()._told(fault, is_event)
        inner = fault.body(self._exchange.request_id)["error"]
        told = {"code": inner.get("code"), "message": inner["message"], "param": inner.get("param") or None}
        return "error", encoded({"type": "error", **told, "sequence_number": self._entry.chunks})
