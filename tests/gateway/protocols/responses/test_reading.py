"""What recorded responses turn into, whole and cut anywhere (text.md 4.2 to 4.4)."""

import json
from base64 import b64decode
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chats.gateway.errors import GatewayError
from chats.gateway.protocols import load
from chats.gateway.values import Opaque, ToolCallDelta, Usage

from ..recorded import names, read, recorded, told

NAMES = names("responses")
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
USAGE = ("usage", 9, 12, 21)
STOP = ("finished", "stop")
EXPECTED = {
    "code_fails.sse": [
        ("step", 0, "ci_0", "code_interpreter", '{"code": "1/0"}'),
        ("failed", 0, "ZeroDivisionError"),
        ("opaque", "responses", "code_interpreter_call"),
        ("text", "Alas."),
        USAGE,
        STOP,
    ],
    "code_interpreter.sse": [
        ("step", 0, "ci_0", "code_interpreter", '{"code": "print(\\"a\\\\n\\")\\nplot()"}'),
        ("result", 0, "a\n"),
        ("media", "image", "image/png", "ci_0-1", PNG),
        ("opaque", "responses", "code_interpreter_call"),
        ("text", "Done."),
        USAGE,
        STOP,
    ],
    "cut.sse": [("text", "Half"), ("error", "incomplete", "")],
    "cut_in_code.sse": [("step", 0, "ci_0", "code_interpreter", '{"code": "print(1)"}'), ("error", "incomplete", "")],
    "end_without_thoughts.sse": [
        ("reasoning", "Hm"),
        ("opaque", "responses", "reasoning"),
        ("text", "One"),
        USAGE,
        STOP,
    ],
    "error_after_ping.sse": [("error", "upstream", "bad_response_status_code")],
    "error_event.sse": [("error", "upstream", "server_error")],
    "failed.sse": [("text", "Half"), ("error", "rate_limited", "rate_limit_exceeded")],
    "filtered.sse": [("text", "Half"), USAGE, ("finished", "content_filter")],
    "image.sse": [
        ("step", 0, "ig_0", "image_generation", '{"prompt": "A red ball"}'),
        ("result", 0, ""),
        ("media", "image", "image/png", "ig_0-1", PNG),
        USAGE,
        STOP,
    ],
    "invalid_prompt.sse": [("error", "bad_request", "invalid_prompt")],
    "length.sse": [("text", "Half"), USAGE, ("finished", "length")],
    "mcp.sse": [("step", 0, "mcp_1", "lookup", '{"a": 1}'), ("result", 0, "found"), ("text", "Yes."), USAGE, STOP],
    "no_numbers.sse": [
        ("reasoning", "Hm"),
        ("opaque", "responses", "reasoning"),
        ("text", "One"),
        ("call", 0, "call_9", "clock", "{}"),
        USAGE,
        ("finished", "tool_calls"),
    ],
    "nothing.sse": [USAGE, ("error", "upstream", "empty_reply")],
    "only_the_end.sse": [
        ("reasoning", "Hm"),
        ("opaque", "responses", "reasoning"),
        ("text", "Hi"),
        ("citation", "https://a.example/", "A", 2),
        ("call", 0, "call_9", "clock", "{}"),
        USAGE,
        ("finished", "tool_calls"),
    ],
    "open_weights.sse": [("reasoning", "We add two."), ("text", "Four"), USAGE, STOP],
    "refusal.sse": [("text", "I cannot."), USAGE, ("finished", "content_filter")],
    "shortest.sse": [("text", "Hi"), USAGE, STOP],
    "surrogates.sse": [("text", "a😀b"), USAGE, STOP],
    "thinks.sse": [
        ("reasoning", "**Looking** at it\n\nThen 你好"),
        ("opaque", "responses", "reasoning"),
        ("text", "Four."),
        USAGE,
        STOP,
    ],
    "tool_calls.sse": [
        ("reasoning", "Weather"),
        ("opaque", "responses", "reasoning"),
        ("call", 0, "call_1", "weather", '{"city": "北京"}'),
        ("call", 1, "call_2", "clock", "{}"),
        USAGE,
        ("finished", "tool_calls"),
    ],
    "two_messages.sse": [
        ("text", "First."),
        ("step", 0, "ws_1", "", ""),
        ("step", 0, "", "web_search", '{"query": "x"}'),
        ("result", 0, ""),
        ("opaque", "responses", "web_search_call"),
        ("text", "Second."),
        ("citation", "https://a.example/", "A", 13),
        USAGE,
        STOP,
    ],
    "two_paragraphs.sse": [("text", "First.\n\nSecond."), ("citation", "https://a.example/", "A", 15), USAGE, STOP],
    "unknown_events.sse": [("text", "Hi"), USAGE, STOP],
    "web_search.sse": [
        ("opaque", "responses", "reasoning"),
        ("step", 0, "ws_1", "web_search", '{"query": "django channels"}'),
        ("result", 0, "https://a.example/1\nhttps://b.example/2"),
        ("opaque", "responses", "web_search_call"),
        ("step", 1, "ws_2", "", ""),
        ("step", 1, "", "open_page", '{"url": "https://a.example/1"}'),
        ("result", 1, ""),
        ("opaque", "responses", "web_search_call"),
        ("step", 2, "ws_3", "", ""),
        ("step", 2, "", "find_in_page", '{"pattern": "daphne", "url": "https://a.example/1"}'),
        ("result", 2, ""),
        ("opaque", "responses", "web_search_call"),
        ("text", "Channels 😀 is here."),
        ("citation", "https://a.example/1", "One", 8),
        ("citation", "https://b.example/2", "Two", 16),
        USAGE,
        STOP,
    ],
    "whole.json": [
        ("reasoning", "Hm\n\nSo"),
        ("opaque", "responses", "reasoning"),
        ("step", 0, "ws_1", "web_search", '{"queries": ["a", "b"]}'),
        ("result", 0, ""),
        ("opaque", "responses", "web_search_call"),
        ("text", "Hi"),
        ("citation", "https://a.example/", "A", 2),
        USAGE,
        STOP,
    ],
    "whole_failed.json": [("error", "upstream", "server_error")],
}


def test_every_recording_is_expected_to_say_something():
    assert sorted(EXPECTED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_response_gives_its_events(name):
    assert told(read("responses", [recorded("responses", name)])) == EXPECTED[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_response_in_single_bytes_gives_the_same_events(name):
    whole = recorded("responses", name)
    assert read("responses", (whole[n : n + 1] for n in range(len(whole)))) == read("responses", [whole])


@pytest.mark.parametrize("name", ["shortest.sse", "surrogates.sse", "error_after_ping.sse"])
def test_a_response_cut_at_any_byte_gives_the_same_events(name):
    whole = recorded("responses", name)
    expected = read("responses", [whole])
    for cut in range(1, len(whole)):
        assert read("responses", [whole[:cut], whole[cut:]]) == expected, f"cut at {cut}"


@pytest.mark.parametrize("name", NAMES)
def test_a_response_cut_around_any_line_gives_the_same_events(name):
    whole = recorded("responses", name)
    expected = read("responses", [whole])
    ends = [n for n, byte in enumerate(whole) if byte == 0x0A]
    for cut in sorted({end + step for end in ends for step in (-1, 0, 1, 2)}):
        assert read("responses", [whole[:cut], whole[cut:]]) == expected, f"cut at {cut}"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["a\0b", "\ud83d", "https://\0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=120, deadline=None)
@given(name=st.sampled_from(NAMES), spoiled=ANYTHING, where=st.integers(0, 60))
def test_a_shape_nobody_has_seen_is_a_gateway_error_at_worst(name, spoiled, where):
    lines = [line[6:] for line in recorded("responses", name).splitlines() if line.startswith(b"data: ")]
    events = [json.dumps(_spoiled(json.loads(line), spoiled, [where])).encode() for line in lines]
    for event in read("responses", [b"data: " + event + b"\n\n" for event in events]):
        assert isinstance(event, tuple) or _is_storable(event), event


def _is_storable(event) -> bool:
    """No half of a character, no NUL."""
    texts = [value for field in fields(event) if isinstance(value := getattr(event, field.name), str)]
    block = json.dumps(dict(event.block), ensure_ascii=False) if isinstance(event, Opaque) else ""
    return b"\0" not in "".join([*texts, block]).encode() and "\\u0000" not in block


def _spoiled(value, spoiled, left):
    left[0] -= 1
    if left[0] == 0:
        return spoiled
    if isinstance(value, dict):
        return {key: _spoiled(inner, spoiled, left) for key, inner in value.items()}
    if isinstance(value, list):
        return [_spoiled(inner, spoiled, left) for inner in value]
    return value


def test_tokens_and_searches_are_counted():
    (usage,) = [
        event for event in read("responses", [recorded("responses", "web_search.sse")]) if isinstance(event, Usage)
    ]
    assert (usage.reasoning_tokens, usage.cached_tokens, usage.searches) == (8, 4, 1)


def blocks(name: str) -> list[dict]:
    return [
        dict(event.block) for event in read("responses", [recorded("responses", name)]) if isinstance(event, Opaque)
    ]


def test_sealed_reasoning_is_kept_as_it_came():
    assert blocks("thinks.sse") == [
        {
            "type": "reasoning",
            "id": "rs_0",
            "summary": [
                {"type": "summary_text", "text": "**Looking** at it"},
                {"type": "summary_text", "text": "Then 你好"},
            ],
            "encrypted_content": "gAAAAB-sealed",
        }
    ]
    assert blocks("open_weights.sse") == []  # nothing is sealed, so nothing can go back


def test_what_is_kept_of_a_step_has_neither_media_nor_sources():
    (code,) = blocks("code_interpreter.sse")
    assert code["outputs"] == [{"type": "logs", "logs": "a\n"}]
    assert code["container_id"] == "cntr_1"
    searches = [block for block in blocks("web_search.sse") if block["type"] == "web_search_call"]
    assert searches[0]["action"] == {"type": "search", "query": "django channels"}
    assert blocks("image.sse") == []


def test_code_can_be_watched_while_it_is_written():
    events = read("responses", [recorded("responses", "code_interpreter.sse")])
    pieces = [event.arguments for event in events if isinstance(event, ToolCallDelta)]
    assert len([piece for piece in pieces if piece]) > 2
    assert json.loads("".join(pieces)) == {"code": 'print("a\\n")\nplot()'}


def test_the_last_word_ends_the_stream_without_waiting_for_the_connection():
    protocol = load("responses")
    for _event in protocol.read(recorded("responses", "shortest.sse")):
        pass
    assert protocol.is_done


@pytest.mark.parametrize(
    ("codes", "is_retryable"),
    [
        (("server_error", "rate_limit_exceeded"), True),
        (
            (
                *("invalid_prompt", "bio_policy", "invalid_image", "invalid_image_format", "invalid_base64_image"),
                *("invalid_image_url", "image_too_large", "image_too_small", "image_parse_error", "empty_image_file"),
                *("image_content_policy_violation", "image_file_too_large", "unsupported_image_media_type"),
                *("failed_to_download_image", "image_file_not_found"),
            ),
            False,
        ),
    ],
)
def test_each_way_to_fail_says_whether_trying_again_can_help(codes, is_retryable):
    """The list of errors.md 3, in both of its places."""
    for code in codes:
        error = {"code": code, "message": "no"}
        for payload in (
            {"type": "response.failed", "response": {"status": "failed", "error": error}},
            {"type": "error", **error, "param": None},
        ):
            with pytest.raises(GatewayError) as raised:
                list(load("responses").read(b"data: " + json.dumps(payload).encode() + b"\n\n"))
            assert (raised.value.code, raised.value.is_retryable) == (code, is_retryable)
