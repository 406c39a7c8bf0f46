"""Chunks on the disk: order, repetition, limits, and many at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chats.media import incoming
from chats.media.incoming import TooMuch, WrongOffset

WHOLE = bytes(range(256)) * 40


def put(offset: int, stop: int, upload: int = 1, size: int = len(WHOLE)) -> int:
    piece = WHOLE[offset:stop]
    return incoming.append(upload, offset, size, [piece[:100], piece[100:]], len(piece))


def test_chunks_in_order_make_the_file():
    assert put(0, 4000) == 4000
    assert put(4000, 10240) == 10240
    assert incoming.part_path(1).read_bytes() == WHOLE


def test_a_chunk_elsewhere_is_refused_with_the_right_place():
    put(0, 4000)
    with pytest.raises(WrongOffset) as caught:
        put(5000, 6000)
    assert caught.value.received_bytes == 4000
    with pytest.raises(WrongOffset):
        put(3000, 5000)
    assert incoming.received_bytes(1) == 4000


def test_the_same_chunk_twice_is_harmless():
    put(0, 4000)
    assert put(0, 4000) == 4000
    assert put(1000, 2000) == 4000
    assert incoming.part_path(1).read_bytes() == WHOLE[:4000]


def test_more_than_was_announced_is_not_kept(settings):
    put(0, 4000, size=5000)
    with pytest.raises(TooMuch):
        put(4000, 6000, size=5000)
    assert incoming.received_bytes(1) == 4000
    settings.UPLOAD_CHUNK_BYTES = 100
    with pytest.raises(TooMuch):
        put(4000, 4200, size=5000)


def test_a_chunk_that_comes_after_the_end_of_its_upload_leaves_nothing():
    put(0, 4000)
    incoming.discard(1)
    with pytest.raises(WrongOffset):
        put(4000, 6000)
    assert not incoming.part_path(1).exists()


def test_a_chunk_that_breaks_off_leaves_a_place_to_go_on():
    def broken():
        yield WHOLE[:700]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        incoming.append(1, 0, len(WHOLE), broken(), len(WHOLE))
    at = incoming.received_bytes(1)
    assert at in (0, 700)
    put(at, len(WHOLE))
    assert incoming.part_path(1).read_bytes() == WHOLE


def test_the_same_chunk_from_many_sides_is_written_once():
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: put(0, 4000), range(40)))
    assert set(answers) == {4000}
    assert incoming.part_path(1).read_bytes() == WHOLE[:4000]


@given(st.lists(st.integers(0, len(WHOLE)), max_size=12))
def test_any_order_of_pieces_never_spoils_the_file(cuts):
    """A browser that always does what the answer says arrives, whatever it tried before."""
    upload = 1
    incoming.discard(upload)
    for cut in cuts:
        try:
            put(cut, min(len(WHOLE), cut + 3000))
        except WrongOffset as e:
            put(e.received_bytes, min(len(WHOLE), e.received_bytes + 2000))
    while (at := incoming.received_bytes(upload)) < len(WHOLE):
        put(at, min(len(WHOLE), at + 4096))
    assert incoming.part_path(upload).read_bytes() == WHOLE
    incoming.discard(upload)
