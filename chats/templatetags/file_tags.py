"""Sizes, lengths and facts of files as people read them; for chats/parts/_attachment.html and its pieces."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chats.media.frames import SHEET_COLUMNS
from chats.models import Attachment

register = template.Library()

SIZES = ("B", "KB", "MB", "GB", "TB")
UNKNOWN = "–"


@register.filter
def size(size_bytes: int | None) -> str:
    """12 MB, 1.2 GB; as lib/measures.js writes them."""
    if not size_bytes:
        return UNKNOWN
    value, unit = float(size_bytes), 0
    while value >= 1000 and unit < len(SIZES) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {SIZES[unit]}" if value < 10 and unit else f"{value:.0f} {SIZES[unit]}"


@register.filter
def length(duration_s: float | None) -> str:
    """0:42, 12:05, 1:02:09; as lib/measures.js writes them."""
    if duration_s is None:
        return UNKNOWN
    minutes, seconds = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


@register.filter
def facts(attachment: Attachment) -> str:
    """One line under the name: length, pages, sides, size, whatever is known."""
    found = [_length(attachment), _pages(attachment), _sides(attachment)]
    if attachment.size_bytes:
        found.append(size(attachment.size_bytes))
    return " · ".join(filter(None, found))


def _length(attachment: Attachment) -> str:
    return "" if attachment.duration_s is None else length(attachment.duration_s)


def _pages(attachment: Attachment) -> str:
    if not attachment.pages:
        return ""
    if attachment.is_frames:
        return ngettext("%(count)s picture", "%(count)s pictures", attachment.pages) % {"count": attachment.pages}
    return ngettext("%(count)s page", "%(count)s pages", attachment.pages) % {"count": attachment.pages}


def _sides(attachment: Attachment) -> str:
    return f"{attachment.width} × {attachment.height}" if attachment.width else ""


@register.filter
def format_name(attachment: Attachment) -> str:
    """PDF, CSV, ZIP: what the row's little sheet of paper says."""
    suffix = attachment.name.rpartition(".")[2] if "." in attachment.name else ""
    return (attachment.container or suffix)[:5].upper()


@register.filter
def host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


@register.simple_tag
def shown_shape(attachment: Attachment) -> tuple[int, int]:
    """Width and height of what stands in the row: the picture, or the sheet of a film's pictures (media/frames.py)."""
    width, height = attachment.width or 4, attachment.height or 3
    if not attachment.is_frames:
        return width, height
    count = min(attachment.pages or 1, SHEET_COLUMNS**2)
    return width * min(count, SHEET_COLUMNS), height * -(-count // SHEET_COLUMNS)


@register.simple_tag
def receipt_kind(kind: str) -> str:
    """What tokens were counted as."""
    return {"image": _("picture"), "video": _("video"), "audio": _("sound")}.get(kind, kind)
