"""Faces as the server draws them; tests/js/faces.test.mjs has the same cases."""

import pytest

from chats.templatetags.people import avatar, initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada", "A"),
        ("bob marsh", "BM"),
        ("Jean  Le Rond d'Alembert", "JD"),
        ("王小明", "王"),
        (" 𠮷田 ", "𠮷"),
        ("", "?"),
    ],
)
def test_two_letters_of_a_latin_name_one_character_of_a_chinese_one(name, letters):
    assert initials(name) == letters


def test_a_name_is_text_in_a_face(make_user):
    user = make_user("alice")
    user.first_name = '"><b>x'
    assert "<b>" not in avatar(user)
