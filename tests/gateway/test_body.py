"""Bodies in pieces are the same JSON as in one."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chats.gateway.body import STEP, base64_text, encoded


def test_a_small_body_is_one_piece():
    document = {"model": "m", "messages": [{"content": '你 "quoted" \n'}], "stream": True, "n": None}
    assert encoded(document) == [json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()]


@pytest.mark.parametrize("extra", [0, 1, 2, 3, STEP, 2 * STEP + 1])
def test_media_come_back_byte_for_byte(extra):
    data = bytes(range(256)) * ((STEP + extra) // 256 + 1)
    text = base64_text(data, "data:video/mp4;base64,")
    assert text == "data:video/mp4;base64," + base64.b64encode(data).decode()
    document = {"messages": [{"content": [{"url": text}, {"url": text}, "short"]}]}
    pieces = encoded(document)
    assert len(pieces) > 4
    assert max(map(len, pieces)) <= STEP + 2
    assert json.loads(b"".join(pieces)) == document


def test_a_long_text_with_everything_json_escapes_survives():
    text = '"\\\n\u2028é😀\x01' * STEP
    assert json.loads(b"".join(encoded({"a": text, "b": [text, "c"]}))) == {"a": text, "b": [text, "c"]}


@given(st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_any_document_survives(value):
    assert json.loads(b"".join(encoded({"value": value}))) == {"value": value}


def test_half_a_character_does_not_stop_the_call():
    assert json.loads(b"".join(encoded({"a": "x\ud83d"}))) == {"a": "x?"}
