"""The words of office documents and books: ZIPs of XML; called when a document is made text."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from django.utils.translation import gettext_noop as _

from chats.media.errors import Unreadable

MEMBER_BYTES = 64 * 1024**2  # unpacked; a ZIP can promise far more than it weighs
_BREAKS = frozenset({"p", "h", "br", "tr", "row", "table-row", "h1", "h2", "h3", "li", "div"})
_TABS = frozenset({"tab", "tc", "table-cell", "c"})
_WORDS = re.compile(
    r"word/document\.xml|ppt/slides/slide\d+\.xml|xl/worksheets/sheet\d+\.xml|content\.xml|.*\.x?html?", re.IGNORECASE
)


def text(path: Path, limit: int) -> str:
    """All words in reading order, lines where paragraphs or rows end, tabs between cells."""
    try:
        with zipfile.ZipFile(path) as bundle:
            shared = _shared_strings(bundle)
            found = "\n\n".join(_words(_root(bundle, name), shared) for name in _members(bundle))
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError) as e:
        raise Unreadable(_("The words of this document could not be taken out.")) from e
    return re.sub(r"\n{3,}", "\n\n", found).strip()[:limit]


def _members(bundle: zipfile.ZipFile) -> list[str]:
    def place(name: str) -> list:
        return [int(piece) if piece.isdigit() else piece for piece in re.split(r"(\d+)", name)]

    return sorted((name for name in bundle.namelist() if _WORDS.fullmatch(name)), key=place)


def _root(bundle: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if bundle.getinfo(name).file_size > MEMBER_BYTES:
        raise Unreadable(_("The document is too large to be made text."))
    content = bundle.read(name)
    if b"<!ENTITY" in content:
        raise Unreadable(_("The words of this document could not be taken out."))
    return ElementTree.fromstring(content)  # noqa: S314, entities are refused above


def _shared_strings(bundle: zipfile.ZipFile) -> list[str]:
    """Sheets name their texts by number."""
    name = "xl/sharedStrings.xml"
    if name not in bundle.namelist():
        return []
    return ["".join(item.itertext()) for item in _root(bundle, name)]


def _words(root: ElementTree.Element, shared: list[str]) -> str:
    return "".join(_pieces(root, shared))


def _pieces(element: ElementTree.Element, shared: list[str]) -> Iterator[str]:
    name = element.tag.rpartition("}")[2]
    if name in ("style", "script", "head"):
        return
    if name == "c" and element.get("t") == "s":
        value = next((child.text or "" for child in element if child.tag.endswith("}v")), "")
        yield (shared[int(value)] if value.isdigit() and int(value) < len(shared) else "") + "\t"
        return
    yield element.text or ""
    for child in element:
        yield from _pieces(child, shared)
        yield (child.tail or "").strip("\n") if isinstance(child.tag, str) else ""
    yield "\n" if name in _BREAKS else "\t" if name in _TABS else ""
