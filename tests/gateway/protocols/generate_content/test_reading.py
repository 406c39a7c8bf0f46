"""Google's own answers, cut at every byte, become the same events (text.md 6.2, images.md 7.4)."""

from pathlib import Path

import pytest

from chats.gateway.errors import GatewayError
from chats.gateway.protocols import load
from chats.gateway.values import (
    Citation,
    Event,
    Finished,
    MediaOut,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolResult,
    Usage,
)

WIRE = Path(__file__).parents[3] / "wire" / "generate_content"
PNG, JPEG = b"\x89PNG\r\n\x1a\n" + b"p" * 20, b"\xff\xd8\xff\xe0" + b"j" * 20


def events(name: str, cut: int = 0) -> list[Event]:
    protocol, content = load("generate_content"), (WIRE / name).read_bytes()
    found = [event for piece in (content[:cut], content[cut:]) for event in protocol.read(piece)]
    return [*found, *protocol.close()]


def failing(name: str) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        events(name)
    return caught.value


WHOLE = sorted(
    path.name
    for path in WIRE.iterdir()
    if path.stem in ("picture", "shortest", "tools", "grounded", "length", "only_talked", "whole")
)


@pytest.mark.parametrize("name", WHOLE)
def test_an_answer_says_the_same_wherever_it_is_cut(name):
    expected = events(name)
    for cut in range(1, len((WIRE / name).read_bytes())):
        assert events(name, cut) == expected


def test_a_picture_comes_with_its_thoughts_and_signatures_and_without_drafts():
    *said, used, end = events("picture.sse")
    assert said == [
        ReasoningDelta("A plan: "),
        ReasoningDelta("snow 雪", "c2lnLTE="),
        TextDelta("Here it is: ❄️"),
        MediaOut("image", PNG, content_type="image/png", key="part-1", signature="c2lnLTI="),
        TextDelta("", "c2lnLTM="),
    ]
    assert end == Finished("stop")
    assert isinstance(used, Usage)
    assert (used.prompt_tokens, used.completion_tokens, used.reasoning_tokens) == (300, 1350, 50)
    assert used.by_kind == {"text": 42, "image": 258}


def test_a_whole_answer_is_read_as_well():
    text, picture, _usage, end = events("whole.json")
    assert (text, end) == (TextDelta("Hi"), Finished("stop"))
    assert picture == MediaOut("image", JPEG, content_type="image/jpeg", key="part-1")


def test_the_last_usage_counts():
    assert next(event for event in events("shortest.sse") if isinstance(event, Usage)).total_tokens == 6


def test_calls_get_an_id_where_they_have_none():
    first, second, end = events("tools.sse")
    assert first == ToolCallDelta(0, "call-1", "weather", '{"city": "北京"}', "c2ln")
    assert second == ToolCallDelta(1, "f-2", "time", "{}")
    assert end == Finished("tool_calls")


def test_what_was_looked_up_and_run_is_told_once():
    code, _code, result, _result, text, source, end = events("grounded.sse")
    assert code == ToolCallDelta(
        0, "code-1", "code_interpreter", '{"code": "print(1)", "language": "python"}', is_vendors=True
    )
    assert result == ToolResult(0, "1")
    assert (text, source) == (TextDelta("One."), Citation("https://a.example/", "A"))
    assert end == Finished("stop")  # it ran itself: nobody waits for an answer of ours


@pytest.mark.parametrize(("name", "reason"), [("length.sse", "length"), ("only_talked.sse", "stop")])
def test_an_answer_ends_as_the_vendor_says(name, reason):
    assert events(name)[-1] == Finished(reason)


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("blocked_prompt.sse", "content_refused", "PROHIBITED_CONTENT"),
        ("image_safety.sse", "content_refused", "IMAGE_SAFETY"),
        ("no_image.sse", "upstream", "empty_reply"),
        ("cut.sse", "incomplete", ""),
        ("malformed_call.sse", "upstream", "MALFORMED_FUNCTION_CALL"),
        ("error_in_stream.sse", "upstream", "UNAVAILABLE"),
    ],
)
def test_an_answer_that_is_none_is_an_error(name, kind, code):
    error = failing(name)
    assert (error.kind, error.code) == (kind, code)
