"""Calls that answer at once, and how the gateway is reached."""

import asyncio

import pytest

from chats.gateway import client, connections
from chats.gateway.errors import GatewayError

from .asking import KEY, credentials, reply, text, waiting
from .upstream import ANSWER, LIST, Upstream, answers, refuses

pytestmark = pytest.mark.usefixtures("fresh")


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
            (answers(b"[" * 5000), "upstream"),
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
