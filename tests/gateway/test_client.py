"""The client against a gateway on a real socket: what is sent, tried again, cut, stopped and refused."""

import asyncio
import gzip
import logging
from contextlib import aclosing

import pytest

from chats.catalog import ModelSpec
from chats.gateway import breaker, client, connections, exchange
from chats.gateway.body import STEP, Base64
from chats.gateway.client import Credentials
from chats.gateway.errors import GatewayError
from chats.gateway.retries import RetryPolicy
from chats.gateway.values import Finished, Part, Prompt, Started, TextDelta, Turn

from .upstream import ANSWER, DONE, LIST, Answering, Upstream, answers, chunk, refuses

SPEC = ModelSpec("m-1", "M", "alibaba")
HELLO = Prompt((Turn("user", (Part("text", "Hello"),)),))
KEY = "sk-very-secret-key"


@pytest.fixture(autouse=True)
async def fresh(monkeypatch):
    monkeypatch.setattr(client, "POLICY", RetryPolicy(waits_s=(0, 0), busy_waits_s=(0, 0), listed_wait_s=0))
    breaker._refused.clear()
    yield
    await client.close()


def credentials(upstream: Upstream, **more) -> Credentials:
    return Credentials(upstream.url, KEY, **more)


async def reply(upstream: Upstream, spec: ModelSpec = SPEC, prompt: Prompt = HELLO, **wishes) -> list:
    return [event async for event in client.stream(spec, prompt, credentials(upstream), **wishes)]


async def failing(upstream: Upstream, spec: ModelSpec = SPEC, **wishes) -> tuple[list, GatewayError]:
    events = []
    try:
        async for event in client.stream(spec, HELLO, credentials(upstream), **wishes):
            events.append(event)
    except GatewayError as error:
        return events, error
    pytest.fail("the reply did not fail")


def text(events: list) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def starts(events: list) -> list[int]:
    return [event.tries for event in events if isinstance(event, Started)]


class TestSending:
    async def test_a_reply_starts_tells_and_finishes(self):
        async with Upstream(answers(*ANSWER)) as upstream:
            started, *middle, finished = await reply(upstream)
        assert (started.request_id, started.tries) == ("toio1", 1)
        assert 0 <= started.waited_s < 10
        assert started.sent_at.tzinfo
        assert text(middle) == "Hello there"
        assert finished == Finished("stop")

    async def test_the_key_and_the_accounts_headers_are_sent(self):
        async with Upstream(answers(*ANSWER)) as upstream:
            account = credentials(upstream, extra_headers={"uid": "user-123456", "X-Project": "p"})
            async for _ in client.stream(SPEC, HELLO, account):
                pass
            sent = upstream.requests[0]
        assert (sent.method, sent.path) == ("POST", "/v1/chat/completions")
        assert sent.headers["authorization"] == f"Bearer {KEY}"
        assert (sent.headers["uid"], sent.headers["x-project"]) == ("user-123456", "p")
        assert sent.headers["content-type"] == "application/json"
        assert sent.json["messages"] == [{"role": "user", "content": "Hello"}]

    async def test_a_base_url_may_have_a_path(self):
        async with Upstream(answers(*ANSWER)) as upstream:
            async for _ in client.stream(SPEC, HELLO, Credentials(upstream.url + "/sandbox/", KEY)):
                pass
            assert upstream.requests[0].path == "/sandbox/v1/chat/completions"

    async def test_replies_one_after_the_other_share_a_connection(self):
        async with Upstream(answers(*ANSWER)) as upstream:
            await reply(upstream)
            await reply(upstream)
            assert [request.connection for request in upstream.requests] == [1, 1]

    async def test_a_cookie_given_to_one_key_is_not_sent_with_another(self):
        async with Upstream(answers(*ANSWER, Set_Cookie="a=b; Path=/")) as upstream:
            await reply(upstream)
            await reply(upstream)
            assert "cookie" not in upstream.requests[1].headers

    async def test_each_try_tells_what_it_sends(self):
        seen = []
        async with Upstream(refuses(500), answers(*ANSWER)) as upstream:
            await reply(upstream, on_request=seen.append)
            assert [request.json["model"] for request in seen] == ["m-1", "m-1"]

    async def test_many_streams_run_at_once(self):
        everybody = asyncio.Barrier(150)

        async def together(answering: Answering):
            await answering.head()
            await everybody.wait()
            await answering.send(*ANSWER)
            await answering.end()

        async with Upstream(together) as upstream, asyncio.timeout(30):
            replies = await asyncio.gather(*(reply(upstream) for _ in range(150)))
        assert {text(events) for events in replies} == {"Hello there"}


class TestBigBodies:
    VIDEO = bytes(range(256)) * 4 * 60 * 1024  # 60 MiB

    async def test_sixty_megabytes_arrive_whole(self):
        prompt = Prompt((Turn("user", (Part("video", data=self.VIDEO, content_type="video/mp4"),)),))
        async with Upstream(answers(*ANSWER)) as upstream:
            await reply(upstream, prompt=prompt)
            sent = upstream.requests[0]
        assert int(sent.headers["content-length"]) == len(sent.body)
        assert "transfer-encoding" not in sent.headers
        url = sent.json["messages"][0]["content"][0]["video_url"]["url"]
        assert url == str(Base64(self.VIDEO, "data:video/mp4;base64,"))

    async def test_sixty_megabytes_leave_the_loop_to_others_all_the_while(self):
        prompt = Prompt((Turn("user", (Part("video", data=self.VIDEO, content_type="video/mp4"),)),))
        turns = 0
        async with Upstream(answers(*ANSWER)) as upstream:
            replying = asyncio.create_task(reply(upstream, prompt=prompt))
            while not replying.done():
                await asyncio.sleep(0)
                turns += 1
            await replying
        assert turns > len(self.VIDEO) / STEP

    async def test_what_the_gateway_would_refuse_is_not_sent(self, monkeypatch):
        monkeypatch.setattr(exchange, "BODY_LIMIT", 100)
        async with Upstream(answers(*ANSWER)) as upstream:
            _, error = await failing(upstream)
            assert (error.kind, error.code, upstream.requests) == ("too_large", "body_over_limit", [])


class TestTryingAgain:
    @pytest.mark.parametrize(
        "script",
        [
            refuses(408), refuses(409), refuses(429), refuses(500), refuses(502), refuses(503), refuses(504),
            refuses(529),
            answers(b'{"error":{"message":"m","code":"server_error"}}\n'),
            answers(b": PING\n\n", b'{"error":{"message":"m","code":"rate_limit_exceeded"}}\n'),
            answers(chunk(""), chunk(finish="stop"), DONE),
            answers(chunk("")),
            answers(b"<html>Gateway</html>", content_type="text/html; charset=utf-8"),
        ],
    )  # fmt: skip
    async def test_a_passing_trouble_before_anything_was_shown_is_tried_again(self, script):
        async with Upstream(script, answers(*ANSWER)) as upstream:
            events = await reply(upstream)
            assert text(events) == "Hello there"
            assert starts(events)[-1] == 2
            assert len(upstream.requests) == 2

    @pytest.mark.parametrize(
        "script",
        [
            refuses(400), refuses(401), refuses(401, "invalid_api_key"), refuses(403, "insufficient_user_quota"),
            refuses(404), refuses(413), refuses(422), refuses(429, "insufficient_quota"),
            refuses(500, "convert_request_failed"), refuses(500, message="not implemented"),
            refuses(503, "model_not_found"), answers(b'{"error":{"message":"m","code":"content_filter"}}'),
        ],
    )  # fmt: skip
    async def test_what_will_not_pass_is_not_tried_again(self, script):
        async with Upstream(script) as upstream:
            _, error = await failing(upstream, on_retry=lambda *_: pytest.fail("waits to try again"))
            assert error.tries == len(upstream.requests) == 1

    async def test_there_are_three_tries_at_most(self):
        waits = []
        async with Upstream(refuses(500)) as upstream:
            _, error = await failing(upstream, on_retry=lambda error, wait_s: waits.append((error.tries, wait_s)))
            assert error.tries == len(upstream.requests) == 3
        assert waits == [(1, 0), (2, 0)]

    @pytest.mark.parametrize("script", [refuses(504), answers(chunk(""), chunk(finish="stop"), DONE)])
    async def test_a_timeout_and_an_empty_answer_are_tried_again_once(self, script):
        async with Upstream(script) as upstream:
            _, error = await failing(upstream)
            assert error.tries == len(upstream.requests) == 2

    async def test_a_missing_model_is_tried_again_once_when_the_key_lists_it(self):
        async with Upstream(refuses(503, "model_not_found")) as upstream:
            _, error = await failing(upstream, is_listed=True)
            assert (error.kind, error.tries, len(upstream.requests)) == ("model_unavailable", 2, 2)

    @pytest.mark.parametrize("shown", [{"text": "Half"}, {"reasoning_content": "Hm"}])
    async def test_nothing_is_tried_again_after_something_was_shown(self, shown):
        broken = answers(chunk(**shown), b'data: {"error":{"message":"m","code":"server_error"}}\n\n')
        async with Upstream(broken) as upstream:
            events, error = await failing(upstream)
            assert len(events) == 2
            assert (error.code, error.tries, len(upstream.requests)) == ("server_error", 1, 1)

    async def test_what_was_held_back_is_shown_before_the_failure(self):
        async with Upstream(answers(chunk("Wow"), chunk("!"), b'data: {"error":{"message":"m"}}\n\n')) as upstream:
            events, _ = await failing(upstream)
            assert text(events) == "Wow!"

    async def test_an_unreachable_gateway_is_tried_three_times(self):
        async with Upstream(answers(*ANSWER)) as upstream:
            pass
        _, error = await failing(upstream)
        assert (error.kind, error.code, error.tries, error.is_retryable) == ("connection", "unreachable", 3, True)

    def test_waits_grow_and_are_spread(self):
        policy, error = RetryPolicy(), GatewayError("upstream", 500, is_retryable=True)
        assert all(1 <= policy.wait_s(error, 1) <= 1.5 and 4 <= policy.wait_s(error, 2) <= 6 for _ in range(50))
        busy = GatewayError("rate_limited", 429, is_retryable=True)
        assert all(30 <= policy.wait_s(busy, 1) <= 45 and 60 <= policy.wait_s(busy, 2) <= 90 for _ in range(50))
        missing = GatewayError("model_unavailable", 503, is_retryable=True)
        assert 10 <= policy.wait_s(missing, 1) <= 15

    def test_a_kept_connection_that_was_just_closed_costs_no_second(self):
        lost = GatewayError("connection", code="connection_lost", is_retryable=True)
        assert RetryPolicy().wait_s(lost, 1) < 0.1
        assert RetryPolicy().wait_s(lost, 2) >= 4

    def test_a_wait_the_gateway_asks_for_is_kept(self):
        assert RetryPolicy().wait_s(GatewayError("rate_limited", 429, is_retryable=True, retry_after_s=7), 1) == 7

    async def test_a_wait_beyond_two_minutes_is_left_to_the_person(self, monkeypatch):
        monkeypatch.setattr(client, "POLICY", RetryPolicy())
        async with Upstream(refuses(429, Retry_After="600")) as upstream:
            _, error = await failing(upstream)
            assert (error.tries, error.retry_after_s) == (1, 600)


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

        hasty = ModelSpec("m-1", "M", "alibaba", options={"read_timeout_s": 0.1})
        async with Upstream(silent) as upstream:
            _, error = await failing(upstream, hasty)
            assert (error.kind, error.code, error.tries) == ("timeout", "no_answer", 2)
            await asyncio.wait_for(upstream.requests[1].is_closed.wait(), 1)

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


async def waiting(answering: Answering) -> None:
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


class TestForms:
    async def test_a_whole_json_answer_is_read(self):
        body = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}'
        async with Upstream(answers(body, content_type="application/json")) as upstream:
            assert text(await reply(upstream)) == "Hi"

    async def test_a_proxy_may_compress_all_the_same(self):
        body = gzip.compress(b"".join(ANSWER))
        async with Upstream(answers(body[:20], body[20:], Content_Encoding="gzip")) as upstream:
            assert text(await reply(upstream)) == "Hello there"
            assert upstream.requests[0].headers["accept-encoding"] == "identity"


class TestBreaker:
    """The upstream is addressed by a name that is not this machine's own, for which nothing would be kept."""

    async def test_a_gateway_on_this_machine_is_always_asked(self):
        async with Upstream(refuses(401), answers(*ANSWER)) as upstream:
            await failing(upstream)
            assert text(await reply(upstream)) == "Hello there"

    async def test_a_refused_key_is_not_asked_again_for_a_minute(self):
        async with Upstream(refuses(401), host="0.0.0.0") as upstream:
            await failing(upstream)
            _, error = await failing(upstream)
            assert (error.kind, error.http_status, error.tries, len(upstream.requests)) == ("auth", 401, 0, 1)
            assert 0 < error.retry_after_s <= breaker.OPEN_S

    async def test_another_key_is_asked_all_the_same(self):
        async with Upstream(refuses(403, "insufficient_user_quota"), answers(*ANSWER), host="0.0.0.0") as upstream:
            await failing(upstream)
            events = [event async for event in client.stream(SPEC, HELLO, Credentials(upstream.url, "another"))]
            assert text(events) == "Hello there"

    async def test_after_the_minute_the_key_is_asked_again(self, monkeypatch):
        monkeypatch.setattr(breaker, "OPEN_S", 0.0)
        async with Upstream(refuses(401), answers(*ANSWER), host="0.0.0.0") as upstream:
            await failing(upstream)
            assert text(await reply(upstream)) == "Hello there"

    async def test_checking_the_key_asks_at_once_and_lets_it_through_again(self):
        async with Upstream(
            refuses(401), answers(LIST, content_type="application/json"), answers(*ANSWER), host="0.0.0.0"
        ) as upstream:
            await failing(upstream)
            assert await client.check_key(credentials(upstream)) == ("m-1", "m-2")
            assert text(await reply(upstream)) == "Hello there"

    async def test_a_refused_model_does_not_stop_the_key(self):
        async with Upstream(
            refuses(403, message="no access to model m-1"), answers(*ANSWER), host="0.0.0.0"
        ) as upstream:
            await failing(upstream)
            assert text(await reply(upstream)) == "Hello there"


class TestSecrets:
    async def test_neither_the_key_nor_a_body_is_logged_or_told(self, caplog):
        caplog.set_level(logging.DEBUG)
        async with Upstream(refuses(500, "server_error", f"key {KEY} is bad"), answers(*ANSWER)) as upstream:
            await reply(upstream)
        async with Upstream(refuses(400, "x", f"key {KEY} is bad")) as upstream:
            _, error = await failing(upstream)
        assert KEY not in str(error) + repr(error) + str(error.as_json()) + repr(credentials(upstream))
        assert KEY not in caplog.text
        ours = [record.getMessage() for record in caplog.records if record.name == "chats.gateway"]
        assert [line.split(" took")[0] for line in ours] == [
            "model=m-1 POST /v1/chat/completions status=500 upstream server_error request=toio1 try=1",
            "model=m-1 POST /v1/chat/completions status=200 ok request=toio1 try=2",
            "model=m-1 POST /v1/chat/completions status=400 bad_request x request=toio1 try=1",
        ]
        assert "Hello" not in "".join(ours)


class TestFetching:
    async def test_an_object_is_fetched_without_a_content_type(self):
        async with Upstream(answers(LIST, content_type="application/json")) as upstream:
            listed = await client.fetch_json(credentials(upstream), "GET", "/v1/models")
            assert listed["data"][0]["id"] == "m-1"
            sent = upstream.requests[0]
        assert (sent.method, sent.path, "content-type" in sent.headers) == ("GET", "/v1/models", False)
        assert sent.headers["authorization"] == f"Bearer {KEY}"

    async def test_a_thread_fetches_the_same(self):
        async with Upstream(answers(LIST, content_type="application/json")) as upstream:
            listed = await asyncio.to_thread(client.call, credentials(upstream), "POST", "/v1/x", {"a": 1})
            assert listed["data"][1]["id"] == "m-2"
            assert upstream.requests[0].json == {"a": 1}

    @pytest.mark.parametrize(
        ("script", "kind"),
        [
            (refuses(401), "auth"),
            (refuses(500), "upstream"),
            (answers(b'{"success":false,"message":"m"}', content_type="application/json"), "upstream"),
            (answers(b'{"error":{"message":"m","code":"model_not_found"}}'), "model_unavailable"),
            (answers(b"<html>", content_type="text/html"), "upstream"),
            (answers(b"[1]"), "upstream"),
        ],
    )
    async def test_a_failure_is_told_whatever_its_status(self, script, kind):
        async with Upstream(script) as upstream:
            with pytest.raises(GatewayError) as raised:
                await client.fetch_json(credentials(upstream), "GET", "/v1/models")
            assert (raised.value.kind, raised.value.request_id) == (kind, "toio1")

    async def test_no_answer_in_time_and_no_gateway_are_told_apart(self):
        async with Upstream(waiting) as upstream:
            with pytest.raises(GatewayError) as raised:
                await client.fetch_json(credentials(upstream), "GET", "/v1/models", timeout_s=0.1)
            assert raised.value.kind == "timeout"
            with pytest.raises(GatewayError) as raised:
                await asyncio.to_thread(client.call, credentials(upstream), "GET", "/v1/models", timeout_s=0.1)
            assert raised.value.kind == "timeout"
        for fetch in (client.fetch_json, lambda *facts: asyncio.to_thread(client.call, *facts)):
            with pytest.raises(GatewayError) as raised:
                await fetch(credentials(upstream), "GET", "/v1/models")
            assert raised.value.kind == "connection"


class TestProxies:
    def test_the_environments_proxies_are_used_but_never_for_loopback(self, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
        monkeypatch.setenv("no_proxy", "intern.example, .lan")
        proxies = connections._proxies()
        assert proxies["https://"].url == "http://proxy.example:3128"
        assert {pattern for pattern, proxy in proxies.items() if proxy is None} == {
            "all://127.0.0.1", "all://localhost", "all://[::1]", "all://*intern.example", "all://*.lan",
        }  # fmt: skip

    def test_a_star_switches_proxies_off(self, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
        monkeypatch.setenv("no_proxy", "*")
        assert connections._proxies() == {}

    async def test_loopback_is_reached_directly_though_a_proxy_is_set(self, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        async with Upstream(answers(*ANSWER)) as upstream:
            assert text(await reply(upstream)) == "Hello there"


async def test_each_loop_has_one_client():
    first = connections.client()
    assert connections.client() is first
    await client.close()
    assert first.is_closed
    assert connections.client() is not first
