"""Results as files of ours: one place per result, one name per place, so that every step of it may run twice."""

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
from chats.media import MediaError
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
    attachment.received_bytes = path.stat().st_size
    attachment.save(update_fields=["file", "received_bytes"])
    reach("collect:stored")
    examine(attachment, path)
    link(row, place, output, attachment)
    reach("collect:linked")


def _suffix(output: Output) -> str:
    return {"splat": ".spz", "mesh": ".glb"}.get(output.role, "")


def _saved(row: Generation, place: int, suffix: str, path: Path) -> str:
    """One name per result, never one to guess: a second try replaces the bytes of the first."""
    secret = salted_hmac("generation", f"{row.pk}/{place}").hexdigest()[:32]
    name = f"generations/{row.created_at:%Y/%m}/{secret}{suffix}"
    storage = Attachment._meta.get_field("file").storage
    storage.delete(name)
    with path.open("rb") as file:
        return storage.save(name, File(file))


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
