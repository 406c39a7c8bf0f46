"""What is asked again, after which wait, and what is not asked at all."""

import pytest

from chats.gateway import breaker, client
from chats.gateway.client import Credentials
from chats.gateway.errors import GatewayError
from chats.gateway.retries import RetryPolicy

from .asking import HELLO, SPEC, credentials, failing, reply, starts, text
from .upstream import ANSWER, DONE, LIST, Upstream, answers, chunk, refuses

pytestmark = pytest.mark.usefixtures("fresh")


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
