"""How Chinese names sound, for the search: `python -m chats.catalog.pinyin` writes pinyin.json after a new name.

Kept as a file because pypinyin's tables take 57 MB of memory, half of what a web process may use.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .spec import ModelSpec

FILE = Path(__file__).parent / "pinyin.json"
HAN = re.compile(r"[\u4e00-\u9fff]+")


def sounds(text: str) -> Iterator[str]:
    """For each Chinese word in `text` its initials and its whole spelling."""
    for word in HAN.findall(text):
        yield from _known().get(word, ())


def names(spec: ModelSpec) -> tuple[str, ...]:
    """Everything a person may call the model."""
    own = (spec.model, spec.label, spec.label_zh, spec.vendor_label, spec.vendor_zh)
    return tuple(dict.fromkeys(filter(None, (*own, *spec.aliases, *spec.variants, *spec.words))))


@cache
def _known() -> dict[str, list[str]]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def spelled() -> dict[str, list[str]]:
    """What pinyin.json has to hold."""
    from pypinyin import Style, lazy_pinyin

    from . import listed

    words = {word for spec in listed() for name in names(spec) for word in HAN.findall(name)}
    return {
        word: ["".join(lazy_pinyin(word, style=Style.FIRST_LETTER)), "".join(lazy_pinyin(word))]
        for word in sorted(words)
    }


if __name__ == "__main__":
    lines = [f"{json.dumps(word, ensure_ascii=False)}: {json.dumps(both)}" for word, both in spelled().items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
