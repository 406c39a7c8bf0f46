"""Bodies that are wrong, odd or packed."""

import gzip
import json

import pytest

SKELETON = {
    "id": "",
    "object": "chat.completion.chunk",
    "created": 1767061944,
    "model": "qwen3-max-preview",
    "system_fingerprint": None,
}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "bad_request_body"),
        (b"[]", "bad_request_body"),
        (b"{}", "invalid_request"),
        (b'{"model":"gpt-4o","messages":[]}', "invalid_request"),
        (b'{"model":"gpt-4o","messages":["x"]}', "invalid_request"),
        (b'{"model":"gpt-4o","messages":[{"role":"user","content":7}]}', "invalid_request"),
        (b'{"model":"gpt-4o","messages":[{"role":"user","content":"x"}],"max_tokens":9999999999}', "invalid_request"),
        (b'{"model":"gpt-4o","messages":[{"role":"user","content":"x"}],"thinking":true}', "invalid_request"),
        (b'{"model":"gpt-4o","messages":[{"role":"user","content":"x"}],"reasoning_effort":"odd"}', "invalid_request"),
    ],
)
def test_the_gateways_own_checks_refuse_with_400(http, body, code):
    answer = http.post("/v1/chat/completions", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["status_code"] == 400


ODD_VALUES = (True, 7, 1.5, "word", ["a"], [7], {"a": 1}, {"function": "x", "type": 7}, [{"function": 7}])
FIELDS = [
    "thinking",
    "reasoning",
    "reasoning_effort",
    "extra_body",
    "chat_template_kwargs",
    "web_search_options",
    "stream_options",
    "audio",
    "modalities",
    "stop",
    "max_tokens",
    "thinking_budget",
    "tools",
    "tool_choice",
    "enable_thinking",
    "temperature",
]


@pytest.mark.parametrize("field", FIELDS)
def test_values_of_the_wrong_type_are_read_or_refused_but_never_an_accident(ask, field):
    statuses = {ask.post("tool call, think", **{field: value}).status_code for value in ODD_VALUES}
    assert statuses <= {200, 400}


@pytest.mark.parametrize("wire_type", ["image_url", "video_url", "audio_url", "video", "input_audio", "file", "text"])
def test_odd_parts_are_refused_or_read_as_well(ask, wire_type):
    for value in (*ODD_VALUES, None, {"url": 7}, {"data": 7, "format": 7}, {"file_data": 7}):
        part = {"type": wire_type, wire_type: value, "fps": "x"}
        assert ask.post([part], model="qwen2.5-omni-7b").status_code in {200, 400}


def test_packed_bodies_are_unpacked(http):
    body = gzip.compress(json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}).encode())
    answer = http.post("/v1/chat/completions", content=body, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 200
    broken = http.post("/v1/chat/completions", content=b"no gzip", headers={"Content-Encoding": "gzip"})
    assert broken.json()["error"]["code"] == "bad_request_body"
