"""Each misbehaviour as a client meets it over real HTTP."""

import json
import time

import httpx
import pytest

from tests.sandbox.conftest import events, said

LONG = "long answer 1000"


def test_a_directive_in_the_text_does_what_the_header_does(ask):
    by_header = ask.post(LONG, "status=429")
    by_text = ask.post(LONG + " [sandbox: status 429]")
    assert by_header.status_code == by_text.status_code == 429
    assert said(ask.deltas(LONG + " [sandbox: crlf]")) == ask.text(LONG)


def test_an_unknown_directive_is_named(ask):
    for answer in (ask.post("Hi", "frobnicate=1"), ask.post("Hi [sandbox: frobnicate 1]")):
        assert answer.status_code == 400
        assert "unknown directive 'frobnicate'" in answer.json()["error"]["message"]
        assert "stall" in answer.json()["error"]["message"]


def test_only_the_last_user_text_is_obeyed(ask):
    history = [
        {"role": "user", "content": "Hi [sandbox: status 500]"},
        {"role": "assistant", "content": "Oh"},
        {"role": "user", "content": "Again"},
    ]
    assert "Earlier you asked: “Hi”" in ask.text(None, messages=history)


@pytest.mark.parametrize("stream", [False, True])
def test_delay_holds_back_the_headers(ask, stream):
    began = time.monotonic()
    ask.post("Hi", "delay=0.4", stream=stream)
    assert time.monotonic() - began >= 0.4


def arrivals(http, directives: str, **fields):
    """When each delta came, in seconds since the headers."""
    body = {"model": "qwen3-max-preview", "stream": True, "messages": [{"role": "user", "content": "Hi"}]} | fields
    with http.stream("POST", "/v1/chat/completions", json=body, headers={"X-Sandbox": directives}) as response:
        began = time.monotonic()
        for piece in response.iter_raw():
            for chunk in events(piece):
                if chunk["choices"] and chunk["choices"][0]["delta"].get("content"):
                    yield time.monotonic() - began


def test_first_token_comes_late_and_the_headers_do_not(http):
    came = list(arrivals(http, "first_token=0.5"))
    assert came[0] >= 0.45


def test_pace_is_so_many_deltas_a_second(http):
    came = list(arrivals(http, "pace=50"))
    assert (len(came) - 1) / (came[-1] - came[0]) < 55


def test_a_stall_pauses_after_so_many_deltas_and_may_end(http):
    came = list(arrivals(http, "stall after 5 for 0.6"))
    assert came[5] - came[4] >= 0.5
    assert len(came) > 10


def test_a_cut_breaks_the_connection_and_what_came_before_arrives(http, ask, sandbox):
    body = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": LONG}]}
    received = []

    def read_all():
        with http.stream("POST", "/v1/chat/completions", json=body, headers={"X-Sandbox": "cut=after:20"}) as response:
            received.extend(response.iter_raw())

    with pytest.raises(httpx.RemoteProtocolError):
        read_all()
    deltas = [chunk["choices"][0]["delta"] for chunk in events(b"".join(received))]
    assert len([delta for delta in deltas if delta.get("content")]) == 20
    assert sandbox.requests()[-1]["state"] == "cut"
    assert ask.text("Hi")  # the server goes on


def test_splitting_anywhere_changes_no_byte(ask):
    whole = ask.stream("你好，世界", "crlf")
    for size in (1, 3, 7):
        assert ask.stream("你好，世界", f"crlf; split={size}") == whole


def test_split_pieces_really_travel_apart(sandbox):
    """Seen at the socket: chunks of the transfer encoding hold one byte each."""
    import socket

    body = json.dumps({"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "Hi"}]})
    host, port = sandbox.url.removeprefix("http://").split(":")
    request = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sandbox\r\nX-Sandbox: split=1\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    with socket.create_connection((host, int(port))) as link:
        link.sendall(request.encode())
        left = b"".join(iter(lambda: link.recv(65536), b"")).split(b"\r\n\r\n", 1)[1]
    sizes = set()
    while left:
        size, _, left = left.partition(b"\r\n")
        sizes.add(int(size, 16))
        left = left[int(size, 16) + 2 :]
    assert sizes == {0, 1}


def test_repeat_sends_every_delta_again(ask):
    once = [delta for delta in ask.deltas("Hi") if delta.get("content")]
    thrice = [delta for delta in ask.deltas("Hi", "repeat=3") if delta.get("content")]
    assert thrice == [delta for delta in once for _ in range(3)]


def test_an_empty_reply_still_finishes(ask):
    chunks = ask.chunks("Hi", "empty")
    assert said([chunk["choices"][0]["delta"] for chunk in chunks]) == ""
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert ask.text("Hi", directives="empty") == ""


def test_a_ten_megabyte_event_is_one_line(ask):
    body = ask.stream("Hi", "big_event=10485760")
    assert max(map(len, body.split(b"\n"))) > 10_485_760
    assert said([chunk["choices"][0]["delta"] for chunk in events(body)]).endswith(ask.text("Hi"))


def test_crlf_ends_every_line_so(ask):
    body = ask.stream("Hi", "crlf")
    assert body.count(b"\n") == body.count(b"\r\n") > 10


def test_without_done_and_without_the_last_newline(ask):
    assert ask.stream("Hi").endswith(b"data: [DONE]\n\n")
    assert ask.stream("Hi", "no_newline").endswith(b"data: [DONE]")
    no_done = ask.stream("Hi", "no_done")
    assert b"[DONE]" not in no_done
    assert no_done.endswith(b"}\n\n")
    assert ask.stream("Hi", "no_done; no_newline").endswith(b"}")


def test_without_a_finish_reason_or_with_another(ask):
    def reasons(directives):
        found = [chunk["choices"][0]["finish_reason"] for chunk in ask.chunks("Hi", directives)]
        return [reason for reason in found if reason is not None]

    assert reasons("no_finish") == []
    assert reasons("finish=content_filter") == ["content_filter"]
    assert reasons("finish=blank") == [""]


def test_pings_come_before_the_first_token_and_while_it_stalls(ask):
    before = ask.stream("Hi", "ping=0.05; first_token=0.3").split(b"data: ")[0]
    assert before.count(b": PING\n\n") >= 3
    within = ask.stream("Hi", "ping=0.05; stall after 3 for 0.3")
    assert within.count(b": PING\n\n") >= 3
    assert said([chunk["choices"][0]["delta"] for chunk in events(within)]) == ask.text("Hi")


def test_a_face_comes_as_two_halves_of_a_surrogate_pair(ask):
    body = ask.stream("Hi", "lone_surrogate")
    assert b'"content":"\\ud83d"' in body
    assert b'"content":"\\ude42"' in body
    text = said([chunk["choices"][0]["delta"] for chunk in events(body)])
    assert "🙂" in text.encode("utf-16", "surrogatepass").decode("utf-16")


def test_choices_and_tool_calls_without_an_index(ask):
    chunks = ask.chunks("tool call", "missing_index")
    assert not [chunk for chunk in chunks if "index" in chunk["choices"][0]]
    calls = [call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", [])]
    assert calls
    assert not [call for call in calls if "index" in call]


def test_usage_can_be_missing_undetailed_or_zero_at_first(ask):
    asked = {"stream_options": {"include_usage": True}}
    assert ask.chunks("Hi", "usage=none", **asked)[-1]["choices"]
    assert set(ask.chunks("Hi", "usage=no_details", **asked)[-1]["usage"]) == {
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
    }
    zero_first = [chunk["usage"] for chunk in ask.chunks("Hi", "usage=zero_first", **asked)]
    assert zero_first[0]["total_tokens"] == 0
    assert zero_first[-1]["total_tokens"] > 0


def test_a_stream_can_come_unasked(ask):
    answer = ask.post("Hi", "sse")
    assert answer.headers["Content-Type"] == "text/event-stream"


def test_media_can_be_ignored_so_that_the_receipt_shows_it(ask):
    from tests.sandbox.media import data_url, picture

    part = {"type": "image_url", "image_url": {"url": data_url(picture("red"), "image/png")}}
    answer = ask.whole([part], model="gpt-4o", directives="ignore_media")
    assert answer["usage"]["prompt_tokens_details"]["image_tokens"] == 0
    assert "The 1 media parts were ignored" in answer["choices"][0]["message"]["content"]


def test_what_should_happen_after_more_deltas_than_there_are_happens_before_the_end(ask):
    chunks = ask.chunks("Hi", "error in stream after 100000 form data")
    assert "error" in chunks[-1]
    assert not [chunk for chunk in chunks[:-1] if chunk["choices"][0]["finish_reason"]]
