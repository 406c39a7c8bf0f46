"""Uploads: rows that grow a part file until all bytes are safe; called by the upload doors and by the hourly purge."""

import datetime
from collections.abc import Iterable
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chats import broadcasts
from chats.catalog.formats import NAMES
from chats.media import fetch, incoming, stored
from chats.media.sniff import HEAD_BYTES, clean_name, sniff
from chats.models import Attachment, Team

ABANDONED_AFTER = datetime.timedelta(days=1)
UNSENT_AFTER = datetime.timedelta(days=30)  # a draft may keep a file for a while
KINDS = ("image", "video", "audio")


class Rejected(Exception):
    """Nothing was kept; the text is for the person, `code` for the page."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def begin(user, team: Team, name: str, size_bytes: int) -> Attachment:
    """A row for the bytes to come; raises Rejected for what can be told before the first of them."""
    if size_bytes <= 0:
        raise Rejected("empty", _("The file is empty."))
    if size_bytes > settings.MAX_UPLOAD_BYTES:
        most = settings.MAX_UPLOAD_BYTES // 1024**2
        raise Rejected("too_big", _("The file is larger than %(most)s MB, the most this site takes.") % {"most": most})
    return Attachment.objects.create(team=team, uploader=user, name=clean_name(name), size_bytes=size_bytes)


def begin_remote(user, team: Team, url: str) -> Attachment:
    """A file that stays where it is; what it is shows when a worker has looked. Raises media.Refused."""
    url = fetch.checked(url)
    name = clean_name(url.split("?")[0].split("#")[0].rstrip("/"))
    kind, content_type = guess(name)
    return Attachment.objects.create(
        team=team,
        uploader=user,
        name=name,
        kind=kind,
        content_type=content_type,
        remote_url=url,
        state=Attachment.State.PROBING,
    )


def guess(name: str) -> tuple[str, str]:
    """Kind and type by the name, for an address whose server says nothing better."""
    suffix = name.rpartition(".")[2].lower()
    suffix = {"jpg": "jpeg", "jpe": "jpeg"}.get(suffix, suffix)
    content_type = next((full for full, short in NAMES.items() if short == suffix), "")
    return kind_of(content_type), content_type


def kind_of(content_type: str) -> str:
    family = content_type.partition("/")[0]
    return family if family in KINDS and content_type != "image/svg+xml" else "file"


def receive(attachment: Attachment, offset: int, pieces: Iterable[bytes], length: int | None) -> int:
    """One chunk; says how many bytes are there now. Raises incoming.WrongOffset and incoming.TooMuch.

    With the last one the row goes on to PROBING, and the caller queues the probe.
    """
    if attachment.state != Attachment.State.UPLOADING:
        return attachment.size_bytes
    received = incoming.append(attachment.pk, offset, attachment.size_bytes, pieces, length)
    uploading = Attachment.objects.filter(pk=attachment.pk, state=Attachment.State.UPLOADING)
    if received < attachment.size_bytes:
        uploading.update(received_bytes=received)
        return received
    kind, content_type = _first_look(attachment)
    done = {"received_bytes": received, "state": Attachment.State.PROBING, "kind": kind, "content_type": content_type}
    if uploading.update(**done):
        attachment.refresh_from_db()
        if stored.is_local():
            take_over(attachment)
    return received


def _first_look(attachment: Attachment) -> tuple[str, str]:
    with incoming.part_path(attachment.pk).open("rb") as file:
        found = sniff(file.read(HEAD_BYTES), attachment.name)
    return found.kind, found.content_type


def take_over(attachment: Attachment) -> None:
    """Moves the complete part file into storage: on a disk by renaming, into a bucket by streaming."""
    with incoming.PartFile(attachment.pk) as part:
        attachment.file.save(attachment.name, part, save=False)
    attachment.save(update_fields=["file"])
    incoming.discard(attachment.pk)


def cancel(attachment: Attachment) -> bool:
    """Forgets an upload or a file nobody has sent yet; False for one that a message or a generation holds."""
    with transaction.atomic():
        free = Attachment.objects.filter(messages__isnull=True, made_as__isnull=True, used_by__isnull=True)
        unsent = free.filter(pk=attachment.pk, deleted_at__isnull=True)
        if not Attachment.objects.filter(pk__in=unsent.values("pk")).update(deleted_at=timezone.now()):
            return False
        transaction.on_commit(partial(incoming.discard, attachment.pk))
        transaction.on_commit(partial(broadcasts.attachment_changed, attachment))
    return True


def purge() -> None:
    """What was never finished, cancelled, or sent leaves the disk and the table, each after its time."""
    now = timezone.now()
    unfinished = Q(state=Attachment.State.UPLOADING, created_at__lt=now - ABANDONED_AFTER)
    cancelled = Q(deleted_at__lt=now - ABANDONED_AFTER)
    unsent = Q(created_at__lt=now - UNSENT_AFTER)
    for attachment in Attachment.objects.filter(unfinished | cancelled | unsent, messages__isnull=True):
        incoming.discard(attachment.pk)
        attachment.delete()
        for kept in (attachment.file, attachment.poster, attachment.preview):
            if kept:
                kept.storage.delete(str(kept.name))
