"""Texts out of a CSV file of any of the usual encodings and separators; nothing of it is kept."""

import csv
import io
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .asked import MOST_TEXTS, Refused

LARGEST_BYTES = 2_000_000
MOST_COLUMNS = 50
SEPARATORS = ",;\t|"
ENCODINGS = ("utf-8-sig", "gb18030")  # spreadsheets in China save the latter


@dataclass(frozen=True)
class Column:
    """`count` texts are in it, of which `texts` are as many as a bench takes."""

    name: str
    texts: list[str]
    count: int


def columns(content: bytes) -> list[Column]:
    """Those that hold any text. Raises Refused."""
    if len(content) > LARGEST_BYTES:
        raise Refused("csv", _("This file is too large: at most 2 MB."))
    rows = _rows(_decoded(content))
    if not rows:
        raise Refused("csv", _("There is no text in this file."))
    width = min(max(map(len, rows)), MOST_COLUMNS)
    heads = rows[0] if _has_heads(rows) else []
    cells = rows[1:] if heads else rows
    return [found for place in range(width) if (found := _column(place, heads, cells)).texts]


def _column(place: int, heads: list[str], rows: list[list[str]]) -> Column:
    texts = [text for row in rows if (text := row[place].strip() if place < len(row) else "")]
    name = heads[place].strip() if place < len(heads) else ""
    return Column(name or _("Column %(number)s") % {"number": place + 1}, texts[:MOST_TEXTS], len(texts))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _rows(text: str) -> list[list[str]]:
    try:
        rows = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=_separator(text), strict=False)
        return [row for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Refused("csv", _("This file is no CSV: %(why)s") % {"why": error}) from error


def _separator(text: str) -> str:
    """Of the first line, outside of quotes; the csv module's own guess is fooled by sentences."""
    line = text.lstrip("\r\n").partition("\n")[0]
    outside = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def _has_heads(rows: list[list[str]]) -> bool:
    """Names of columns: several, short, all different, none of them a number. A list of one column is all texts,
    unless it says so itself."""
    heads = [cell.strip() for cell in rows[0]]
    if len(rows) < 2 or not all(heads) or len({head.lower() for head in heads}) < len(heads):
        return False
    if len(heads) == 1:
        return heads[0].lower() in ("text", "texts", "content", "document", "sentence", "title", "文本", "内容", "标题")
    return all(len(head) <= 40 and "\n" not in head and not head.replace(".", "").isdigit() for head in heads)
