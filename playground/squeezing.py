"""Makes collected scripts and style sheets small: without comments and indentation, and beside each a .gz and a .br.

Called by the storage when static files are collected; what stands in the source tree stays as it was written.
"""

import gzip
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import rjsmin

TEXTS = {".js", ".mjs", ".css", ".svg"}
WHOLE = re.compile(r"\.min\.m?js$|/chunks/")  # their makers have done it
# Lazy or rare, and large: brotli would take longer than it saves.
LARGE = re.compile(r"(?:^|/)(?:vendor/(?:mermaid|katex|@highlightjs)|admin)/")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
SPACE = re.compile(r"\s+")
EDGE = re.compile(r" ?([{};,]) ?")


def squeeze(path: Path) -> None:
    """Shortens a script or sheet in place; one that is short already stays as it is."""
    if WHOLE.search(str(path)) or path.suffix not in (".js", ".css"):
        return
    text = path.read_text()
    small = squeezed_sheet(text) if path.suffix == ".css" else rjsmin.jsmin(text)
    if small != text:
        path.write_text(small)


def squeezed_sheet(text: str) -> str:
    """Strings hold neither comments nor runs of spaces in our sheets; spaces around + and > stay, for calc()."""
    return EDGE.sub(r"\1", SPACE.sub(" ", COMMENT.sub("", text))).strip()


def is_large(name: str) -> bool:
    return bool(LARGE.search(name))


def compress(paths: Iterable[Path]) -> None:
    with ThreadPoolExecutor() as threads:  # both libraries let go of the interpreter while they work
        list(threads.map(_compress, paths))


def _compress(path: Path) -> None:
    if path.suffix not in TEXTS:
        return
    data = path.read_bytes()
    _write(path, ".gz", gzip.compress(data, 9, mtime=0), len(data))
    if not is_large(str(path)):
        _write(path, ".br", brotli.compress(data), len(data))


def _write(path: Path, ending: str, data: bytes, size_bytes: int) -> None:
    if len(data) < size_bytes * 0.95:
        path.with_name(path.name + ending).write_bytes(data)
