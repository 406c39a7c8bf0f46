"""Where in the parts of a reply a place of the answer's text lies, as browsers count."""

from typing import Any, Protocol


class Written(Protocol):
    """What is needed of a DraftPart."""

    @property
    def text(self) -> str: ...


def utf16_length(text: str) -> int:
    """As JavaScript counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Spots:
    """Of one call: vendors count the characters of its whole answer, a page counts UTF-16 units of each part."""

    def __init__(self) -> None:
        self._pieces: list[tuple[int, int, int]] = []  # part, its characters before the piece, answer's before it
        self._said = 0

    def said(self, index: int, part: Written, text: str) -> None:
        """`text` was appended to `part`, which is the one at `index`."""
        if not self._pieces or self._pieces[-1][0] != index:
            self._pieces.append((index, len(part.text) - len(text), self._said))
        self._said += len(text)

    def at(self, place: int | None, parts: list[Any]) -> list[int] | None:
        """[part, UTF-16 offset] of `place` characters into the answer; None where nobody said."""
        if place is None or not self._pieces:
            return None
        place = max(0, min(place, self._said))
        index, before, start = next(p for p in reversed(self._pieces) if p[2] < place or p is self._pieces[0])
        return [index, utf16_length(parts[index].text[: before + place - start])]
