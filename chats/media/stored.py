"""Files at rest, on disk or in an S3 bucket: read in pieces, or as a path for the libraries that need one."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, default_storage

PIECE_BYTES = 256 * 1024


def is_local(storage: Storage | None = None) -> bool:
    """Whether the storage is a disk of ours, so that moving a file there is renaming."""
    try:
        (storage or default_storage).path("x")
    except NotImplementedError:
        return False
    return True


def pieces(name: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """Bytes from `start` to before `stop`, in pieces, whatever the size of the file; blocking."""
    if is_local():
        yield from _from_disk(default_storage.path(name), start, stop)
    elif stop is None or stop > start:
        yield from _from_bucket(name, start, stop)


def _from_disk(path: str, start: int, stop: int | None) -> Iterator[bytes]:
    with open(path, "rb") as file:
        file.seek(start)
        left = float("inf") if stop is None else stop - start
        while left > 0 and (piece := file.read(int(min(PIECE_BYTES, left)))):
            left -= len(piece)
            yield piece


def _from_bucket(name: str, start: int, stop: int | None) -> Iterator[bytes]:
    """`default_storage.open` would read the whole object first; S3 itself knows ranges."""
    last = "" if stop is None else str(stop - 1)
    storage: Any = default_storage  # django-storages' S3Storage
    item = storage.bucket.Object(storage._normalize_name(name))
    yield from item.get(Range=f"bytes={start}-{last}")["Body"].iter_chunks(PIECE_BYTES)


def read(name: str, limit_bytes: int) -> bytes:
    """The whole of a file that is known to be small; ValueError if it is not."""
    content = b"".join(pieces(name, 0, limit_bytes + 1))
    if len(content) > limit_bytes:
        raise ValueError(f"{name} is larger than {limit_bytes} bytes")
    return content


@contextmanager
def local_copy(name: str) -> Iterator[Path]:
    """A path to the file; from a bucket it is fetched, in pieces, and thrown away at the end."""
    if is_local():
        yield Path(default_storage.path(name))
        return
    with scratch() as folder:
        path = folder / Path(name).name
        with path.open("wb") as file:
            for piece in pieces(name):
                file.write(piece)
        yield path


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for files being made; on the disk of the uploads, since /tmp may be memory."""
    root = Path(settings.UPLOAD_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="making-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
