"""Who signed what, and what a prompt cache may claim to hold."""

import pytest

from chats.gateway.sandbox import signing
from chats.gateway.sandbox.caching import LONG_S, SHORT_S, Cached, Piece, Prefixes, shared_out
from chats.gateway.sandbox.leading import query_of, wants_search


@pytest.mark.parametrize("text", ["A thought", "", "想法 🙂", "half \ud83d a pair"])
def test_only_the_same_text_of_the_same_model_is_signed(text):
    signature = signing.sign("claude", text, "hidden")
    assert signing.is_signed("claude", text, signature)
    assert not signing.is_signed("claude", text + " ", signature)
    assert not signing.is_signed("other", text, signature)
    assert not signing.is_signed("claude", text, signature[:-4] + "AAA=")
    assert not signing.is_signed("claude", text, "")


def test_a_sealed_text_is_unreadable_and_opens_for_its_owner_alone():
    sealed = signing.seal("gpt", "what was thought")
    assert signing.opened("gpt", sealed) == "what was thought"
    assert "thought" not in sealed
    assert [signing.opened(*pair) for pair in (("other", sealed), ("gpt", sealed[4:]), ("gpt", "not base64!"))] == [
        None
    ] * 3


def test_the_name_of_a_call_tells_its_own_model_whether_a_thought_went_before():
    thought, bare = (signing.call_id("toolu_", "seed", "claude", has) for has in (True, False))
    assert thought != bare
    assert [signing.has_thought(name, "toolu_", "claude") for name in (thought, bare, "toolu_strange", "")] == [
        True,
        False,
        False,
        False,
    ]
    assert not signing.has_thought(thought, "toolu_", "other")


def test_a_cache_reads_the_longest_beginning_it_holds_and_writes_the_rest():
    cache = Prefixes()
    first = [Piece("tools", 10, LONG_S), Piece("system", 20), Piece("hello", 5, SHORT_S)]
    assert cache.used("key", first) == Cached(0, 35, 10)
    longer = [*first[:2], Piece("hello", 5), Piece("answer", 7), Piece("more", 3, SHORT_S)]
    assert cache.used("key", longer) == Cached(35, 10, 0)
    assert cache.used("key", [first[0], Piece("other", 20, SHORT_S)]) == Cached(10, 20, 0)
    assert cache.used("another key", first) == Cached(0, 35, 10)
    assert cache.used("key", [Piece("unmarked", 10)]) == Cached()
    assert cache.used("key", [Piece("short", 10, SHORT_S)] * 2, least=15) == Cached(0, 20, 0)


def test_pieces_sum_up_to_the_whole_whoever_was_not_counted():
    contents = [("a", 3, 0.0), ("picture", None, 0.0), ("film", None, 0.0)]
    assert [piece.tokens for piece in shared_out(contents, 100)] == [3, 49, 48]
    assert [piece.tokens for piece in shared_out([("a", 3, 0.0), ("b", 4, 0.0)], 10)] == [3, 7]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Search for paper boats", "paper boats"),
        ("please search the web for tea history?", "tea history"),
        ("请在网上搜索一下 茶的历史。", "茶的历史"),
        ("What is the latest news on whales?", "What is the latest news on whales"),
    ],
)
def test_what_is_to_be_looked_for_is_told_without_the_asking(text, query):
    assert wants_search(text)
    assert query_of(text) == query
    assert not wants_search("Hello")
