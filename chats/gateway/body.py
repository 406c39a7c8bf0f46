"""Base64 and JSON in small steps, so that 60 MB of media never hold the interpreter's lock for long; no I/O."""

import json
from binascii import b2a_base64
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any
from uuid import uuid4

STEP = 192 * 1024  # of raw bytes; a multiple of 3, so that no padding falls inside


def base64_text(data: bytes, prefix: str = "") -> str:
    """`prefix` and `data` in base64, as one string."""
    view = memoryview(data)
    steps = (view[start : start + STEP] for start in range(0, len(data), STEP))
    return "".join([prefix, *(b2a_base64(step, newline=False).decode("ascii") for step in steps)])


def encoded(document: Mapping[str, Any]) -> list[bytes]:
    """`document` as JSON in pieces: long strings are taken out, the rest is written at once, then they come back."""
    mark = uuid4().hex
    long_texts: list[str] = []
    skeleton = _dumped(_without_long(document, mark, count(), long_texts))
    pieces: list[bytes] = []
    for n, text in enumerate(long_texts):
        before, skeleton = skeleton.split(f"{mark}:{n}:".encode(), 1)
        pieces += [before, *_escaped(text)]
    return [*pieces, skeleton]


def _without_long(value: Any, mark: str, numbers: Iterator[int], long_texts: list[str]) -> Any:
    if isinstance(value, str) and len(value) > STEP:
        long_texts.append(value)
        return f"{mark}:{next(numbers)}:"
    if isinstance(value, Mapping):
        return {key: _without_long(item, mark, numbers, long_texts) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_long(item, mark, numbers, long_texts) for item in value]
    return value


def _escaped(text: str) -> Iterator[bytes]:
    for start in range(0, len(text), STEP):
        yield _dumped(text[start : start + STEP])[1:-1]


def _dumped(value: Any) -> bytes:
    # A lone half of a surrogate pair, which a browser can send, has no UTF-8 form.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
