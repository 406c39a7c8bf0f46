"""Writes a recording down: a row, the body that was sent with media by reference, and the chunks that came."""

import gzip
import io
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from chats.gateway import raw
from chats.gateway.body import Base64
from chats.gateway.recording import Chunk, Recording
from chats.models import BenchRun, Exchange, Generation, Message, Team

MEDIA_BYTES = 32 * 2**20  # of media that are no stored file of their own (frames, turned pictures), for one exchange
LEVEL = 3


def begin(
    recording: Recording,
    *,
    team: Team,
    author,
    message: Message | None = None,
    generation: Generation | None = None,
    bench_run: BenchRun | None = None,
    label: str = "",
) -> Exchange:
    """The row and what was sent, before the answer is there. Blocking."""
    folder = f"exchanges/{timezone.now():%Y/%m}/{uuid.uuid4().hex}"
    sent, size = _Sent(recording, folder).written()
    exchange = Exchange.objects.create(
        team=team,
        author=author,
        message=message,
        generation=generation,
        bench_run=bench_run,
        label=label,
        model=recording.model[:200],
        protocol=recording.protocol,
        method=recording.request.method,
        path=recording.request.path[:1000],
        base_url=recording.base_url[:300],
        request_headers=recording.headers,
        tries=recording.tries,
        is_raw=recording.is_raw,
        sent_file=sent,
        sent_bytes=size,
        queued_at=recording.queued_at,
        sent_at=recording.sent_at,
    )
    recording.exchange_id = exchange.pk
    return exchange


def keep(recording: Recording, **whose: Any) -> Exchange:
    """All of it, once it has ended; takes what begin() takes and need not follow it. Blocking."""
    found = Exchange.objects.filter(pk=recording.exchange_id).first() if recording.exchange_id else None
    exchange = found or begin(recording, **whose)
    folder = exchange.sent_file.rpartition("/")[0]
    kept = recording.chunks()
    exchange.received_file = _stored(f"{folder}/received.gz", framed(kept)) if kept else ""
    exchange.status, exchange.response_headers = recording.status, recording.response_headers
    exchange.request_id, exchange.error = recording.request_id, recording.error
    exchange.received_bytes, exchange.kept_bytes = recording.received_bytes, recording.kept_bytes
    exchange.sent_at, exchange.first_byte_at = recording.sent_at, recording.first_byte_at
    exchange.first_token_at, exchange.last_byte_at = recording.first_token_at, recording.last_byte_at
    exchange.save()
    return exchange


def framed(chunks: Iterable[Chunk]) -> bytes:
    """Each chunk as a line of JSON [seconds, bytes, bytes left out] and then its bytes; reading.py undoes it."""
    target = io.BytesIO()
    for chunk in chunks:
        head = json.dumps([round(chunk.at_s, 4), len(chunk.data), chunk.left_out])
        target.write(head.encode() + b"\n" + chunk.data)
    return target.getvalue()


class _Sent:
    """The request as a document; media that no stored file holds are put beside it."""

    def __init__(self, recording: Recording, folder: str) -> None:
        self._recording, self._folder = recording, folder
        self._room = MEDIA_BYTES
        self._size = 0
        self._written: dict[str, str] = {}

    def written(self) -> tuple[str, int]:
        request = self._recording.request
        if request.form is not None:
            files = [self._file(file.name, file.filename, file.content_type, file.data) for file in request.files]
            document: dict[str, Any] = {"form": dict(request.form), "files": files}
        else:
            document = {"json": self._plain(request.json) if request.json is not None else None}
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return _stored(f"{self._folder}/sent.gz", text), self._size + len(text)

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Base64):
            self._size += value.size
            return self._reference(value)
        if isinstance(value, Mapping):
            return {key: self._plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._plain(item) for item in value]
        return value

    def _file(self, name: str, filename: str, content_type: str, data: bytes) -> dict[str, Any]:
        self._size += len(data)
        facts = {"name": name, "filename": filename, "content_type": content_type}
        return facts | self._reference(Base64(data))

    def _reference(self, medium: Base64) -> dict[str, Any]:
        source = self._recording.sources.get(id(medium.data))
        reference = raw.reference(medium, source=source)
        if not source:
            facts = reference[raw.MARK]
            facts["blob"] = self._blob(facts["sha256"], medium.data)
        return reference

    def _blob(self, sha256: str, data: bytes) -> str:
        """ "" where it would be too much to keep."""
        if sha256 not in self._written and len(data) <= self._room:
            self._room -= len(data)
            name = f"{self._folder}/{sha256[:32]}"
            self._written[sha256] = default_storage.save(name, ContentFile(data))
        return self._written.get(sha256, "")


def _stored(name: str, content: bytes) -> str:
    return default_storage.save(name, ContentFile(gzip.compress(content, LEVEL, mtime=0)))
