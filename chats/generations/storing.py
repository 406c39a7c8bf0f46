"""Results as files of ours: one place per result, one name per place, so that every step of it may run twice."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import slugify
from django.utils.translation import gettext_noop as _

from chats.attachments import examine
from chats.gateway.values import Output
from chats.media import MediaError, stored
from chats.media.sniff import HEAD_BYTES, sniff
from chats.models import Attachment, Generation, GenerationOutput

from .points import reach

SUFFIXES = {"jpeg": ".jpg", "mpeg": ".mpg"}
NOT_THAT = _("The address of the result gave something else than was made.")


class Wrong(MediaError):
    """Bytes that are not of the kind that was made, as an error page is."""


def store(row: Generation, place: int, output: Output, path: Path) -> None:
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
    if output.kind in ("image", "video", "audio") and found.kind != output.kind:
        raise Wrong(NOT_THAT)
    suffix = SUFFIXES.get(found.container, f".{found.container}") if found.container else _suffix(output)
    attachment = _attachment(row, place, output, suffix)
    attachment.file.name = _saved(row, place, suffix, path)
    reach("collect:written")
    attachment.received_bytes = path.stat().st_size
    attachment.save(update_fields=["file", "received_bytes"])
    reach("collect:stored")
    examine(attachment, path)
    link(row, place, output, attachment)
    reach("collect:linked")


def _suffix(output: Output) -> str:
    return {"splat": ".spz", "mesh": ".glb"}.get(output.role, "")


def _saved(row: Generation, place: int, suffix: str, path: Path) -> str:
    """A second try replaces the bytes of the first; under its name a file is whole, or not there."""
    name, storage = _name(row, place, suffix), _storage()
    if not stored.is_local(storage):
        storage.delete(name)
        with path.open("rb") as file:
            return storage.save(name, File(file))
    storage.delete(f"{name}.part")
    with path.open("rb") as file:
        part = storage.save(f"{name}.part", File(file))
    os.replace(storage.path(part), storage.path(name))
    return name


def _name(row: Generation, place: int, suffix: str) -> str:
    """One per result, never one to guess."""
    secret = salted_hmac("generation", f"{row.pk}/{place}").hexdigest()[:32]
    return f"generations/{row.created_at:%Y/%m}/{secret}{suffix}"


def _storage():
    return Attachment._meta.get_field("file").storage


def is_stored(row: Generation) -> bool:
    """Whether a result is there, also one whose process died between writing it and saying so."""
    for result in row.results.filter(attachment__file="").select_related("attachment"):
        if (attachment := result.attachment) is None:
            continue
        name = _name(row, result.position, Path(attachment.name).suffix)
        if _storage().exists(name):
            size = _storage().size(name)
            Attachment.objects.filter(pk=attachment.pk, file="").update(file=name, received_bytes=size)
    return row.results.filter(attachment__isnull=False).exclude(attachment__file="").exists()


def _attachment(row: Generation, place: int, output: Output, suffix: str) -> Attachment:
    with _place(row, place, output) as result:
        if result.attachment is None:
            result.attachment = Attachment.objects.create(
                team_id=row.team_id,
                uploader_id=row.author_id,
                kind=output.kind,
                name=f"{_title(row)}{f'-{output.role}' if output.role else ''}{suffix}",
                state=Attachment.State.PROBING,
                claimed_at=timezone.now(),  # we look into it ourselves
            )
            result.save(update_fields=["attachment"])
        return result.attachment


def _title(row: Generation) -> str:
    words = slugify(row.prompt[:60], allow_unicode=True)[:40].strip("-") or row.kind
    return f"{row.created_at:%Y-%m-%d} {words}".replace("/", "-")  # without the model, which may be blind


@contextmanager
def _place(row: Generation, place: int, output: Output) -> Iterator[GenerationOutput]:
    with transaction.atomic():
        GenerationOutput.objects.get_or_create(
            generation=row, position=place, defaults={"role": output.role, "url": _page(output)}
        )
        mine = GenerationOutput.objects.select_for_update(of=("self",)).select_related("attachment")
        yield mine.get(generation=row, position=place)


def _page(output: Output) -> str:
    return output.url[:2000] if output.role == "viewer" else ""


def link(row: Generation, place: int, output: Output, attachment: Attachment | None) -> None:
    """With the file in its message, whoever may read that may see it."""
    if attachment is None:
        with _place(row, place, output):
            return
    row.message.attachments.add(attachment)
