"""Google's own answers, whole and cut at every byte, become the same events (text.md 6.2, images.md 7.4)."""

import json

import pytest

from chats.gateway.errors import CAUSES, GatewayError
from chats.gateway.protocols import load
from chats.gateway.values import MediaOut, Opaque, TextDelta, ToolCallDelta, Usage

from ..recorded import names, read, recorded, told

G = "generate_content"
FIXTURES = names(G)
PNG, JPEG = b"\x89PNG\r\n\x1a\n" + b"p" * 20, b"\xff\xd8\xff\xe0" + b"j" * 20
USAGE = ("usage", 15, 50, 65)
STOP = ("finished", "stop")
CLICK = json.dumps(
    {"x": 371, "y": 470, "safety_decision": {"decision": "require_confirmation", "explanation": "A cookie banner."}}
)

EXPECTED = {
    "blocked_prompt.sse": [
        ('usage', 3, None, 3),
        ('error', 'content_refused', 'PROHIBITED_CONTENT'),
    ],
    "blocked_safety.sse": [
        ('usage', 7, None, 7),
        ('error', 'content_refused', 'SAFETY'),
    ],
    "code.sse": [
        ('reasoning', 'Plan.'),
        ('step', 0, 'code-1', 'code_interpreter', '{"code": "import numpy\\nprint(4)", "language": "python"}'),
        ('opaque', G, {'language': 'PYTHON', 'code': 'import numpy\nprint(4)'}),
        ('result', 0, '4\n'),
        ('opaque', G, {'outcome': 'OUTCOME_OK', 'output': '4\n'}),
        ('media', 'image', 'image/png', 'part-1', b'\x89PNG\r\n\x1a\np'),
        ('step', 1, 'code-2', 'code_interpreter', '{"code": "while 1: pass", "language": "python"}'),
        ('opaque', G, {'language': 'PYTHON', 'code': 'while 1: pass'}),
        ('failed', 1, 'deadline_exceeded'),
        ('opaque', G, {'outcome': 'OUTCOME_DEADLINE_EXCEEDED'}),
        ('text', 'Four.'),
        USAGE,
        STOP,
    ],
    "computer_use.sse": [
        ('text', 'I open the page.'),
        ('call', 0, 'call-1', 'click_at', CLICK),
        ('finished', 'tool_calls'),
    ],
    "cut.sse": [
        ('text', 'Once upon'),
        ('error', 'incomplete', ''),
    ],
    "error_after_ping.sse": [
        ('error', 'upstream', 'bad_response_status_code'),
    ],
    "error_in_stream.sse": [
        ('error', 'upstream', 'UNAVAILABLE'),
    ],
    "google_error.sse": [
        ('error', 'rate_limited', 'RESOURCE_EXHAUSTED'),
    ],
    "grounded.sse": [
        ('step', 0, 'code-1', 'code_interpreter', '{"code": "print(1)", "language": "python"}'),
        ('opaque', G, {'language': 'PYTHON', 'code': 'print(1)'}),
        ('result', 0, '1'),
        ('opaque', G, {'outcome': 'OUTCOME_OK', 'output': '1'}),
        ('text', 'One.'),
        ('citation', 'https://a.example/', 'A', None),
        STOP,
    ],
    "image_safety.sse": [
        ('usage', 3, None, 3),
        ('error', 'content_refused', 'IMAGE_SAFETY'),
    ],
    "length.sse": [
        ('text', 'Once'),
        ('finished', 'length'),
    ],
    "malformed_call.sse": [
        ('error', 'upstream', 'MALFORMED_FUNCTION_CALL'),
    ],
    "no_image.sse": [
        ('error', 'upstream', 'empty_reply'),
    ],
    "only_talked.sse": [
        ('text', 'I would rather not.'),
        STOP,
    ],
    "picture.sse": [
        ('reasoning', 'A plan: c2lnLTE='),
        ('text', 'Here it is: ❄️'),
        ('media', 'image', 'image/png', 'part-1', PNG),
        ('signed', 'c2lnLTM='),
        ('usage', 300, 1350, 1650),
        STOP,
    ],
    "robotics.sse": [
        ('text', '```json\n[{"point": [472, 381], "label": "cup"}]\n```'),
        STOP,
    ],
    "search.sse": [
        ('text', '雨 fell 🌧 twice'),
        ('citation', 'https://a.example/', 'A', 6),
        ('citation', 'https://b.example/', 'B', 6),
        ('citation', 'https://a.example/', 'A', 14),
        ('citation', 'https://c.example/', 'C', None),
        ('step', 0, 'web_search-1', 'web_search', '{"queries": ["rain 雨", "rain twice"]}'),
        ('result', 0, 'A <https://a.example/>\nB <https://b.example/>\nC <https://c.example/>'),
        USAGE,
        STOP,
    ],
    "shortest.sse": [
        ('reasoning', 'hm'),
        ('text', 'Hi'),
        ('usage', 3, 3, 6),
        STOP,
    ],
    "signatures.sse": [
        ('reasoning', 'Hm.', 'c2lnLXQ='),
        ('text', 'Let me see.'),
        ('call', 0, 'call-1', 'weather', '{"city": "Oslo"}'),
        ('call', 1, 'call-2', 'weather', '{"city": "Bergen"}'),
        USAGE,
        ('finished', 'tool_calls'),
    ],
    "stopped_safety.sse": [
        ('text', 'Half'),
        ('error', 'content_refused', 'SAFETY'),
    ],
    "surrogates.sse": [
        ('text', 'Look 😀'),
        STOP,
    ],
    "too_many_calls.sse": [
        ('text', 'Half'),
        ('error', 'upstream', 'TOO_MANY_TOOL_CALLS'),
    ],
    "tools.sse": [
        ('call', 0, 'call-1', 'weather', '{"city": "北京"}'),
        ('call', 1, 'f-2', 'time', '{}'),
        ('finished', 'tool_calls'),
    ],
    "url_context.sse": [
        ('text', 'It says so.'),
        ('step', 0, 'url_context-1', 'url_context', '{"urls": ["https://a.example/", "https://b.example/"]}'),
        ('result', 0, 'https://a.example/: success\nhttps://b.example/: error'),
        STOP,
    ],
    "whole.json": [
        ('text', 'Hi'),
        ('media', 'image', 'image/jpeg', 'part-1', JPEG),
        ('usage', 3, 1, 4),
        STOP,
    ],
}  # fmt: skip


def events(name: str) -> list:
    return read(G, [recorded(G, name)])


def test_every_recording_is_expected_to_say_something():
    assert sorted(EXPECTED) == FIXTURES


@pytest.mark.parametrize("name", FIXTURES)
def test_a_recorded_answer_gives_its_events(name):
    assert told(events(name)) == EXPECTED[name]


@pytest.mark.parametrize("name", FIXTURES)
def test_an_answer_says_the_same_wherever_it_is_cut(name):
    content = recorded(G, name)
    whole = read(G, [content])
    for cut in range(1, len(content)):
        assert read(G, [content[:cut], content[cut:]]) == whole, f"cut at {cut}"


@pytest.mark.parametrize("name", FIXTURES)
def test_an_answer_in_single_bytes_gives_the_same_events(name):
    content = recorded(G, name)
    assert read(G, (content[n : n + 1] for n in range(len(content)))) == read(G, [content])


@pytest.mark.parametrize(
    ("chunks", "indices", "at"),
    [
        ([{"web": {"uri": "https://a.example/"}}], [1, 0, 7], 2),
        ([{"web": {"uri": "https://a.example/"}}], [-1, None, "0", 10**30], None),
        (None, [0], None),
    ],
)
def test_a_source_that_did_not_come_is_left_out(chunks, indices, at):
    told_of = {"groundingSupports": [{"segment": {"text": "Hi", "endIndex": 2}, "groundingChunkIndices": indices}]}
    told_of |= {"groundingChunks": chunks} if chunks else {}
    said = {"content": {"parts": [{"text": "Hi"}]}, "groundingMetadata": told_of, "finishReason": "STOP"}
    sources = [("citation", "https://a.example/", "", at)] if chunks else []
    assert told(read(G, [b"data: " + json.dumps({"candidates": [said]}).encode() + b"\n\n"])) == [
        ("text", "Hi"), *sources, STOP,
    ]  # fmt: skip


def test_signatures_stay_with_what_they_sign():
    thought, said, first, second, *_rest = events("signatures.sse")
    assert (thought.signature, said) == ("c2lnLXQ=", TextDelta("Let me see.", "c2lnLXg="))
    assert (first.signature, second.signature) == ("c2lnLWY=", "")
    picture = next(event for event in events("picture.sse") if isinstance(event, MediaOut))
    assert picture.signature == "c2lnLTI="


def test_code_is_kept_as_it_came_with_its_signature():
    code, result, *_rest = [event.block for event in events("code.sse") if isinstance(event, Opaque)]
    assert code == {
        "executableCode": {"language": "PYTHON", "code": "import numpy\nprint(4)"},
        "thoughtSignature": "c2lnLWNvZGU=",
    }
    assert result == {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "4\n"}}


def test_what_google_ran_wants_no_answer():
    steps = [event for name in ("code.sse", "search.sse") for event in events(name) if isinstance(event, ToolCallDelta)]
    assert len(steps) == 3
    assert all(step.is_vendors for step in steps)


def usage_of(name: str) -> Usage:
    return next(event for event in events(name) if isinstance(event, Usage))


def test_usage_adds_up_and_counts_searches():
    used = usage_of("search.sse")
    assert (used.reasoning_tokens, used.cached_tokens, used.searches) == (30, 4, 2)
    assert usage_of("code.sse").searches is None
    assert usage_of("picture.sse").by_kind == {"text": 42, "image": 258}


def failing(content: bytes) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        _all_of(content)
    return caught.value


def _all_of(content: bytes) -> list:
    protocol = load(G)
    return [*protocol.read(content), *protocol.close()]


STOPS = ("SAFETY", "RECITATION", "LANGUAGE", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII")
PICTURES = ("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION")
BLOCKS = ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR", "JAILBREAK")


@pytest.mark.parametrize("kind", [*STOPS, *PICTURES])
def test_why_an_answer_was_stopped_is_explained(kind):
    error = failing(recorded(G, "stopped_safety.sse").replace(b'"SAFETY"', f'"{kind}"'.encode()))
    assert (error.kind, error.code, error.is_retryable) == ("content_refused", kind, False)
    assert error.cause is CAUSES[f"content_refused:{kind}"]


@pytest.mark.parametrize("kind", BLOCKS)
def test_why_a_prompt_was_refused_is_explained(kind):
    error = failing(recorded(G, "blocked_safety.sse").replace(b'"SAFETY"', f'"{kind}"'.encode()))
    assert (error.kind, error.code) == ("content_refused", kind)
    assert error.cause is CAUSES[f"content_refused:{kind}"]


@pytest.mark.parametrize("name", ["stopped_safety.sse", "blocked_safety.sse"])
def test_the_category_that_was_seen_is_named(name):
    said = failing(recorded(G, name)).message
    assert "HARASSMENT" in said
    assert "HATE_SPEECH" not in said


@pytest.mark.parametrize("spoiled", [None, "text", {"type": 3}])
@pytest.mark.parametrize("name", [name for name in FIXTURES if not name.startswith(("error_after", "cut"))])
def test_a_shape_nobody_has_seen_is_a_gateway_error_at_worst(name, spoiled):
    """Each value of each payload in turn is replaced by something else."""
    for line in recorded(G, name).splitlines():
        if line.startswith(b"data: {"):
            for key in _keys(payload := json.loads(line[6:])):
                odd = json.dumps(_spoiled(payload, key, spoiled)).encode()
                for event in read(G, [b"data: " + odd + b"\n\n"]):
                    assert isinstance(event, tuple) or type(event).__module__ == "chats.gateway.values"


def _keys(value) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    return set(value).union(*map(_keys, value.values())) if isinstance(value, dict) else set()


def _spoiled(value, key, spoiled):
    if isinstance(value, list):
        return [_spoiled(item, key, spoiled) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: spoiled if name == key else _spoiled(item, key, spoiled) for name, item in value.items()}
