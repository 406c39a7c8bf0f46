"""What recorded answers of the gateway turn into, whole and cut at every byte."""

import json
import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chats.catalog import ModelSpec
from chats.gateway.protocols import load
from chats.gateway.values import MediaOut, Prompt, Usage

from .wire import FIXTURES, WIRE, read, told

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(60))
PCM = [struct.pack("<8h", *[(n * 997 + k * 311) % 2000 - 1000 for n in range(8)]) for k in range(3)]
USAGE = ("usage", 9, 12, 21)
STOP = ("finished", "stop")


def sound(n: int) -> tuple:
    return ("media", "audio", "audio/pcm", "audio", PCM[n])


EXPECTED = {
    "qwen_thinking.sse": [("reasoning", "Let me think."), ("text", "Four."), USAGE, STOP],
    "error_after_ping.sse": [("error", "upstream", "bad_response_status_code")],
    "error_after_ping_no_newline.sse": [("error", "upstream", "bad_response_status_code")],
    "error_laid_out.sse": [("error", "upstream", "bad_response_status_code")],
    "error_in_data.sse": [("text", "Half an ans"), ("error", "upstream", "bad_response_status_code")],
    "failure_without_error_key.sse": [("error", "upstream", "")],
    "omni_speech.sse": [
        ("text", "你好"), sound(0), ("text", "，世界！"), sound(1), sound(2), ("usage", 120, 300, 420), STOP,
    ],
    "omni_transcript.sse": [("text", "A red ball."), sound(0), ("usage", 6871, 87, 6958), STOP],
    "gpt_audio.sse": [("text", "Hi"), sound(0), ("text", " there"), sound(1), USAGE, STOP],
    "gpt_audio_whole.json": [
        ("text", "Hi there"), ("media", "audio", "audio/wav", "audio", b"RIFF\x24\0\0\0WAVEfmt "), USAGE, STOP,
    ],
    "claude_signature.sse": [
        ("reasoning", "The user greets."), ("signature", "EqQBCgIYAhIM"), ("text", "Hello."), USAGE, STOP,
    ],
    "minimax_think.sse": [("reasoning", "It is a sum. 2 < 3 so."), ("text", "Four, not <think>."), USAGE, STOP],
    "minimax_split.sse": [("reasoning", "It is a sum."), ("text", "Four"), USAGE, STOP],
    "gpt_oss_reasoning.sse": [
        ("reasoning", "We need four."), ("text", "<think> is a tag."), USAGE, ("finished", "length"),
    ],
    "gemini_picture.sse": [
        ("text", "Here it is! "), ("media", "image", "image/png", "text-1", PNG),
        ("text", " Like [it](https://example.com)?"), USAGE, STOP,
    ],
    "reseller_pictures_in_pieces.sse": [
        ("text", "Here: "), ("media", "image", "image/webp", "text-1", PNG), ("text", " done, and "),
        ("media", "image", "image/png", "text-2", PNG), ("text", " too; "),
        ("media", "audio", "audio/wav", "text-3", b"RIFFabcd"), ("text", "."), USAGE, STOP,
    ],
    "openrouter_images.sse": [
        ("media", "image", "image/png", "picture-1", PNG),
        ("media", "image", "", "picture-2", "https://cdn.example.com/a.png"), USAGE, STOP,
    ],
    "gemini_picture.json": [
        ("text", "A cup on a beach."), ("media", "image", "image/jpeg", "picture-1", PNG), USAGE, STOP,
    ],
    "reseller_picture_address.json": [("text", "Done.\n\n![image](https://cdn.example.com/cup.png)\n"), USAGE, STOP],
    "qwen_whole.json": [
        ("reasoning", "Look closely."), ("text", "The video shows a red ball."), ("usage", 6871, 87, 6958), STOP,
    ],
    "whole_laid_out.json": [("text", "Line one {\n}\nline two"), USAGE, STOP],
    "tool_calls.sse": [
        ("call", 0, "call_1", "weather", '{"city": "北京"}'), ("call", 1, "call_2", "clock", "{}"), USAGE,
        ("finished", "tool_calls"),
    ],
    "tool_calls_whole.sse": [
        ("call", 0, "call_a", "weather", '{"city":"Oslo"}'), ("call", 1, "call_b", "weather", '{"city": "Bergen"}'),
        USAGE, ("finished", "tool_calls"),
    ],
    "tool_calls_same_index.sse": [
        ("call", 0, "call_a", "f", "{}"), ("call", 1, "call_b", "g", "{}"), ("finished", "tool_calls"),
    ],
    "function_call.sse": [("call", 0, "", "f", '{"a":1}'), ("finished", "tool_calls")],
    "claude_citations.sse": [
        ("text", "It rained."), ("citation", "https://example.com/rain", "Rain", 9),
        ("citation", "https://example.com/sun", "", None), USAGE, STOP,
    ],
    "crlf.sse": [("text", "Hello there"), USAGE, STOP],
    "no_space_no_end.sse": [("text", "Hello there"), ("usage", 1, 2, 3), STOP],
    "cut.sse": [("text", "Hello the!"), ("error", "incomplete", "")],
    "cut_with_done.sse": [("text", "Hello"), ("error", "incomplete", "")],
    "cut_in_line.sse": [("text", "Hello"), ("error", "incomplete", "")],
    "empty_reply.sse": [USAGE, ("error", "upstream", "empty_reply")],
    "only_reasoning.sse": [("reasoning", "Hm."), ("error", "upstream", "empty_reply")],
    "zero_usage.sse": [("text", "One two"), ("usage", 5, 2, 7), STOP],
    "surrogates.sse": [("text", "Look 😀 and 🚀 � end �"), STOP],
    "line_separators.sse": [("text", "one\u2028two\u0085three\x0bfour"), STOP],
    "code_interpreter.sse": [
        ("reasoning", "I will compute…"),
        ("step", 0, "code-1", "code_interpreter", '{"code": "print(\\"a\\\\n\\", 123**21)'),
        ("reasoning", "Done."), ("step", 0, "", "", '"}'), ("step", 1, "code-2", "code_interpreter", '{"code": "x = 1'),
        ("text", "77269364466549865653073473388030061522211723"), ("step", 1, "", "", '"}'), USAGE, STOP,
    ],
    "tool_info_unknown.sse": [
        ("text", "Ok"), ("step", 0, "code-1", "code_interpreter", '{"type": "x", "steps": 2}'), STOP,
    ],
    "refused.sse": [("text", "I can"), USAGE, ("finished", "content_filter")],
    "cut_off_by_length.sse": [("reasoning", "Long thought"), ("finished", "length")],
    "unknown_finish.sse": [("text", "Ok"), STOP],
    "breakdown.sse": [("text", "Half"), ("error", "upstream", "insufficient_system_resource")],
    "two_answers.sse": [("text", "A"), STOP],
    "bad_json.sse": [("text", "Hello"), ("error", "upstream", "bad_stream_data")],
    "odd_shapes.sse": [("text", "Ok"), STOP],
    "html.sse": [("error", "incomplete", "")],
}  # fmt: skip


def test_every_recording_is_expected_to_say_something():
    assert sorted(EXPECTED) == FIXTURES


@pytest.mark.parametrize("name", FIXTURES)
def test_a_recorded_answer_gives_its_events(name):
    assert told(read([(WIRE / name).read_bytes()])) == EXPECTED[name]


@pytest.mark.parametrize("name", FIXTURES)
def test_an_answer_cut_at_any_byte_gives_the_same_events(name):
    recorded = (WIRE / name).read_bytes()
    whole = read([recorded])
    for cut in range(1, len(recorded)):
        assert read([recorded[:cut], recorded[cut:]]) == whole, f"cut at {cut}"


@pytest.mark.parametrize("name", FIXTURES)
def test_an_answer_in_single_bytes_gives_the_same_events(name):
    recorded = (WIRE / name).read_bytes()
    assert read(recorded[n : n + 1] for n in range(len(recorded))) == read([recorded])


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(FIXTURES), sizes=st.lists(st.integers(0, 700), min_size=1), seed=st.integers(0, 2**32))
def test_an_answer_in_random_portions_gives_the_same_events(name, sizes, seed):
    recorded = (WIRE / name).read_bytes()
    chooser, chunks, start = random.Random(seed), [], 0
    while start < len(recorded):
        size = chooser.choice(sizes) or chooser.randint(0, 3)
        chunks.append(recorded[start : start + size])
        start += size
    assert read(chunks) == read([recorded])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["a\0b", "\ud83d", "https://\0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from([name for name in FIXTURES if name != "bad_json.sse"]),
    spoiled=ANYTHING,
    where=st.integers(0, 200),
)
def test_a_shape_nobody_has_seen_is_a_gateway_error_at_worst(name, spoiled, where):
    """Any one value of any payload is replaced by something else."""
    for line in (WIRE / name).read_bytes().splitlines():
        if line.startswith(b"data: {") and line.endswith(b"}"):
            payload = _spoiled(json.loads(line[6:]), spoiled, [where])
            for event in read([b"data: " + json.dumps(payload).encode() + b"\n\n"]):
                assert isinstance(event, tuple) or _is_storable(event), event


def _is_storable(event) -> bool:
    texts = [getattr(event, name) for name, kind in type(event).__annotations__.items() if kind is str]
    return b"\0" not in "".join(texts).encode()  # no text that is none, no half character, no NUL


def _spoiled(value, spoiled, left):
    left[0] -= 1
    if left[0] == 0:
        return spoiled
    if isinstance(value, dict):
        return {key: _spoiled(item, spoiled, left) for key, item in value.items()}
    if isinstance(value, list):
        return [_spoiled(item, spoiled, left) for item in value]
    return value


def usage_of(name: str) -> Usage:
    return next(event for event in read([(WIRE / name).read_bytes()]) if isinstance(event, Usage))


def test_usage_tells_which_media_the_model_took_in():
    usage = usage_of("omni_transcript.sse")
    assert usage.by_kind == {"text": 20, "audio": 234, "image": 0, "video": 6617}
    assert (usage.reasoning_tokens, usage.cached_tokens) == (0, 0)
    assert usage.raw["prompt_tokens_details"]["video_tokens"] == 6617


def test_kinds_that_are_all_zero_were_not_reported():
    usage = usage_of("zero_usage.sse")
    assert usage.by_kind == {}
    assert usage.cached_tokens == 3
    assert usage.reasoning_tokens is None


def test_reasoning_and_cached_tokens_are_told():
    assert usage_of("qwen_thinking.sse").reasoning_tokens == 8
    assert usage_of("claude_signature.sse").cached_tokens == 4


def test_sound_is_raw_pcm_at_24_khz():
    events = read([(WIRE / "omni_speech.sse").read_bytes()])
    rates = {event.sample_rate_hz for event in events if isinstance(event, MediaOut)}
    assert rates == {24_000}


def test_the_code_of_the_interpreter_is_whole_json_at_the_end():
    events = told(read([(WIRE / "code_interpreter.sse").read_bytes()]))
    pieces = [event[4] for event in events if event[0] == "step" and event[1] == 0]
    assert json.loads("".join(pieces)) == {"code": 'print("a\\n", 123**21)'}


def test_an_address_in_a_picture_models_text_is_its_picture():
    protocol = load("chat_completions")
    painter = ModelSpec("painter", "Painter", "google", outputs=frozenset({"text", "image"}))
    protocol.request(painter, Prompt(()))
    events = told(read([(WIRE / "reseller_picture_address.json").read_bytes()], protocol))
    assert events[:3] == [
        ("text", "Done.\n\n"),
        ("media", "image", "", "text-1", "https://cdn.example.com/cup.png"),
        ("text", "\n"),
    ]


def test_a_picture_that_was_cut_off_is_not_shown_as_text():
    recorded = (WIRE / "gemini_picture.sse").read_bytes()
    cut = recorded[: recorded.index(b"base64,") + 40] + b'"}}]}\n\n'
    assert told(read([cut])) == [("text", "Here it is! "), ("error", "incomplete", "")]


@pytest.mark.parametrize("text", ["Hello!", "see ![", "see ![a](", "<thi", "a d", "data:", "[me", "\n"])
def test_what_only_looked_like_an_opener_comes_out_at_the_end(text):
    line = json.dumps({"choices": [{"delta": {"content": text}, "finish_reason": "stop"}]})
    events = told(read([f"data: {line}\n\ndata: [DONE]\n\n".encode()]))
    assert events[0] == ("text", text)


def test_the_protocol_knows_when_the_stream_said_its_last_word():
    protocol = load("chat_completions")
    list(protocol.read((WIRE / "qwen_thinking.sse").read_bytes().removesuffix(b"data: [DONE]\n\n")))
    assert not protocol.is_done
    list(protocol.read(b"data: [DONE]\n\n"))
    assert protocol.is_done
