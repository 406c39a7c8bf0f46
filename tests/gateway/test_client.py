"""The client against a gateway on a real socket: what is sent, what comes back, what is logged."""

import asyncio
import gzip
import logging

import pytest

from chats.gateway import client, exchange
from chats.gateway.body import STEP, Base64
from chats.gateway.client import Credentials
from chats.gateway.values import Finished, Part, Prompt, Turn

from .asking import HELLO, KEY, SPEC, credentials, failing, reply, text
from .upstream import ANSWER, Answering, Upstream, answers, refuses

pytestmark = pytest.mark.usefixtures("fresh")


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
