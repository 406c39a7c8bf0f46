"""Models, keys, unknown routes and the shapes of answers, as text.md has them."""

import json
import re

import httpx
import pytest

from tests.sandbox.conftest import events

SKELETON = {
    "id": "",
    "object": "chat.completion.chunk",
    "created": 1767061944,
    "model": "qwen3-max-preview",
    "system_fingerprint": None,
}


def test_the_list_of_models_has_the_catalogs_wire_names(http):
    answer = http.get("/v1/models").json()
    assert list(answer) == ["success", "object", "data"]
    rows = {row["id"]: row for row in answer["data"]}
    assert rows["qwen2.5-omni-7b"] == {
        "id": "qwen2.5-omni-7b",
        "object": "model",
        "created": 1626777600,
        "owned_by": "ali",
        "supported_endpoint_types": ["openai"],
    }
    assert not [name for name in rows if "+" in name]  # ids of our own are not names on the wire


def test_one_model_and_an_unknown_one_both_answer_200(http):
    assert http.get("/v1/models/gpt-4o").json()["id"] == "gpt-4o"
    unknown = http.get("/v1/models/nope-1")
    assert unknown.status_code == 200
    assert unknown.json() == {
        "error": {
            "message": "The model 'nope-1' does not exist",
            "type": "invalid_request_error",
            "param": "model",
            "code": "model_not_found",
        }
    }


def test_the_form_of_the_list_depends_on_the_header_that_carried_the_key(sandbox):
    url = sandbox.url + "/v1/models"
    anthropic = httpx.get(url, headers={"x-api-key": "sandbox", "anthropic-version": "2023-06-01"}).json()
    assert anthropic["data"][0]["type"] == "model"
    assert anthropic["has_more"] is False
    google = httpx.get(url, headers={"x-goog-api-key": "sandbox"}).json()
    assert google == httpx.get(url, params={"key": "sandbox"}).json()
    assert set(google["models"][0]) == {"name", "displayName"}


@pytest.mark.parametrize("authorization", ["Bearer sandbox", "bearer sandbox-team-7", "sandbox", "Bearer sk-sandbox"])
def test_any_key_that_begins_with_sandbox_is_good(sandbox, authorization):
    assert httpx.get(sandbox.url + "/v1/models", headers={"Authorization": authorization}).json()["success"] is True


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer sk-real", "Basic sandbox"])
@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "/v1/else", "/sandbox/requests"])
def test_any_other_key_is_refused_with_envelope_c(sandbox, authorization, path):
    answer = httpx.get(sandbox.url + path, headers={"Authorization": authorization})
    assert answer.status_code == 401
    request_id = answer.headers["X-Oneapi-Request-Id"]
    assert re.fullmatch(r"toio\d{14}[0-9a-f]{8}", request_id)
    assert answer.text == (
        '{"error":{"code":"","message":"Invalid token (request id: ' + request_id + ')","type":"new_api_error"}}'
    )


def test_other_key_headers_count_on_the_models_routes_only(sandbox):
    answer = httpx.post(sandbox.url + "/v1/chat/completions", headers={"x-api-key": "sandbox"}, json={})
    assert answer.status_code == 401


def test_a_key_can_be_limited_to_some_models(sandbox):
    headers = {"Authorization": "Bearer sandbox:gpt-4o,qwen3-max"}
    listed = httpx.get(sandbox.url + "/v1/models", headers=headers).json()["data"]
    assert {row["id"] for row in listed} == {"gpt-4o", "qwen3-max"}
    body = {"model": "qwen3-max-preview", "messages": [{"role": "user", "content": "Hi"}]}
    refused = httpx.post(sandbox.url + "/v1/chat/completions", headers=headers, json=body)
    assert refused.status_code == 403
    assert "no access to model qwen3-max-preview" in refused.json()["error"]["message"]


def test_unknown_routes_are_404_in_envelope_a(http):
    for method, path in (("GET", "/v1/nothing"), ("POST", "/v1/models"), ("GET", "/"), ("PUT", "/v1/chat/completions")):
        answer = http.request(method, path)
        assert answer.status_code == 404
        assert answer.json()["error"]["message"].startswith(f"Invalid URL ({method} {path})")
        assert answer.headers["X-Oneapi-Request-Id"].startswith("toio")


def test_an_unknown_model_has_no_channel(ask):
    answer = ask.post("Hi", model="nope-1")
    assert answer.status_code == 503
    request_id = answer.headers["X-Oneapi-Request-Id"]
    message = f"No available channel for model nope-1 under group default (distributor) (request id: {request_id})"
    assert answer.json() == {"error": {"code": "model_not_found", "message": message, "type": "new_api_error"}}


def test_a_model_without_this_protocol_is_not_implemented(ask):
    answer = ask.post("A cat", model="text-embedding-3-small")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "not_supported")


def test_a_stream_has_the_bytes_of_the_wire_notes(ask, http):
    answer = ask.post("Hi", stream=True, stream_options={"include_usage": True}, enable_thinking=True)
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["X-Oneapi-Request-Id"].startswith("toio")
    blocks = answer.text.split("\n\n")
    assert blocks[-2:] == ["data: [DONE]", ""]
    assert all(block.startswith("data: {") for block in blocks[:-2])
    chunks = events(answer.content)
    assert blocks[0] == "data: " + json.dumps(chunks[0], ensure_ascii=False, separators=(",", ":"))
    assert list(chunks[0]) == [*SKELETON, "choices", "usage"]
    assert chunks[0] | {"id": ""} == SKELETON | {
        "choices": [
            {
                "index": 0,
                "delta": {"role": "assistant", "content": "", "reasoning_content": None},
                "logprobs": None,
                "finish_reason": None,
            }
        ],
        "usage": None,
    }
    assert chunks[1]["choices"][0]["delta"]["content"] is None
    assert chunks[1]["choices"][0]["delta"]["reasoning_content"]
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0
    assert len({chunk["id"] for chunk in chunks}) == 1


def test_usage_comes_only_when_asked_for(ask):
    assert all(chunk["usage"] is None for chunk in ask.chunks("Hi"))


def test_a_whole_answer_has_the_shape_of_the_wire_notes(ask):
    answer = ask.post("Hi")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert list(body) == [*SKELETON, "choices", "usage"]
    assert body["object"] == "chat.completion"
    assert body["choices"][0]["message"]["role"] == "assistant"
    assert body["choices"][0]["finish_reason"] == "stop"


def test_the_same_question_has_the_same_answer(ask):
    question = {"content": "What are you?", "stream_options": {"include_usage": True}}
    assert ask.stream(**question) == ask.stream(**question)
    assert ask.whole("Hi", temperature=0.1) == ask.whole("Hi", temperature=0.1)
    assert ask.whole("Hi")["id"] != ask.whole("Ho")["id"]


def test_qwens_thinking_names_stream_whatever_was_asked(ask):
    answer = ask.post("Hi", model="qwen3-next-80b-a3b-thinking")
    assert answer.headers["Content-Type"] == "text/event-stream"


def test_kimi_wants_a_stream(ask):
    answer = ask.post("Hi", model="kimi-k2-thinking")
    assert answer.status_code == 400
    assert "only support stream mode" in answer.json()["error"]["message"]
    assert ask.chunks("Hi", model="kimi-k2-thinking")
