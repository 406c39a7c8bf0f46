"""Kinds and shapes of what models made, for chats/gallery/."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chats.models import Attachment

register = template.Library()

MANY = {"image": _("Pictures"), "video": _("Films"), "audio": _("Sounds"), "world": _("Worlds")}
ONE = {"image": _("Picture"), "video": _("Film"), "audio": _("Sound"), "world": _("World")}
ICONS = {"image": "icon-image", "video": "icon-film", "audio": "icon-audio-lines", "world": "icon-globe"}
WIDEST, NARROWEST = 2.6, 0.45  # width by height that a row bears
WITHOUT = {"audio": 1.6, "world": 1.6}  # ratio where there is nothing to see
HEIGHT = 320  # px; of the thumbnail's attributes


@register.filter
def kind_words(kind: str) -> str:
    return str(MANY[kind])


@register.filter
def kind_word(kind: str) -> str:
    return str(ONE.get(kind, kind))


@register.filter
def piece_icon(attachment: Attachment) -> str:
    return ICONS.get(getattr(attachment, "shown_kind", attachment.kind), "icon-file-text")


@register.simple_tag
def tile_shape(attachment: Attachment) -> tuple[int, int, str]:
    """Width, height and ratio of a tile; very long pictures are cut, and seen whole in the details."""
    ratio = WITHOUT.get(attachment.kind, 1.0)
    if attachment.width and attachment.height:
        ratio = max(NARROWEST, min(WIDEST, attachment.width / attachment.height))
    return round(HEIGHT * ratio), HEIGHT, f"{ratio:.3f}"


@register.simple_tag
def source_address(file: Attachment) -> str:
    """To its own details where a model made it, else to the file."""
    if getattr(file, "made_as", None):
        return reverse("chats:gallery-item", args=[file.pk])
    return reverse("chats:attachment_file", args=[file.pk])
