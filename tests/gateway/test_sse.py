"""The reader of server-sent events, on what the wire really does."""

import time

import pytest

from chats.gateway.sse import EventReader


def read(*chunks: bytes) -> list[tuple[str, bytes]]:
    reader = EventReader()
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    return events + list(reader.close())


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b'data: {"a":1}\n\n', [("", b'{"a":1}')]),
        (b'data:{"a":1}\n\ndata: {"b":2}\n\n', [("", b'{"a":1}'), ("", b'{"b":2}')]),
        (b"data:  two spaces\n\n", [("", b" two spaces")]),
        (b"event: error\ndata: 1\n\ndata: 2\n\n", [("error", b"1"), ("", b"2")]),
        (b"event: delta\ndata: 1\n\n", [("delta", b"1")]),
        (b"event: delta\r\ndata: 1\r\n\r\n", [("delta", b"1")]),
        (b"event: delta\ndata: 1\ndata: 2\n\n", [("delta", b"1\n2")]),
        (b"event: delta\nid: 1\n\n", []),
        (b"data: one\ndata: two\n\n", [("", b"one\ntwo")]),
        (b"data\n\ndata:\n\n", [("", b"")]),
        (b": PING\n\n: PING\n\ndata: 1\n\n", [("", b"1")]),
        (b"id: 1\nretry: 2\ndata: 1\nunknown\n\n", [("", b"1")]),
        (b"\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", [("", b"1"), ("", b"2")]),
        (b"data: 1\n\ndata: 2", [("", b"1"), ("", b"2")]),
        (b"data: 1\n\ndata: 2\n", [("", b"1"), ("", b"2")]),
        (b"event: lonely\n\ndata: 1\n\n", [("", b"1")]),
        (b': PING\n\n{"error":1}\n', [("", b'{"error":1}')]),
        (b': PING\n\n  {"error":1}', [("", b'  {"error":1}')]),
        (
            b': PING\n\n{\n  "error": {\n    "a": 1\n  }\n}\ndata: 1\n\n',
            [("", b'{\n  "error": {\n    "a": 1\n  }\n}'), ("", b"1")],
        ),
        (b'{\n "cut": 1', [("", b'{\n "cut": 1')]),
        (b"<html>\n<body>\n", []),
        (b"", []),
        ("data: \u2028\u0085\x0b\x1c\n\n".encode(), [("", "\u2028\u0085\x0b\x1c".encode())]),
    ],
)
def test_a_stream_gives_its_events_in_any_portions(stream, events):
    assert read(stream) == events
    assert read(*(stream[n : n + 1] for n in range(len(stream)))) == events
    for cut in range(len(stream)):
        assert read(stream[:cut], stream[cut:]) == events


def test_a_whole_event_is_read_at_once_also_after_a_cut_one():
    reader = EventReader()
    assert list(reader.feed(b"data: o")) == []
    assert list(reader.feed(b"ne\n\n")) == [("", b"one")]
    assert list(reader.feed(b"data: two\n\n")) == [("", b"two")]


def test_a_line_of_64_mb_costs_no_more_per_byte_than_a_short_one():
    def seconds(size: int) -> float:
        line = b"data: " + b"x" * size + b"\n\n"
        start = time.process_time()
        (event,) = read(*(line[n : n + 16_384] for n in range(0, len(line), 16_384)))
        assert len(event[1]) == size
        return time.process_time() - start

    small = min(seconds(4_000_000) for _ in range(3))
    assert seconds(64_000_000) < 16 * small * 8  # a reader that joins at each chunk takes hundreds of times as long
