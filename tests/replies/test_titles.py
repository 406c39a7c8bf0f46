"""Titles from the first turn."""

import pytest

from chats.replies.titles import title_from


@pytest.mark.parametrize(
    ("text", "names", "title"),
    [
        ("What does the video show?", [], "What does the video show?"),
        ("What is it? Tell me more.", [], "What is it?"),
        ("这段视频讲了什么？请详细说明。", [], "这段视频讲了什么？"),
        ("# Heading\n\nbody", [], "Heading"),
        ("\n\n  \nlate", [], "late"),
        ("", ["clip.mp4"], "clip.mp4"),
        ("```\n", ["a.txt"], "a.txt"),
        ("", [], ""),
    ],
)
def test_a_title_is_the_first_sentence_or_the_first_file(text, names, title):
    assert title_from(text, names) == title


def test_a_long_first_sentence_is_cut_at_a_word():
    title = title_from("word " * 40, [])
    assert title.endswith("word…")
    assert len(title) <= 61


def test_a_name_keeps_its_underscores():
    assert title_from("Call get_weather and __book_it__ in _Rome_", []) == "Call get_weather and book_it in Rome"
