"""PDF by PDFium: pages, the first one as a picture, the words; runs in a worker, one document at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from django.utils.translation import gettext_noop as _

from chats.media.errors import Unreadable
from chats.media.pictures import POSTER_PX, encoded

_pdfium = Lock()  # PDFium is not safe for threads (pypdfium2's README)


@contextmanager
def opened(path: Path) -> Iterator:
    import pypdfium2

    with _pdfium:
        try:
            document = pypdfium2.PdfDocument(str(path))
        except pypdfium2.PdfiumError as e:
            is_locked = "password" in str(e).lower()
            said = _("The document asks for a password.") if is_locked else _("The document could not be read.")
            raise Unreadable(said) from e
        try:
            yield document
        finally:
            document.close()


def pages_and_poster(path: Path) -> tuple[int, bytes | None]:
    with opened(path) as document:
        return len(document), _poster(document) if len(document) else None


def _poster(document) -> bytes:
    page = document[0]
    width, height = page.get_size()
    scale = min(3.0, POSTER_PX / max(width, height, 1))
    return encoded(page.render(scale=scale).to_pil(), 80)


def text(path: Path, limit: int) -> str:
    """The document's words, page by page, until `limit` letters; empty for a scan."""
    with opened(path) as document:
        found, length = [], 0
        for page in document:
            words = page.get_textpage().get_text_range().replace("\r\n", "\n").strip()
            found.append(words)
            length += len(words)
            if length > limit:
                break
    return "\n\n".join(filter(None, found))[:limit]
