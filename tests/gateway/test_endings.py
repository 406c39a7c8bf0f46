"""How a stream can end: cut, silent, or stopped by us, which the gateway notices at once."""

import asyncio
from contextlib import aclosing

import pytest

from chats.catalog import ModelSpec
from chats.gateway import client
from chats.gateway.retries import RetryPolicy
from chats.gateway.values import Finished, TextDelta

from .asking import HELLO, SPEC, credentials, failing, reply, text, waiting
from .upstream import ANSWER, Answering, Upstream, answers, chunk, refuses

pytestmark = pytest.mark.usefixtures("fresh")


class TestCuts:
    async def test_a_connection_lost_before_the_answer_is_tried_again(self):
        async def lost(answering: Answering):
            answering.cut()

        async with Upstream(lost, answers(*ANSWER)) as upstream:
            assert text(await reply(upstream)) == "Hello there"
        async with Upstream(lost) as upstream:
            _, error = await failing(upstream)
            assert (error.kind, error.code, error.tries) == ("connection", "connection_lost", 3)

    async def test_a_connection_lost_in_mid_answer_leaves_it_incomplete(self):
        async def lost(answering: Answering):
            await answering.head()
            await answering.send(chunk("Half"))
            answering.cut()

        async with Upstream(lost) as upstream:
            events, error = await failing(upstream)
            assert text(events) == "Half"
            assert (error.kind, error.code, error.request_id) == ("incomplete", "connection_lost", "toio1")

    async def test_a_body_that_ends_without_a_finish_reason_is_incomplete(self):
        async with Upstream(answers(chunk("Half"))) as upstream:
            events, error = await failing(upstream)
            assert text(events) == "Half"
            assert (error.kind, error.code, error.is_retryable) == ("incomplete", "", True)

    async def test_a_connection_lost_after_the_last_word_is_no_failure(self):
        async def lost(answering: Answering):
            await answering.head()
            await answering.send(*ANSWER[:3])
            answering.cut()

        async with Upstream(lost) as upstream:
            assert (await reply(upstream))[-1] == Finished("stop")

    async def test_a_gateway_that_does_not_hang_up_after_done_keeps_nobody_waiting(self):
        async def lingering(answering: Answering):
            await answering.head()
            await answering.send(*ANSWER)
            await answering.hang()

        async with Upstream(lingering) as upstream, asyncio.timeout(5):
            assert (await reply(upstream))[-1] == Finished("stop")
            await upstream.requests[0].is_closed.wait()

    async def test_silence_before_the_answer_is_a_timeout(self):
        async def silent(answering: Answering):
            await answering.hang()

        hasty = ModelSpec("m-1", "M", "alibaba", options={"read_timeout_s": 0.5})
        async with Upstream(silent) as upstream:
            _, error = await failing(upstream, hasty)
            assert (error.kind, error.code, error.tries) == ("timeout", "no_answer", 2)
            request = await upstream.request()
            await asyncio.wait_for(request.is_closed.wait(), 1)

    async def test_silence_in_mid_answer_is_a_timeout(self):
        async def stalling(answering: Answering):
            await answering.head()
            await answering.send(chunk("Half"))
            await answering.hang()

        hasty = ModelSpec("m-1", "M", "alibaba", options={"read_timeout_s": 0.5})
        async with Upstream(stalling) as upstream:
            events, error = await failing(upstream, hasty)
            assert text(events) == "Half"
            assert (error.kind, error.code, error.request_id) == ("timeout", "silence", "toio1")
            await asyncio.wait_for(upstream.requests[0].is_closed.wait(), 1)

    async def test_pings_break_the_silence(self):
        async def pinging(answering: Answering):
            await answering.head()
            for _ in range(5):
                await answering.send(b": PING\n\n")
                await asyncio.sleep(0.3)
            await answering.send(*ANSWER)
            await answering.end()

        hasty = ModelSpec("m-1", "M", "alibaba", options={"read_timeout_s": 1.0})
        async with Upstream(pinging) as upstream:
            assert text(await reply(upstream, hasty)) == "Hello there"

    async def test_a_slow_taker_is_not_taken_for_silence(self):
        hasty = ModelSpec("m-1", "M", "alibaba", options={"read_timeout_s": 0.5})
        async with Upstream(answers(*ANSWER)) as upstream:
            events = []
            async for event in client.stream(hasty, HELLO, credentials(upstream)):
                await asyncio.sleep(0.6 if len(events) < 2 else 0)
                events.append(event)
            assert events[-1] == Finished("stop")


async def endless(answering: Answering) -> None:
    await answering.head()
    while not answering.request.is_closed.is_set():
        await answering.send(chunk("word "))
        await asyncio.sleep(0.01)


async def thinking(answering: Answering) -> None:
    await answering.head()
    await answering.hang()


class TestStopping:
    @pytest.mark.parametrize("script", [endless, thinking, waiting])
    async def test_cancelling_closes_the_connection_at_once(self, script):
        async with Upstream(script) as upstream:
            replying = asyncio.create_task(reply(upstream))
            request = await upstream.request()
            replying.cancel()
            await asyncio.wait_for(request.is_closed.wait(), 1)
            with pytest.raises(asyncio.CancelledError):
                await replying

    async def test_closing_the_stream_closes_the_connection_at_once(self):
        async with Upstream(endless) as upstream:
            async with aclosing(client.stream(SPEC, HELLO, credentials(upstream))) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        break
            await asyncio.wait_for(upstream.requests[0].is_closed.wait(), 1)

    async def test_leaving_the_loop_without_closing_closes_the_connection_too(self):
        async with Upstream(endless) as upstream:
            async for event in client.stream(SPEC, HELLO, credentials(upstream)):
                if isinstance(event, TextDelta):
                    break
            await asyncio.wait_for(upstream.requests[0].is_closed.wait(), 1)

    async def test_stopping_while_it_waits_to_try_again_sends_nothing_more(self, monkeypatch):
        monkeypatch.setattr(client, "POLICY", RetryPolicy(waits_s=(3600, 3600), total_s=10_000))
        waits = asyncio.Event()
        async with Upstream(refuses(500)) as upstream:
            replying = asyncio.create_task(reply(upstream, on_retry=lambda *_: waits.set()))
            await asyncio.wait_for(waits.wait(), 5)
            replying.cancel()
            with pytest.raises(asyncio.CancelledError):
                await replying
            assert len(upstream.requests) == 1

    async def test_the_next_reply_after_a_stop_gets_its_own_words(self):
        async with Upstream(endless, answers(*ANSWER)) as upstream:
            async with aclosing(client.stream(SPEC, HELLO, credentials(upstream))) as events:
                await anext(events)
            assert text(await reply(upstream)) == "Hello there"
