"""Text that came in halves."""

from hypothesis import given
from hypothesis import strategies as st

from chats.gateway.characters import Characters, storable


def joined(*pieces: str) -> str:
    characters = Characters()
    return "".join(characters.whole(piece) for piece in pieces) + characters.rest()


def test_halves_of_a_character_wait_for_each_other():
    characters = Characters()
    assert characters.whole("Look \ud83d") == "Look "
    assert characters.whole("\ude00!") == "😀!"
    assert characters.rest() == ""


def test_a_half_that_stays_alone_is_replaced():
    assert joined("a\ud83d", "b") == "a�b"
    assert joined("a\ude00b") == "a�b"
    assert joined("a\ud83d") == "a�"
    assert joined("\ud83d", "\ud83d", "\ude00") == "�😀"


def test_nul_never_comes_out():
    assert joined("a\0b", "\0", "你\0") == "ab你"


def test_anything_becomes_storable_text():
    assert storable(None) == ""
    assert storable(5) == "5"
    assert storable("a\ud83d\0") == "a�"


@given(st.lists(st.text(st.characters(exclude_categories=())), max_size=6))
def test_what_comes_out_can_always_be_encoded(pieces):
    assert b"\0" not in joined(*pieces).encode()


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))), st.integers(0, 40))
def test_text_cut_between_utf16_units_comes_out_whole(text, cut):
    units = text.encode("utf-16-le")
    pieces = (units[: 2 * cut], units[2 * cut :])
    assert joined(*(piece.decode("utf-16-le", "surrogatepass") for piece in pieces)) == text
