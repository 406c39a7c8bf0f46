"""What a bench takes, and what it refuses before money is spent."""

import pytest

from chats import benches
from chats.benches import Refused

TEXTS = {"texts": ["A cat", " ", "A dog\x00 "], "models": ["text-embedding-3-small"]}
RANK = {"query": "Which?", "documents": ["a", "b"], "model": "any-ranker"}


def test_empty_texts_and_doubled_models_are_left_out():
    asked = benches.read("embeddings", TEXTS | {"models": ["m-1", "m-1", ""], "dimensions": "512"})
    assert asked.texts == ["A cat", "A dog"]
    assert asked.facts == {"models": ["m-1"], "dimensions": 512}


def test_a_search_keeps_only_what_the_gateway_knows():
    asked = benches.read("search", {"q": " django ", "gl": "CN", "tbs": "qdr:w", "num": "20", "secret": "x"})
    assert asked.facts == {
        "q": "django",
        "gl": "cn",
        "hl": "",
        "tbs": "qdr:w",
        "num": 20,
        "page": None,
        "method": "POST",
    }
    assert benches.read("search", {"q": "a", "tbs": "made up", "method": "GET"}).facts["tbs"] == ""


REFUSED = [
    ("embeddings", {"texts": []}, "texts"),
    ("embeddings", {"texts": "a text"}, "texts"),
    ("embeddings", {"texts": ["a"] * 501}, "texts"),
    ("embeddings", {"texts": ["a" * 250_001] * 2}, "texts"),
    ("embeddings", {"models": []}, "models"),
    ("embeddings", {"models": ["a", "b", "c"]}, "models"),
    ("embeddings", {"dimensions": "many"}, "dimensions"),
    ("embeddings", {"dimensions": 0}, "dimensions"),
    ("embeddings", {"dimensions": 1537}, "dimensions"),
    ("embeddings", {"models": ["text-embedding-ada-002"], "dimensions": 512}, "dimensions"),
    ("embeddings", {"models": ["text-embedding-3-large", "text-embedding-v1"], "dimensions": 512}, "dimensions"),
    ("rerank", {"query": " "}, "query"),
    ("rerank", {"model": None}, "model"),
    ("rerank", {"documents": ["", " "]}, "documents"),
    ("rerank", {"top_n": 3}, "top_n"),
    ("search", {"q": ""}, "q"),
    ("search", {"q": "a", "gl": "China!"}, "gl"),
    ("search", {"q": "a", "num": 101}, "num"),
]


@pytest.mark.parametrize(("kind", "changed", "field"), REFUSED)
def test_what_would_only_cost_money_is_refused_at_the_field(kind, changed, field):
    whole = {"embeddings": TEXTS, "rerank": RANK, "search": {"q": "a"}}[kind]
    benches.read(kind, whole)
    with pytest.raises(Refused) as raised:
        benches.read(kind, whole | changed)
    assert raised.value.field == field
    assert str(raised.value)


CSV = [
    (b'id,text\r\n1,A cat\r\n2,"A dog, asleep"\r\n', [("id", ["1", "2"]), ("text", ["A cat", "A dog, asleep"])]),
    ("标题;内容\n猫;睡觉\n".encode("gb18030"), [("标题", ["猫"]), ("内容", ["睡觉"])]),
    ("﻿text\nA cat\n".encode(), [("text", ["A cat"])]),
    ("a\tb\n".encode("utf-16"), [("Column 1", ["a"]), ("Column 2", ["b"])]),
    (b"A cat sleeps\nA dog barks\n", [("Column 1", ["A cat sleeps", "A dog barks"])]),
    (b'"two\nlines",x\n"one, line",\n', [("Column 1", ["two\nlines", "one, line"]), ("Column 2", ["x"])]),
]


@pytest.mark.parametrize(("content", "expected"), CSV)
def test_a_csv_file_gives_its_columns_whatever_its_form(content, expected):
    assert [(column.name, column.texts) for column in benches.columns(content)] == expected


def test_a_long_column_says_how_much_of_it_was_taken():
    (column,) = benches.columns(b"text\n" + b"a line\n" * 600)
    assert (len(column.texts), column.count) == (500, 600)


@pytest.mark.parametrize("content", [b"", b"\r\n \n", b"x" * 2_000_001])
def test_a_file_without_text_or_too_large_is_refused(content):
    with pytest.raises(Refused):
        benches.columns(content)
