"""JSON bodies with media in them, written in small steps so that 60 MB never hold up the loop or lie about twice."""

import asyncio
import json
from binascii import b2a_base64
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

STEP = 192 * 1024  # of raw bytes; a multiple of 3, so that no padding falls inside


@dataclass(frozen=True, slots=True)
class Base64:
    """Where a document wants `prefix` and `data` in base64: bytes until they are sent."""

    data: bytes
    prefix: str = ""

    @property
    def size(self) -> int:
        return len(self.prefix) + (len(self.data) + 2) // 3 * 4

    def __iter__(self) -> Iterator[bytes]:
        yield self.prefix.encode()
        view = memoryview(self.data)
        for start in range(0, len(view), STEP):
            yield b2a_base64(view[start : start + STEP], newline=False)

    def __str__(self) -> str:
        return b"".join(self).decode("ascii")


class Body:
    """`document` as JSON, in which a Base64 is a string."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        mark = uuid4().hex
        media: list[Base64] = []

        def noted(value: Any) -> str:
            if not isinstance(value, Base64):
                raise TypeError(f"{type(value).__name__} is not for JSON")
            media.append(value)
            return mark

        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=noted)
        # A lone half of a surrogate pair, which a browser can send, has no UTF-8 form.
        first, *rest = text.encode("utf-8", "replace").split(mark.encode())
        self._pieces: list[bytes | Base64] = [first]
        for medium, piece in zip(media, rest, strict=True):
            self._pieces += [medium, piece]
        self.size = sum(piece.size if isinstance(piece, Base64) else len(piece) for piece in self._pieces)

    @property
    def content(self) -> bytes | AsyncIterator[bytes]:
        """For one sending: at once where it is small, else in steps."""
        return b"".join(self) if self.size <= STEP else self._in_steps()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Base64):
                yield from piece
            else:
                yield piece

    async def _in_steps(self) -> AsyncIterator[bytes]:
        for step in self:
            yield step
            await asyncio.sleep(0)  # a quick connection would take all of it in one go
