"""Vectors, ranks, searches and Kimi's tools: what is sent, what is read, and what happens when it fails."""

import json
from pathlib import Path

import pytest

from chats import catalog
from chats.gateway import calls, client
from chats.gateway.client import Credentials
from chats.gateway.errors import GatewayError
from chats.gateway.protocols import load, load_call
from chats.gateway.values import Found

from .upstream import Upstream, answers, refuses

WIRE = Path(__file__).parents[1] / "wire"
SMALL, ALIBABA = catalog.get("text-embedding-3-small"), catalog.get("text-embedding-v1")
TEXTS = ["a", "b"]


def wire(protocol: str, name: str) -> dict:
    return json.loads((WIRE / protocol / "answers.json").read_text(encoding="utf-8"))[name]


def gives(protocol: str, name: str):
    return answers(json.dumps(wire(protocol, name)).encode(), content_type="application/json")


def key(upstream: Upstream) -> Credentials:
    return Credentials(upstream.url, "sk-1")


class TestEmbeddings:
    @pytest.mark.parametrize("form", ["floats", "base64"])
    def test_vectors_come_in_the_order_of_the_texts_in_both_forms(self, form):
        embedded = load_call("embeddings").read(wire("embeddings", form))
        assert embedded.vectors == ((0.25, 0.5), (0.0, -1.5))

    def test_tokens_are_those_of_the_prompt(self):
        usage = load_call("embeddings").read(wire("embeddings", "floats")).usage
        assert (usage.prompt_tokens, usage.total_tokens, usage.completion_tokens) == (2, 2, None)

    @pytest.mark.parametrize("form", ["without_vectors", "empty"])
    def test_an_answer_without_vectors_is_an_error(self, form):
        with pytest.raises(GatewayError) as raised:
            load_call("embeddings").read(wire("embeddings", form))
        assert raised.value.code == "bad_answer"

    async def test_the_body_is_the_documented_one(self, fresh):
        async with Upstream(gives("embeddings", "floats")) as upstream:
            embedded = await client.embed(SMALL, TEXTS, key(upstream), dimensions=2)
        (request,) = upstream.requests
        assert (request.method, request.path) == ("POST", "/v1/embeddings")
        assert request.json == {
            "model": "text-embedding-3-small",
            "input": TEXTS,
            "encoding_format": "float",
            "dimensions": 2,
        }
        assert request.headers["authorization"] == "Bearer sk-1"
        assert (embedded.vectors[1], embedded.request_id) == ((0.0, -1.5), "toio1")

    async def test_a_long_list_goes_in_as_many_calls_as_the_model_wants(self, fresh):
        async with Upstream(*[gives("embeddings", "floats")] * 3) as upstream:
            with pytest.raises(GatewayError, match="bad_answer"):  # two vectors for 25 texts
                await client.embed(ALIBABA, ["a"] * 60, key(upstream))
        assert len(upstream.requests[0].json["input"]) == 25

    async def test_parts_of_a_list_are_joined_with_their_tokens(self, fresh, monkeypatch):
        monkeypatch.setattr(calls, "TEXTS_AT_ONCE", 2)
        async with Upstream(gives("embeddings", "floats")) as upstream:
            embedded = await client.embed(SMALL, [*TEXTS, *TEXTS], key(upstream))
        assert len(embedded.vectors) == 4
        assert embedded.usage.total_tokens == 4


class TestRerank:
    async def test_any_model_may_rank_and_the_best_comes_first(self, fresh):
        async with Upstream(gives("rerank", "usual")) as upstream:
            ranked = await client.rerank(
                catalog.get("brand-new-reranker"), "q", ["x", "y", "z"], key(upstream), top_n=2
            )
        assert upstream.requests[0].path == "/v1/rerank"
        assert upstream.requests[0].json == {
            "model": "brand-new-reranker",
            "query": "q",
            "documents": ["x", "y", "z"],
            "return_documents": False,
            "top_n": 2,
        }
        assert ranked.scores == ((0, 0.88), (2, 0.11))

    async def test_an_index_that_names_no_document_is_an_error(self, fresh):
        async with Upstream(gives("rerank", "usual")) as upstream:
            with pytest.raises(GatewayError, match="bad_answer"):
                await client.rerank(SMALL, "q", ["x"], key(upstream))

    def test_results_without_scores_are_an_error(self):
        with pytest.raises(GatewayError, match="bad_answer"):
            load_call("rerank").read(wire("rerank", "without_scores"))


class TestSearch:
    def test_results_that_lead_nowhere_are_left_out(self):
        found = load_call("search").read(wire("search", "usual"))
        first = Found(
            1,
            "Channels",
            "https://a.example/1",
            "Sockets for Django",
            "2 days ago",
            (("Install", "https://a.example/install"),),
        )
        assert found.results == (first, Found(3, "https://b.example/", "https://b.example/"))
        assert (found.credits, found.related) == (1, ("django daphne",))

    def test_nothing_found_is_no_error(self):
        assert load_call("search").read(wire("search", "nothing")).results == ()

    async def test_a_search_by_get_has_no_body_and_no_content_type(self, fresh):
        async with Upstream(gives("search", "usual")) as upstream:
            await client.search({"q": "django 频道", "num": 10, "tbs": ""}, key(upstream), method="GET")
        (request,) = upstream.requests
        assert (request.method, request.path) == ("GET", "/v1/serper/search?q=django+%E9%A2%91%E9%81%93&num=10")
        assert (request.body, request.headers.get("content-type")) == (b"", None)

    async def test_a_search_by_post_says_the_same_as_json(self, fresh):
        async with Upstream(gives("search", "usual")) as upstream:
            await client.search({"q": "django", "gl": "us", "loudness": 3}, key(upstream))
        assert (upstream.requests[0].method, upstream.requests[0].json) == ("POST", {"q": "django", "gl": "us"})

    @pytest.mark.parametrize(("name", "said"), [("refused", "not implemented"), ("without_data", "bad_answer")])
    async def test_a_failure_with_status_200_is_told(self, fresh, name, said):
        async with Upstream(gives("search", name)) as upstream:
            with pytest.raises(GatewayError, match=said):
                await client.search({"q": "x"}, key(upstream))


class TestFormulas:
    async def test_tools_are_asked_for_by_a_bare_get(self, fresh):
        async with Upstream(gives("formulas", "tools")) as upstream:
            tools = await client.formula_tools("moonshot/web-search:latest", key(upstream))
        (request,) = upstream.requests
        assert (request.method, request.path) == ("GET", "/v1/formulas/moonshot/web-search:latest/tools")
        assert request.headers.get("content-type") is None
        assert [tool["function"]["name"] for tool in tools] == ["web_search"]

    async def test_a_tool_is_run_with_the_arguments_as_they_came(self, fresh):
        async with Upstream(gives("formulas", "encrypted")) as upstream:
            result = await client.run_formula(
                "moonshot/web-search:latest", "web_search", '{"query": "x"}', key(upstream)
            )
        assert upstream.requests[0].path == "/v1/formulas/moonshot/web-search:latest/fibers"
        assert upstream.requests[0].json == {"name": "web_search", "arguments": '{"query": "x"}'}
        assert result.is_encrypted
        assert result.text.startswith("----MOONSHOT ENCRYPTED BEGIN----")

    @pytest.mark.parametrize(
        ("name", "text", "is_error"),
        [
            ("succeeded", "3.1 miles", False),
            ("failed", "Error: division by zero", True),
            ("timed_out", "Error: timeout", True),
        ],
    )
    def test_a_failed_run_is_a_result_the_model_is_told(self, name, text, is_error):
        result = load_call("formulas").read(wire("formulas", name))
        assert (result.text, result.is_error, result.is_encrypted) == (text, is_error, False)

    @pytest.mark.parametrize(
        "ask",
        [
            lambda own: client.run_formula("moonshot/convert:latest", "convert", "{}", own),
            lambda own: client.search({"q": "x"}, own),
            lambda own: client.embed(catalog.get("text-embedding-3-small"), ["x"], own),
            lambda own: client.rerank(catalog.get("any-reranker"), "x", ["y"], own),
        ],
    )
    async def test_what_is_paid_for_is_never_asked_twice(self, fresh, ask):
        async with Upstream(refuses(500, "do_request_failed"), gives("formulas", "succeeded")) as upstream:
            with pytest.raises(GatewayError):
                await ask(key(upstream))
        assert len(upstream.requests) == 1


async def test_a_passing_failure_is_tried_once_more_and_each_try_is_recorded(fresh, monkeypatch):
    monkeypatch.setattr(calls.POLICY.__class__, "wait_s", lambda *_: 0)
    tried = []
    async with Upstream(refuses(500, "do_request_failed"), gives("formulas", "tools")) as upstream:
        await client.formula_tools("moonshot/web-search:latest", key(upstream), on_exchange=tried.append)
    assert [recording.status for recording in tried] == [500, 200]
    assert "do_request_failed" in tried[0].error
    assert json.loads(b"".join(chunk.data for chunk in tried[1].chunks())) == wire("formulas", "tools")
    assert "authorization" not in {name.lower() for name in tried[1].headers}


async def test_a_busy_gateway_is_told_at_once(fresh):
    async with Upstream(refuses(429, "rate_limit")) as upstream:
        with pytest.raises(GatewayError, match="rate_limited"):
            await client.search({"q": "x"}, key(upstream))
    assert len(upstream.requests) == 1


async def test_a_page_of_a_proxy_is_an_error(fresh):
    async with Upstream(answers(b"<html>busy</html>", content_type="text/html")) as upstream:
        with pytest.raises(GatewayError, match="bad_response_body"):
            await client.run_formula("moonshot/convert:latest", "convert", "{}", key(upstream))


def test_a_protocol_that_answers_at_once_writes_no_reply():
    with pytest.raises(TypeError, match="embeddings"):
        load("embeddings")
    with pytest.raises(TypeError, match="chat_completions"):
        load_call("chat_completions")
