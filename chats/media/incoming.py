"""Files on their way in: a part file per upload, shared by all web processes, to which doors append chunks."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files import File


class WrongOffset(Exception):
    """The piece does not begin where the file ends; `received_bytes` says where to go on."""

    def __init__(self, received_bytes: int) -> None:
        super().__init__(received_bytes)
        self.received_bytes = received_bytes


class TooMuch(Exception):
    """More bytes than were announced, or than one piece may have."""


def part_path(upload_id: int) -> Path:
    return Path(settings.UPLOAD_ROOT) / f"{upload_id}.part"


def received_bytes(upload_id: int) -> int:
    """The file itself is the truth: a process may have died after writing and before saying so."""
    try:
        return part_path(upload_id).stat().st_size
    except FileNotFoundError:
        return 0


def append(upload_id: int, offset: int, size_bytes: int, pieces: Iterable[bytes], length: int | None = None) -> int:
    """Writes one chunk at `offset` and says how many bytes are there now; when all are, they are safe on the disk.

    A chunk that is there already (the answer to it was lost) is harmless. `length`: of the chunk, where it is known.
    """
    with _locked(upload_id, is_first=offset == 0) as file:
        end = os.fstat(file.fileno()).st_size
        if offset != end:
            if length and offset + length <= end:
                return end
            raise WrongOffset(end)
        return _write(file, pieces, offset, min(size_bytes, offset + settings.UPLOAD_CHUNK_BYTES), size_bytes)


def _write(file, pieces: Iterable[bytes], offset: int, limit: int, size_bytes: int) -> int:
    end = offset
    for piece in pieces:
        if end + len(piece) > limit:
            file.truncate(offset)
            raise TooMuch
        file.write(piece)
        end += len(piece)
    file.flush()
    if end == size_bytes:
        os.fsync(file.fileno())
    return end


@contextmanager
def _locked(upload_id: int, is_first: bool) -> Iterator:
    """The part file, ours alone among all processes until the chunk is written.

    Only a first chunk makes the file: one that was still on its way when the upload was cancelled leaves nothing.
    """
    path = part_path(upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = path.open("ab" if is_first else "r+b")
    except FileNotFoundError as e:
        raise WrongOffset(0) from e
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0, os.SEEK_END)
        yield file


def discard(upload_id: int) -> None:
    part_path(upload_id).unlink(missing_ok=True)


class PartFile(File):
    """A complete part file; storage on the same disk takes it over by renaming (Django asks for the path)."""

    def __init__(self, upload_id: int) -> None:
        self.path = part_path(upload_id)
        super().__init__(self.path.open("rb"), name=self.path.name)

    def temporary_file_path(self) -> str:
        return str(self.path)
