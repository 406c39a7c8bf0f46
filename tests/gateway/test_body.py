"""Bodies in steps are the same JSON as in one."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chats.gateway.body import STEP, Base64, Body


def whole(body: Body) -> bytes:
    content = b"".join(body)
    assert len(content) == body.size
    return content


def test_a_small_body_is_sent_at_once():
    document = {"model": "m", "messages": [{"content": '你 "quoted" \n'}], "stream": True, "n": None}
    assert Body(document).content == json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    assert json.loads(Body({"a": [Base64(b"ab", "data:;base64,")]}).content) == {"a": ["data:;base64,YWI="]}


@pytest.mark.parametrize("size", [0, 1, 2, 3, STEP - 1, STEP, STEP + 1, 2 * STEP + 2])
def test_media_arrive_byte_for_byte(size):
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    text = "data:video/mp4;base64," + base64.b64encode(data).decode()
    medium = Base64(data, "data:video/mp4;base64,")
    assert (str(medium), medium.size) == (text, len(text))
    body = Body({"messages": [{"content": [{"url": medium}, {"url": medium}, "short"]}]})
    assert json.loads(whole(body)) == {"messages": [{"content": [{"url": text}, {"url": text}, "short"]}]}


async def test_a_big_body_comes_in_small_steps_as_often_as_asked():
    body = Body({"a": Base64(b"x" * (3 * STEP))})
    first = [step async for step in body.content]
    assert max(map(len, first)) <= STEP * 4 // 3
    assert [step async for step in body.content] == first
    assert json.loads(b"".join(first))["a"] == base64.b64encode(b"x" * (3 * STEP)).decode()


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=5
    )
)
def test_any_document_survives(value):
    assert json.loads(whole(Body({"value": value}))) == {"value": value}


def test_half_a_character_does_not_stop_the_call():
    assert json.loads(whole(Body({"a": "x\ud83d"}))) == {"a": "x?"}


def test_what_is_no_json_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="set is not for JSON"):
        Body({"a": {1}})
