"""Reads a document and says what is measurable: pages of a PDF, characters and first words of a text."""

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from chats.gateway.sandbox.pieces import count

PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
BOX = re.compile(rb"/MediaBox\s*\[\s*([\d.+-]+)\s+([\d.+-]+)\s+([\d.+-]+)\s+([\d.+-]+)")
STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
UNPACKED_BYTES = 16 * 1024 * 1024
FIRST_WORDS = 12
MM_PER_POINT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`kind`: pdf (`pages`, `page_mm`), text (`characters` and the rest) or binary."""

    kind: str
    name: str
    size_bytes: int
    pages: int = 0
    page_mm: tuple[int, int] | None = None
    characters: int = 0
    lines: int = 0
    words: int = 0
    first_words: str = ""
    encoding: str = ""
    tokens: int = 0


def measure(data: bytes, name: str) -> FileFacts:
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return _pdf(data, name)
    decoded = _decoded(data)
    if decoded is None:
        return FileFacts("binary", name, len(data))
    return _text(*decoded, name, len(data))


def _pdf(data: bytes, name: str) -> FileFacts:
    """By its page objects, also where newer writers pack them into object streams."""
    plain = data + b"".join(_object_streams(data))
    boxes = Counter(tuple(map(float, match.groups())) for match in BOX.finditer(plain))
    size = None
    if boxes:
        left, bottom, right, top = boxes.most_common(1)[0][0]
        size = round((right - left) * MM_PER_POINT), round((top - bottom) * MM_PER_POINT)
    return FileFacts("pdf", name, len(data), pages=len(PAGE.findall(plain)), page_mm=size)


def _object_streams(data: bytes) -> Iterator[bytes]:
    left = UNPACKED_BYTES
    for match in STREAM.finditer(data):
        unpacker = zlib.decompressobj()
        try:
            found = unpacker.decompress(data[match.end() :], left)
        except zlib.error:  # another filter than Flate
            continue
        left -= len(found)
        yield b"\n" + found
        if left <= 0:
            return


def _decoded(data: bytes) -> tuple[str, str] | None:
    candidates = ("utf-16",) if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    if b"\0" in data[:4096] and candidates[0] != "utf-16":
        return None
    for encoding in candidates:
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    return None


def _text(text: str, encoding: str, name: str, size_bytes: int) -> FileFacts:
    words = text.split()
    return FileFacts(
        kind="text",
        name=name,
        size_bytes=size_bytes,
        characters=len(text),
        lines=len(text.splitlines()),
        words=len(words),
        first_words=" ".join(words[:FIRST_WORDS])[:120],
        encoding=encoding,
        tokens=count(text),
    )
