"""Looking into files once their bytes are safe; called in a worker, may run twice, each time claims the row."""

import datetime
import logging
from functools import partial
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from chats import broadcasts
from chats.media import encode, fetch, pictures, stored
from chats.media.errors import MediaError, Refused
from chats.media.probe import Probed
from chats.media.probe import probe as look_into
from chats.models import Attachment

from .arriving import kind_of, take_over

log = logging.getLogger(__name__)

CLAIM = datetime.timedelta(minutes=10)  # a worker that is silent for longer is gone
UNCLAIMED = datetime.timedelta(minutes=1)  # a queue in memory forgets when its process ends
PREVIEW_MOST_S = 30 * 60  # a longer film is not converted unasked
REMOTE_BYTES = 20 * 1024**2  # of a picture or document by address, for its facts and poster
PREVIEW_SIDE = 1280

LOST = gettext_noop("The bytes of this file are gone. Upload it again.")
BROKEN = gettext_noop("The file could not be examined; it is kept as it is.")


def probe(attachment_id: int) -> None:
    """Reads kind, sizes, length, poster and waveform into the row, then makes a preview where browsers need one."""
    attachment = claim(attachment_id)
    if attachment is None:
        return
    if attachment.remote_url:
        _look_from_afar(attachment)
        return
    try:
        if not attachment.file:
            take_over(attachment)
        with stored.local_copy(str(attachment.file.name)) as path:
            examine(attachment, path)
    except OSError as e:
        log.warning("Attachment %s has no bytes: %s", attachment_id, e)
        settle(attachment, state=Attachment.State.FAILED, failure=LOST)


def claim(attachment_id: int) -> Attachment | None:
    """The row, if it waits and no other worker has it."""
    unclaimed = Q(claimed_at__isnull=True) | Q(claimed_at__lt=timezone.now() - CLAIM)
    waiting = Attachment.objects.filter(unclaimed, pk=attachment_id, state=Attachment.State.PROBING)
    if not waiting.update(claimed_at=timezone.now()):
        return None
    return Attachment.objects.get(pk=attachment_id)


def forgotten() -> QuerySet[Attachment]:
    """Rows that wait although their worker, or the queue that should have named them, is gone; to be queued again."""
    now = timezone.now()
    silent = Q(claimed_at__lt=now - CLAIM) | Q(claimed_at__isnull=True, created_at__lt=now - UNCLAIMED)
    return Attachment.objects.filter(silent, state=Attachment.State.PROBING, deleted_at__isnull=True)


def examine(attachment: Attachment, path: Path, found: Probed | None = None) -> None:
    """`found`: what is known already of a file that we made."""
    found = found or _looked_into(attachment, path)
    if found.kind == "image" and not found.is_shown:
        _save_preview(attachment, pictures.preview(path))
    settle(attachment, found, size_bytes=path.stat().st_size, sha256=stored.sha256(path))
    if found.kind in ("video", "audio") and not found.is_shown and (found.duration_s or 0) <= PREVIEW_MOST_S:
        _convert(attachment, path, found)


def _looked_into(attachment: Attachment, path: Path) -> Probed:
    try:
        return look_into(path, attachment.name)
    except Exception:  # a decoder met bytes nobody has met before: the file stays usable, the log has the rest
        log.exception("Probing attachment %s failed", attachment.pk)
        return Probed("file", "application/octet-stream", failure=BROKEN)


def settle(attachment: Attachment, found: Probed | None = None, **values) -> None:
    """Writes what was found, once, and tells; a row cancelled meanwhile stays as it is."""
    if found:
        values |= _values(found)
        if found.poster:
            _save_poster(attachment, found.poster)
            values["poster"] = attachment.poster.name
    values.setdefault("state", Attachment.State.READY)
    with transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk, state=Attachment.State.PROBING).update(**values)
        attachment.refresh_from_db()
        transaction.on_commit(partial(broadcasts.attachment_changed, attachment))


def _values(found: Probed) -> dict:
    return {
        "kind": found.kind,
        "content_type": found.content_type,
        "container": found.container[:20],
        "codecs": ",".join(found.codecs)[:100],
        "width": found.width,
        "height": found.height,
        "duration_s": found.duration_s,
        "frame_rate": found.frame_rate,
        "pages": found.pages,
        "waveform": found.waveform,
        "failure": found.failure,
    }


def _save_poster(attachment: Attachment, content: bytes) -> None:
    attachment.poster.save(f"{attachment.pk}{pictures.suffix(content)}", ContentFile(content), save=False)


def _save_preview(attachment: Attachment, content: bytes) -> None:
    attachment.preview.save(f"{attachment.pk}{pictures.suffix(content)}", ContentFile(content), save=False)
    attachment.preview_bytes = len(content)
    attachment.save(update_fields=["preview", "preview_bytes"])


def _convert(attachment: Attachment, path: Path, found: Probed) -> None:
    """A version to play here; the file itself, and what models get, stays what it was."""
    with stored.scratch() as folder:
        made = folder / ("preview.mp4" if found.kind == "video" else "preview.mp3")
        try:
            if found.kind == "video":
                encode.film(path, made, encode.Wish(side=None if _is_copied(found) else PREVIEW_SIDE))
            else:
                encode.sound(path, made)
        except MediaError as e:
            log.info("No preview of attachment %s: %s", attachment.pk, e)
            return
        size = made.stat().st_size
        with made.open("rb") as file:
            attachment.preview.save(f"{attachment.pk}{made.suffix}", File(file), save=False)
    attachment.preview_bytes = size
    attachment.save(update_fields=["preview", "preview_bytes"])
    transaction.on_commit(partial(broadcasts.attachment_changed, attachment))


def _is_copied(found: Probed) -> bool:
    """Right streams in a container that browsers do not know are only moved into another."""
    return "h264" in found.codecs


def _look_from_afar(attachment: Attachment) -> None:
    """What a server says of a file; pictures and documents are fetched for their facts, film and sound are not."""
    try:
        said = fetch.look(attachment.remote_url)
    except Refused as e:
        settle(attachment, state=Attachment.State.FAILED, failure=str(e))
        return
    except MediaError:
        settle(attachment)  # the gateway may reach what we do not
        return
    kind = kind_of(said.content_type)
    if kind != "file" or said.content_type == "application/pdf" or not attachment.content_type:
        attachment.kind, attachment.content_type = kind, said.content_type
    if attachment.kind in ("image", "file") and said.size_bytes <= REMOTE_BYTES:
        _fetch_for_facts(attachment)
        return
    settle(attachment, kind=attachment.kind, content_type=attachment.content_type, size_bytes=said.size_bytes)


def _fetch_for_facts(attachment: Attachment) -> None:
    with stored.scratch() as folder:
        path = folder / "remote"
        try:
            with path.open("wb") as file:
                fetched = fetch.download(attachment.remote_url, file, REMOTE_BYTES)
        except MediaError:
            settle(attachment, kind=attachment.kind, content_type=attachment.content_type)
            return
        settle(attachment, _looked_into(attachment, path), size_bytes=fetched.size_bytes)
