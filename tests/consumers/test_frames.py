"""Whatever a browser sends is answered with a frame; nothing it sends breaks the line."""

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chats.consumers import frames
from chats.consumers.conversation import HANDLERS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4),
    max_leaves=10,
)
READERS = (
    lambda frame: frames.client_id(frame),
    lambda frame: frames.whole(frame, "message"),
    lambda frame: frames.whole_or_none(frame, "parent"),
    lambda frame: frames.wholes(frame, "attachments"),
    lambda frame: frames.mapping(frame, "parameters"),
    lambda frame: frames.text(frame, "text"),
    lambda frame: frames.lengths_by_message(frame),
)
NAMES = ("client_id", "message", "parent", "attachments", "parameters", "text", "lengths")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_a_reader_answers_a_clean_value_or_says_bad(frame):
    for read in READERS:
        with contextlib.suppress(frames.Bad):
            json.dumps(read(frame), ensure_ascii=False).encode()


@pytest.mark.parametrize("text", [None, "", "x", "[]", "{}", '{"type":1}', '"type"', "{" * 2000])
def test_what_is_not_a_frame_is_bad(text):
    with pytest.raises(frames.Bad):
        frames.parse(text, 1_000_000)


def test_a_lone_surrogate_and_a_nul_become_text_that_can_be_stored():
    frame = json.loads('{"text": "a\\ud83d\\u0000b"}')
    assert frames.text(frame, "text") == "a?\ufffdb"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [*HANDLERS, "nonsense"])
async def test_each_frame_with_nothing_in_it_leaves_the_line_open(team, alice, connect, kind):
    socket = await connect(alice)
    await socket.send(kind)
    await socket.send("ping", n=7)
    await socket.until("pong", n=7)
