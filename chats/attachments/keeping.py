"""What a model made becomes an attachment of its reply; called when a reply ends, in a thread."""

import io
import logging
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile

from chats.gateway.values import MediaOut
from chats.media import fetch, stored
from chats.media.errors import MediaError
from chats.media.sniff import HEAD_BYTES, sniff
from chats.models import Attachment, Message

from .examining import examine

log = logging.getLogger(__name__)

MADE_BYTES = 512 * 1024**2
SUFFIXES = {"jpeg": ".jpg", "mpeg": ".mpg"}
PCM_RATE_HZ = 24_000


def keep(message: Message, key: str, pieces: Sequence[MediaOut]) -> Attachment:
    """Pieces of one `key` are one file: bytes in their order, or an address, which is fetched at once as it expires."""
    attachment = Attachment.objects.create(
        team_id=message.conversation.team_id,
        uploader_id=message.author_id,
        kind=pieces[0].kind,
        name=f"{pieces[0].kind}-{message.pk}",
        state=Attachment.State.PROBING,
    )
    url = next((piece.url for piece in pieces if piece.url), "")
    try:
        with _collected(pieces, url) as path:
            _store(attachment, path)
    except MediaError as e:
        log.warning("What reply %s made could not be fetched: %s", message.pk, e)
        attachment.remote_url, attachment.failure, attachment.state = url, str(e), Attachment.State.READY
        attachment.save(update_fields=["remote_url", "failure", "state"])
    attachment.refresh_from_db()
    return attachment


def keep_text(message: Message, name: str, text: str) -> Attachment:
    """A text that is too long for its row, such as all that a tool answered."""
    content = text.encode("utf-8", "replace")
    attachment = Attachment(
        team_id=message.conversation.team_id,
        uploader_id=message.author_id,
        kind="file",
        name=name,
        content_type="text/plain",
        size_bytes=len(content),
        received_bytes=len(content),
        state=Attachment.State.READY,
    )
    attachment.file.save(name, ContentFile(content), save=False)
    attachment.save()
    return attachment


@contextmanager
def _collected(pieces: Sequence[MediaOut], url: str) -> Iterator[Path]:
    with stored.scratch() as folder:
        path = folder / "made"
        with path.open("wb") as file:
            if url:
                fetch.download(url, file, MADE_BYTES)
            else:
                file.write(_joined(pieces))
        yield path


def _joined(pieces: Sequence[MediaOut]) -> bytes:
    content = b"".join(piece.data for piece in pieces)
    if pieces[0].content_type != "audio/pcm":
        return content
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(pieces[0].sample_rate_hz or PCM_RATE_HZ)
        file.writeframes(content)
    return target.getvalue()


def _store(attachment: Attachment, path: Path) -> None:
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
        attachment.name += SUFFIXES.get(found.container, f".{found.container}" if found.container else "")
        file.seek(0)
        attachment.file.save(attachment.name, File(file), save=False)
    attachment.received_bytes = path.stat().st_size
    attachment.save(update_fields=["name", "file", "received_bytes"])
    examine(attachment, path)
