"""What recorded answers of Claude turn into, whole and cut at every byte (text.md 5.2 to 5.4)."""

import json

import pytest

from chats.gateway.protocols import load
from chats.gateway.values import Opaque, Usage

from ..recorded import names, read, recorded, told

M = "messages"
FIXTURES = names(M)
USAGE = ("usage", 25, 89, 114)
STOP = ("finished", "stop")

EXPECTED = {
    "bad_json.sse": [
        ('text', 'Hello'),
        ('usage', 25, 1, 26),
        ('error', 'upstream', 'bad_stream_data'),
    ],
    "code_execution.sse": [
        ('step', 0, 'srvtoolu_1', 'code_interpreter', '{"language": "bash", "code": "echo 4"}'),
        ('opaque', M, 'server_tool_use'),
        ('result', 0, '4\nfile file_01'),
        ('opaque', M, 'bash_code_execution_tool_result'),
        ('step', 1, 'srvtoolu_2', 'text_editor', '{"command": "create", "path": "a.txt"}'),
        ('opaque', M, 'server_tool_use'),
        ('result', 1, 'created'),
        ('opaque', M, 'text_editor_code_execution_tool_result'),
        ('step', 2, 'srvtoolu_3', 'code_interpreter', '{"code": "1/0"}'),
        ('opaque', M, 'server_tool_use'),
        ('failed', 2, 'ZeroDivisionError\nexit code 1'),
        ('opaque', M, 'code_execution_tool_result'),
        ('text', 'Four.'),
        ('opaque', M, 'container'),
        USAGE,
        STOP,
    ],
    "cut.sse": [
        ('text', 'Hello'),
        ('usage', 25, 1, 26),
        ('error', 'incomplete', ''),
    ],
    "cut_in_line.sse": [
        ('text', 'Hello'),
        ('usage', 25, 1, 26),
        ('error', 'incomplete', ''),
    ],
    "cut_in_step.sse": [
        ('text', 'So'),
        ('step', 0, 'srvtoolu_1', 'code_interpreter', '{"comm'),
        ('usage', 25, 1, 26),
        ('error', 'incomplete', ''),
    ],
    "empty_reply.sse": [
        ('usage', 25, 2, 27),
        ('error', 'upstream', 'empty_reply'),
    ],
    "error_after_ping.sse": [
        ('error', 'bad_request', 'invalid_request_error'),
    ],
    "gateway_error_after_ping.sse": [
        ('error', 'upstream', 'bad_response_status_code'),
    ],
    "length.sse": [
        ('reasoning', 'Long'),
        USAGE,
        ('finished', 'length'),
    ],
    "no_event_lines.sse": [
        ('text', 'Hi'),
        USAGE,
        STOP,
    ],
    "overloaded.sse": [
        ('text', 'Half'),
        ('usage', 25, 1, 26),
        ('error', 'rate_limited', 'overloaded_error'),
    ],
    "pause.sse": [
        ('text', 'Searching.'),
        ('step', 0, 'srvtoolu_1', 'web_search', '{"query": "x"}'),
        ('opaque', M, 'server_tool_use'),
        USAGE,
        ('finished', 'pause'),
    ],
    "redacted.sse": [
        ('opaque', M, 'redacted_thinking'),
        ("reasoning", "<EqQBomitted>"),
        ('text', 'Done.'),
        USAGE,
        STOP,
    ],
    "refusal.sse": [
        ('text', 'I can'),
        USAGE,
        ('finished', 'content_filter'),
    ],
    "surrogates.sse": [
        ('text', 'Look 😀 there�'),
        USAGE,
        STOP,
    ],
    "thinking.sse": [
        ('reasoning', 'The user greets in 中文.<EqQBCgIYAhIM>'),
        ('text', 'Hello 你好.'),
        ('usage', 525, 89, 614),
        STOP,
    ],
    "tools.sse": [
        ('reasoning', 'Ask.<EqQBtools>'),
        ('text', 'Let me see.'),
        ('call', 0, 'toolu_1', 'weather', '{"city": "北京"}'),
        ('call', 1, 'toolu_2', 'clock', ''),
        USAGE,
        ('finished', 'tool_calls'),
    ],
    "unknown_block.sse": [
        ('opaque', M, 'container_upload'),
        ('text', 'Ok'),
        USAGE,
        STOP,
    ],
    "web_search.sse": [
        ('text', 'I look it up.'),
        ('step', 0, 'srvtoolu_1', 'web_search', '{"query": "rain 雨"}'),
        ('opaque', M, 'server_tool_use'),
        ('result', 0, 'Rain <https://a.example/rain>\nhttps://b.example/ <https://b.example/>'),
        ('opaque', M, 'web_search_tool_result'),
        ('text', 'It says: it rained 🌧'),
        ('citation', 'https://a.example/rain', 'Rain', 33),
        ('text', '. Twice.'),
        ('citation', 'https://a.example/rain', 'Rain', 41),
        USAGE,
        STOP,
    ],
    "web_search_failed.sse": [
        ('step', 0, 'srvtoolu_1', 'web_search', '{"query": "x"}'),
        ('opaque', M, 'server_tool_use'),
        ('failed', 0, 'max_uses_exceeded'),
        ('opaque', M, 'web_search_tool_result'),
        ('text', 'No.'),
        USAGE,
        STOP,
    ],
    "whole.json": [
        ('reasoning', 'Hm.<EqQBwhole>'),
        ('text', 'Hi'),
        ('call', 0, 'toolu_9', 'f', '{"a": 1}'),
        ('usage', 3, 4, 7),
        ('finished', 'tool_calls'),
    ],
    "window.sse": [
        ('text', 'Half'),
        USAGE,
        ('finished', 'length'),
    ],
}  # fmt: skip


def events(name: str) -> list:
    return read(M, [recorded(M, name)])


def test_every_recording_is_expected_to_say_something():
    assert sorted(EXPECTED) == FIXTURES


@pytest.mark.parametrize("name", FIXTURES)
def test_a_recorded_answer_gives_its_events(name):
    assert told(events(name)) == EXPECTED[name]


@pytest.mark.parametrize("name", FIXTURES)
def test_an_answer_cut_at_any_byte_gives_the_same_events(name):
    content = recorded(M, name)
    whole = read(M, [content])
    for cut in range(1, len(content)):
        assert read(M, [content[:cut], content[cut:]]) == whole, f"cut at {cut}"


@pytest.mark.parametrize("name", FIXTURES)
def test_an_answer_in_single_bytes_gives_the_same_events(name):
    content = recorded(M, name)
    assert read(M, (content[n : n + 1] for n in range(len(content)))) == read(M, [content])


def blocks(name: str) -> list[dict]:
    return [dict(event.block) for event in events(name) if isinstance(event, Opaque)]


def test_a_search_goes_back_with_its_input_and_what_only_the_vendor_reads():
    use, result = blocks("web_search.sse")
    assert use == {
        "type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "rain 雨"},
    }  # fmt: skip
    assert result["tool_use_id"] == "srvtoolu_1"
    assert [page["encrypted_content"] for page in result["content"]] == ["EqgfCioI", "EqgfB"]


def test_a_hidden_thought_is_kept_as_it_came():
    assert blocks("redacted.sse") == [{"type": "redacted_thinking", "data": "EmwKAhgB"}]


def test_a_place_where_code_ran_is_kept_with_its_end():
    assert blocks("code_execution.sse")[-1] == {
        "type": "container", "id": "container_01", "expires_at": "2099-01-01T00:00:00Z",
    }  # fmt: skip


def test_a_place_without_an_end_breaks_nothing():
    content = recorded(M, "code_execution.sse").replace(b', "expires_at": "2099-01-01T00:00:00Z"', b"")
    assert told(read(M, [content])) == EXPECTED["code_execution.sse"]
    assert b"expires_at" not in content


def usage_of(name: str) -> Usage:
    return next(event for event in events(name) if isinstance(event, Usage))


def test_what_the_cache_held_counts_as_read():
    used = usage_of("thinking.sse")
    assert (used.prompt_tokens, used.cached_tokens, used.cache_write_tokens) == (525, 400, 100)
    assert used.raw["output_tokens"] == 89


def test_searches_are_counted():
    assert usage_of("web_search.sse").searches == 1
    assert usage_of("tools.sse").searches is None


def test_the_protocol_knows_when_the_stream_said_its_last_word():
    protocol, content = load(M), recorded(M, "thinking.sse")
    last = content.index(b"event: message_stop")
    list(protocol.read(content[:last]))
    assert not protocol.is_done
    list(protocol.read(content[last:]))
    assert protocol.is_done


@pytest.mark.parametrize("name", [name for name in FIXTURES if name not in ("bad_json.sse", "cut_in_line.sse")])
@pytest.mark.parametrize("spoiled", [None, "text", [None], {"type": 3}])
def test_a_shape_nobody_has_seen_is_a_gateway_error_at_worst(name, spoiled):
    """Each value of each payload in turn is replaced by something else."""
    for line in recorded(M, name).splitlines():
        if line.startswith(b"data: {"):
            payload = json.loads(line[6:])
            for key in [*payload, *payload.get("delta", {}), *payload.get("content_block", {})]:
                odd = json.dumps(_spoiled(payload, key, spoiled)).encode()
                for event in read(M, [recorded(M, "tools.sse")[:900], b"\n\ndata: " + odd + b"\n\n"]):
                    assert isinstance(event, tuple) or type(event).__module__ == "chats.gateway.values"


def _spoiled(value, key, spoiled):
    if not isinstance(value, dict):
        return value
    return {name: spoiled if name == key else _spoiled(item, key, spoiled) for name, item in value.items()}
