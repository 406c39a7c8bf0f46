"""What a text is about, as numbers: its words, their pieces and their meanings, hashed into a vector of length one."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

from chats.gateway.sandbox.corpus import EMPTY, HAN, LATIN, words_of

SYNONYMS = Path(__file__).with_name("synonyms.txt")
SPREAD = 32  # places of a vector that one feature moves
MOST_CHARACTERS = 40_000
BASELINE = 0.35  # what all texts have in common, so that no vector is empty
WEIGHTS = {"meaning": 3.0, "theme": 1.4, "word": 1.2, "piece": 0.35}


def vector(text: str, dimensions: int, size: int) -> list[float]:
    """`size` is the model's own; fewer `dimensions` are its first ones, made as long as before."""
    sums = [0.0] * size
    for feature, weight in weighed(text).items():
        for place, sign in _places(feature):
            sums[place % size] += weight * sign
    kept = sums[:dimensions]
    length = math.sqrt(sum(number * number for number in kept)) or 1.0
    if length == 1.0 and not any(kept):
        kept[0] = 1.0
    return [number / length for number in kept]


def weighed(text: str) -> dict[str, float]:
    """The features of a text; often does not mean so many times as much."""
    counted = Counter(_features(text[:MOST_CHARACTERS]))
    weights = {name: WEIGHTS[name.partition(":")[0]] * math.sqrt(count) for name, count in counted.items()}
    return weights | {"all": BASELINE * math.sqrt(sum(weight * weight for weight in weights.values()) or 1.0)}


def meanings(text: str) -> set[str]:
    """The groups of words with one meaning that a text touches."""
    return {found for found, _ in _meanings(text.lower())}


def similarity(one: str, other: str) -> float:
    """The cosine of the two, without what all texts have in common; 0 to 1."""
    left, right = weighed(one), weighed(other)
    shared = sum(left[name] * right[name] for name in left.keys() & right.keys() - {"all"})
    lengths = [math.sqrt(sum(v * v for name, v in side.items() if name != "all")) or 1.0 for side in (left, right)]
    return shared / (lengths[0] * lengths[1])


def covered(query: str, text: str) -> float:
    """How much of what the query is about stands in the text, 0 to 1."""
    wanted, held = weighed(query), weighed(text)
    names = [name for name in wanted if name != "all" and not name.startswith("piece:")]
    whole = sum(wanted[name] for name in names)
    return sum(wanted[name] for name in names if name in held) / whole if whole else 0.0


def _features(text: str) -> Iterator[str]:
    lowered = text.lower()
    for word in words_of(lowered):
        yield f"word:{word}"
        yield from (f"piece:{piece}" for piece in _pieces(word))
    yield from (f"piece:{character}" for run in HAN.findall(lowered) for character in run)
    for meaning, theme in _meanings(lowered):
        yield f"meaning:{meaning}"
        yield f"theme:{theme}"


def _pieces(word: str) -> Iterator[str]:
    """Letters in threes and fours, the word's ends marked: misspelt words stay near."""
    marked = f"<{word}>"
    for size in (3, 4):
        yield from (marked[at : at + size] for at in range(len(marked) - size + 1))


def _meanings(lowered: str) -> Iterator[tuple[str, str]]:
    latin, han = _groups()
    for word in LATIN.findall(lowered):
        if word in latin and word not in EMPTY:
            yield latin[word]
    for run in HAN.findall(lowered):
        yield from _of_run(run, han)


def _of_run(run: str, han: dict[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The longest word at each place."""
    at = 0
    while at < len(run):
        length = next((size for size in (4, 3, 2, 1) if run[at : at + size] in han and at + size <= len(run)), 0)
        if length:
            yield han[run[at : at + length]]
        at += length or 1


@cache
def _groups() -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """Each Latin and each Han word with the first word of its group and its theme."""
    found: dict[str, tuple[str, str]] = {}
    for line in SYNONYMS.read_text("utf-8").splitlines():
        theme, colon, groups = line.partition(":")
        if not colon or theme.startswith("#"):
            continue
        for words in (group.split() for group in groups.split("|")):
            found |= {word: (words[0], theme) for word in words}
    is_han = re.compile(HAN.pattern)
    return (
        {word: group for word, group in found.items() if not is_han.match(word)},
        {word: group for word, group in found.items() if is_han.match(word)},
    )


@lru_cache(maxsize=65536)
def _places(feature: str) -> Sequence[tuple[int, int]]:
    """Where a feature goes and with which sign: the same in each process."""
    chance = hashlib.shake_256(feature.encode("utf-8", "replace")).digest(SPREAD * 3)
    return [
        (int.from_bytes(chance[at : at + 2], "big"), 1 if chance[at + 2] & 1 else -1) for at in range(0, len(chance), 3)
    ]
