"""Errors on demand: every status in every envelope, inside a stream, and faults that pass."""

import json

import pytest

from tests.sandbox.conftest import events

LONG = "long answer 1000"


ENVELOPES = {
    "A": {"error": {"message", "type", "param", "code", "status_code"}},
    "B": {"type": None, "error": {"type", "message"}},
    "C": {"error": {"code", "message", "type"}},
    "E": {"code": None, "message": None, "data": None},
    "F": {"error": None},
    "G": {"success": None, "message": None},
    "H": {"error": {"message", "type", "param", "code"}},
}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 502, 503, 504, 529])
@pytest.mark.parametrize("envelope", "ABCEFGHJK")
def test_every_status_in_every_envelope(ask, status, envelope):
    answer = ask.post("Hi", f"status={status}; envelope={envelope}", stream=True)
    assert answer.status_code == (200 if envelope in "GH" else status)
    assert answer.headers["X-Oneapi-Request-Id"].startswith("toio")
    if envelope == "J":
        assert answer.content == b""
    elif envelope == "K":
        assert answer.headers["Content-Type"] == "text/html"
        assert answer.text.startswith("<html>")
    else:
        shape = ENVELOPES[envelope]
        body = answer.json()
        assert set(body) == set(shape)
        for key, inner in shape.items():
            assert inner is None or set(body[key]) >= inner - {"status_code"}


def test_each_status_has_its_usual_envelope_and_code(ask):
    def code(status):
        return ask.post("Hi", f"status={status}").json()["error"]["code"]

    assert code(401) == ""
    assert code(403) == "insufficient_user_quota"
    assert code(500) == "bad_response_status_code"
    assert code(503) == "model_not_found"
    assert ask.post("Hi", "status=529").json()["type"] == "error"
    assert ask.post("Hi", "status=502").text.startswith("<html>")


def test_a_code_alone_is_a_400_with_the_text_that_goes_with_it(ask):
    answer = ask.post("Hi", "code=context_length_exceeded")
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert "maximum context length" in answer.json()["error"]["message"]


def test_faults_reach_the_list_of_models_too(http):
    assert http.get("/v1/models", headers={"X-Sandbox": "status=500"}).status_code == 500
    failing = http.get("/v1/models", headers={"X-Sandbox": "envelope=G"})
    assert (failing.status_code, failing.json()["success"]) == (200, False)


def test_times_lets_a_later_try_with_the_same_body_succeed(ask):
    statuses = [ask.post("Fail twice", "status=503; times=2").status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


def test_a_bare_error_line_after_a_ping(ask):
    body = ask.stream("Hi", "ping; error_in_stream=after:0 form=bare").decode()
    ping, _, rest = body.partition("\n\n")
    assert ping == ": PING"
    first, last = rest.split("\n\n")
    assert first.startswith("data: ")  # the role, before anything was said
    assert json.loads(last)["error"]["code"] == "bad_response_status_code"
    assert last.endswith("\n")
    assert "data:" not in last


def test_an_error_event_in_mid_stream(ask):
    body = ask.stream(LONG, "error in stream after 5 form data code rate_limit_exceeded")
    chunks = events(body)
    assert len([c for c in chunks if c.get("choices") and c["choices"][0]["delta"].get("content")]) == 5
    assert chunks[-1]["error"]["code"] == "rate_limit_exceeded"
    assert b"[DONE]" not in body
