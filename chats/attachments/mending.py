"""Repairs in one click: a new attachment made from another so that a model takes it; made in a worker."""

import logging

from django.core.files import File
from django.utils.translation import gettext_noop

from chats.catalog import ModelSpec
from chats.media import repairs, stored
from chats.media.errors import MediaError
from chats.models import Attachment

from .examining import claim, examine, settle

log = logging.getLogger(__name__)

FAILED = gettext_noop("The file could not be converted.")


def repair(user, source: Attachment, name: str, spec: ModelSpec) -> Attachment:
    """The row of the file to be; asked twice for the same, the first one is given. `name` is one of repairs.REPAIRS."""
    limits = repairs.limits_for(name, source.facts(), spec)
    found = Attachment.objects.filter(
        source=source, repair=name, repair_limits=limits, uploader=user, team=source.team, deleted_at__isnull=True
    )
    if same := found.exclude(state=Attachment.State.FAILED).first():
        return same
    return Attachment.objects.create(
        team=source.team,
        uploader=user,
        source=source,
        repair=name,
        repair_limits=limits,
        kind=source.kind,
        name=source.name,
        state=Attachment.State.PROBING,
    )


def make_repair(attachment_id: int) -> None:
    """Makes the file, keeps it and looks into it; a failure is a sentence on the row."""
    attachment = claim(attachment_id)
    if attachment is None:
        return
    try:
        _make(attachment)
    except MediaError as e:
        settle(attachment, state=Attachment.State.FAILED, failure=str(e))
    except Exception:  # an encoder met what nobody foresaw: the person is told, the log has the rest
        log.exception("Repair %s of attachment %s failed", attachment.repair, attachment.pk)
        settle(attachment, state=Attachment.State.FAILED, failure=FAILED)


def _make(attachment: Attachment) -> None:
    source = attachment.source
    if source is None or not source.file:
        raise MediaError(gettext_noop("The file it was to be made from is gone."))
    with stored.local_copy(str(source.file.name)) as path, stored.scratch() as folder:
        asked = repairs.Source(path, source.name, source.facts(), attachment.repair_limits)
        made = repairs.make(attachment.repair, asked, folder)
        attachment.name = made.name
        found = made.probed
        with made.path.open("rb") as file:
            attachment.file.save(made.name, File(file), save=False)
        attachment.received_bytes = attachment.size_bytes = made.path.stat().st_size
        attachment.save(update_fields=["name", "file", "received_bytes", "size_bytes"])
        examine(attachment, made.path, found)
