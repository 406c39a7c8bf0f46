"""Every form in which the images routes answer, whole and streamed, cut at every byte (images.md 4 and 5)."""

import json
from pathlib import Path

import pytest

from chats.gateway.errors import GatewayError
from chats.gateway.protocols import load_task
from chats.gateway.values import Output, TaskState

WIRE = Path(__file__).parents[2] / "wire" / "images"
ANSWERS = json.loads((WIRE / "answers.json").read_text(encoding="utf-8"))
PNG, JPEG = b"\x89PNG\r\n\x1a\n" + b"p" * 20, b"\xff\xd8\xff\xe0" + b"j" * 20
URL = "https://cdn.example/a.jpg"


def submitted(name: str) -> TaskState:
    return load_task("images").submitted(ANSWERS[name])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("b64_with_empty_url", Output("image", PNG, content_type="image/png")),
        ("url", Output("image", url=URL, revised_prompt="a boat, in ink")),
        ("data_url", Output("image", PNG, content_type="image/png")),
        ("data_url_in_b64", Output("image", JPEG, content_type="image/jpeg")),  # the bytes know better
        ("bare_base64_in_url", Output("image", JPEG, content_type="image/jpeg")),
        ("wrapped_base64", Output("image", PNG, content_type="image/png")),
    ],
)
def test_a_picture_is_read_from_every_form(name, expected):
    state = submitted(name)
    assert state.outputs == (expected,)
    assert (state.status, state.remote_id, state.error) == ("succeeded", "", "")


def test_one_of_a_set_may_fail_while_the_rest_is_fine():
    state = submitted("one_of_a_set_failed")
    assert state.status == "succeeded"
    assert [output.error for output in state.outputs] == ["", "refused"]
    assert state.usage.total_tokens == 16384


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("all_failed", "refused"),
        ("empty_data", "finished without a result"),
        ("null_data", "finished without a result"),
        ("empty_entry", "empty image entry"),
    ],
)
def test_an_answer_without_a_picture_has_failed(name, error):
    state = submitted(name)
    assert (state.status, state.error, state.code) == ("failed", error, "no_result")


def test_usage_comes_along():
    used = submitted("b64_with_empty_url").usage
    assert (used.prompt_tokens, used.completion_tokens, used.total_tokens) == (60, 1060, 1120)


def streamed(name: str, *cuts: int) -> tuple[list[Output], TaskState]:
    protocol, content = load_task("images"), (WIRE / name).read_bytes()
    shown = []
    for start, end in zip((0, *cuts), (*cuts, len(content)), strict=True):
        shown += protocol.events(content[start:end])
    return shown, protocol.close()


@pytest.mark.parametrize("name", ["partials.sse", "edit.sse", "made_by_gateway.sse", "seedream.sse"])
def test_a_stream_says_the_same_wherever_it_is_cut(name):
    whole = streamed(name)
    for cut in range(1, len((WIRE / name).read_bytes())):
        assert streamed(name, cut) == whole


def test_partial_pictures_are_shown_and_not_kept():
    shown, state = streamed("partials.sse")
    assert [output.is_partial for output in shown] == [True, True, False]
    assert [output.data for output in shown] == [JPEG, PNG, PNG]
    assert state.outputs == (Output("image", PNG, content_type="image/png"),)
    assert state.usage.total_tokens == 1120
    shown, state = streamed("edit.sse")
    assert [output.is_partial for output in shown] == [True, False]
    assert len(state.outputs) == 1


def test_the_gateway_may_make_the_events_itself():
    _shown, state = streamed("made_by_gateway.sse")
    assert [output.url or output.data for output in state.outputs] == [URL, PNG]
    assert state.outputs[0].revised_prompt == "two boats"


def test_each_picture_of_a_set_of_seedream_is_an_event_and_the_end_has_none():
    shown, state = streamed("seedream.sse")
    assert [output.url for output in shown] == [URL, "https://cdn.example/c.jpg"]
    assert [output.error for output in state.outputs] == ["", "refused", ""]
    assert state.usage.total_tokens == 32768


def test_an_error_inside_the_stream_is_raised():
    with pytest.raises(GatewayError) as caught:
        streamed("error.sse")
    assert caught.value.kind == "content_refused"


def test_a_stream_that_broke_off_is_incomplete_unless_something_was_finished():
    with pytest.raises(GatewayError) as caught:
        streamed("cut.sse")
    assert caught.value.kind == "incomplete"
    protocol = load_task("images")
    list(protocol.events((WIRE / "seedream.sse").read_bytes()[:300]))
    assert [output.url for output in protocol.close().outputs] == [URL]
