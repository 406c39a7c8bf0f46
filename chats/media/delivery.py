"""A file as the part of a prompt that fit() chose for it: bytes, an address, frames or words; called in a thread."""

import io
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import gettext_noop as _

from chats.catalog import ModelSpec
from chats.catalog.fit import Fit
from chats.gateway.values import Part
from chats.media import fetch, links, stored
from chats.media.errors import MediaError
from chats.media.sniff import HEAD_BYTES, decode, sniff

LETTER_BYTES = 4  # at most, in UTF-8


class Deliverable(Protocol):
    """What is needed of an attachment."""

    pk: int
    kind: Any  # one of gateway.values.Kind
    name: str
    content_type: str
    remote_url: str
    frame_rate: float | None
    file: Any
    preview: Any


def deliver(attachment: Deliverable, fit: Fit, spec: ModelSpec) -> Part:
    """Blocking; raises MediaError when the bytes cannot be had."""
    return _FORMS[fit.form](attachment)


def _as_data(attachment: Deliverable) -> Part:
    content = _fetched(attachment) if attachment.remote_url else _read(_sent(attachment).name)
    content_type = _sent_type(attachment, content)
    source = "" if attachment.remote_url else _sent(attachment).name
    if content_type == "image/jpeg" and (upright := _upright(content)) is not content:
        content, source = upright, ""
    return Part(attachment.kind, data=content, content_type=content_type, source=source, name=attachment.name)


def _as_url(attachment: Deliverable) -> Part:
    url = attachment.remote_url or links.signed(attachment.pk, attachment.name, _is_preview_sent(attachment))
    content_type = "image/jpeg" if _is_preview_sent(attachment) else attachment.content_type
    return Part(attachment.kind, url=url, content_type=content_type, name=attachment.name)


def _as_frames(attachment: Deliverable) -> Part:
    from chats.media import frames

    with stored.local_copy(attachment.file.name) as path:
        pictures = frames.unpack(path, settings.MAX_INLINE_BYTES)
    return Part("frames", frames=pictures, fps=attachment.frame_rate, name=attachment.name)


def _as_text(attachment: Deliverable) -> Part:
    """The words under the name of their file, so that a question can speak of it."""
    limit = settings.MAX_TEXT_CHARACTERS
    head = _fetched(attachment) if attachment.remote_url else _head(attachment.file.name, limit * LETTER_BYTES)
    words = decode(head)
    if words is None:
        raise MediaError(_("The file is not text."))
    if len(words) > limit:
        words = f"{words[:limit]}\n[cut here: the file goes on]"
    return Part("text", text=f'<file name="{attachment.name}">\n{words}\n</file>', name=attachment.name)


_FORMS = {"data": _as_data, "url": _as_url, "frames": _as_frames, "text": _as_text}


def _is_preview_sent(attachment: Deliverable) -> bool:
    """A picture that models do not read, such as HEIC, goes as the JPEG made of it: nothing of its meaning is lost."""
    return attachment.kind == "image" and bool(attachment.preview)


def _sent(attachment: Deliverable):
    return attachment.preview if _is_preview_sent(attachment) else attachment.file


def _sent_type(attachment: Deliverable, content: bytes) -> str:
    if attachment.remote_url or _is_preview_sent(attachment):
        return sniff(content[:HEAD_BYTES], attachment.name).content_type
    return attachment.content_type


def _read(name: str) -> bytes:
    try:
        return stored.read(name, settings.MAX_INLINE_BYTES)
    except (OSError, ValueError) as e:
        raise MediaError(_("The file could not be read.")) from e


def _head(name: str, limit_bytes: int) -> bytes:
    try:
        return b"".join(stored.pieces(name, 0, limit_bytes))
    except OSError as e:
        raise MediaError(_("The file could not be read.")) from e


def _fetched(attachment: Deliverable) -> bytes:
    target = io.BytesIO()
    fetch.download(attachment.remote_url, target, settings.MAX_INLINE_BYTES)
    return target.getvalue()


def _upright(content: bytes) -> bytes:
    """Vendors look at pixels, not at the camera's note which way up they are."""
    from chats.media import pictures

    with pictures.opened(io.BytesIO(content)) as image:
        if not pictures.is_turned(image):
            return content
        return pictures.jpeg(pictures.upright(image), 95)
