"""A first title, made at once from the first turn in its own words, without a call and so for nothing."""

import re
from collections.abc import Sequence

LONGEST = 60
_MARKS = re.compile(r"^[#>*\-\s`]+|[`*]+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)")  # not those inside a name
_SENTENCE = re.compile(r"(?<=[.!?])\s|(?<=[。！？])")


def title_from(text: str, names: Sequence[str]) -> str:
    """The first sentence of the first line with words in it, cut at a word; else the first file's name."""
    for line in text.splitlines():
        plain = _MARKS.sub("", line).strip()
        if plain:
            return _cut(_SENTENCE.split(plain, maxsplit=1)[0].strip())
    return names[0][:LONGEST] if names else ""


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    head = text[:LONGEST]
    at = head.rfind(" ")
    return (head[:at] if at > LONGEST // 2 else head).rstrip(" ,;:，、；：") + "…"
