"""Makes collected scripts and style sheets small: without comments and indentation, and beside each a .gz and a .br.

Called by the storage when static files are collected; what stands in the source tree stays as it was written. Line
ends stay too, so that a script means what it meant: no semicolon that JavaScript adds by itself is lost.
"""

import gzip
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli

TEXTS = {".js", ".mjs", ".css", ".svg"}
WHOLE = re.compile(r"\.min\.m?js$|/chunks/")  # their makers have done it
# Lazy or rare, and large: brotli would take longer than it saves.
LARGE = re.compile(r"(?:^|/)(?:vendor/(?:mermaid|katex|@highlightjs)|admin)/")
SHEET_COMMENT = re.compile(r"/\*.*?\*/", re.S)
SPACE = re.compile(r"\s+")
EDGE = re.compile(r" ?([{};,]) ?")
TOKEN = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*.*?\*/ )
    | (?P<string> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
    | (?P<regex> /(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]* )
    | (?P<space> \s+ )
    | (?P<word> [\w$\#]+ )
    | (?P<sign> . )
    """,
    re.S | re.X,
)
TEMPLATE_TEXT = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*(?P<end>`|\$\{)", re.S)
BEFORE_REGEX = {"return", "typeof", "case", "of", "in", "do", "else", "await", "yield", "delete", "void"}


def squeeze(path: Path) -> None:
    """Shortens a script or sheet in place; one that is short already stays as it is."""
    if WHOLE.search(str(path)) or path.suffix not in (".js", ".css"):
        return
    text = path.read_text()
    small = squeezed_sheet(text) if path.suffix == ".css" else squeezed_script(text)
    if small != text:
        path.write_text(small)


def squeezed_sheet(text: str) -> str:
    """Strings hold neither comments nor runs of spaces in our sheets; spaces around + and > stay, for calc()."""
    return EDGE.sub(r"\1", SPACE.sub(" ", SHEET_COMMENT.sub("", text))).strip()


def squeezed_script(text: str) -> str:
    return "".join(_Script(text).pieces()).strip() + "\n"


class _Script:
    """Reads JavaScript just so far as to know comments and spaces from strings, templates and regular expressions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.before = ""  # the last piece that is neither space nor comment
        self.gap = ""  # what is left of the spaces and comments since then

    def pieces(self, is_inner: bool = False) -> Iterator[str]:
        """Up to the end, or up to the brace that closes `${` in a template."""
        depth = 0
        while self.at < len(self.text):
            kind, piece = self._next()
            if kind in ("comment", "space"):
                self.gap = "\n" if "\n" in self.gap + piece else " "
                continue
            yield self.gap
            yield piece
            self.before, self.gap = piece, ""
            depth += {"{": 1, "}": -1}.get(piece, 0)
            if piece == "`":
                yield from self._template()
            elif is_inner and depth < 0:
                return

    def _next(self) -> tuple[str, str]:
        found = TOKEN.match(self.text, self.at)
        assert found  # `.` matches whatever is left
        kind, piece = str(found.lastgroup), found[0]
        if kind == "regex" and not self._may_be_regex():
            kind, piece = "sign", "/"
        self.at += len(piece)
        return kind, piece

    def _may_be_regex(self) -> bool:
        """After a value `/` divides; after anything else a regular expression begins."""
        return self.before in BEFORE_REGEX or not re.search(r"[\w$)\]}\"'`]$", self.before)

    def _template(self) -> Iterator[str]:
        """The text of a template is left alone; what stands in `${}` is code, perhaps with templates of its own."""
        while found := TEMPLATE_TEXT.match(self.text, self.at):
            self.at = found.end()
            yield found[0]
            self.before = found["end"]
            if found["end"] == "`":
                return
            yield from self.pieces(is_inner=True)


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
