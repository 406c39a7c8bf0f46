"""Files of the sandbox on disk: pictures it was given and results it made, each folder within a bound."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

INPUTS_BYTES = 512 * 1024 * 1024
RESULTS_BYTES = 512 * 1024 * 1024
LOOK_EVERY = 32  # files written between two looks at the bound


class Shelf:
    """Made for threads: each file is written apart and moved into its place."""

    def __init__(self, root: Callable[[], Path]) -> None:
        self._root = root
        self._written = 0

    def keep(self, content: bytes) -> str:
        """A name for this very content."""
        name = hashlib.sha256(content).hexdigest()
        self._write(self._folder("inputs") / name, content, INPUTS_BYTES)
        return name

    def kept(self, name: str) -> bytes:
        return (self._folder("inputs") / name).read_bytes()

    def made(self, name: str, make: Callable[[], bytes]) -> Path:
        """The file of that name, made when it is not there."""
        path = self._folder("results") / name
        if path.exists():
            os.utime(path)
        else:
            self._write(path, make(), RESULTS_BYTES)
        return path

    def _folder(self, name: str) -> Path:
        folder = self._root() / name
        folder.mkdir(exist_ok=True)
        return folder

    def _write(self, path: Path, content: bytes, most_bytes: int) -> None:
        if path.exists():
            os.utime(path)
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
        self._written += 1
        if self._written % LOOK_EVERY == 0:
            _shorten(path.parent, most_bytes)


def _shorten(folder: Path, most_bytes: int) -> None:
    """Drops what was not used for longest."""
    rows = sorted(((path.stat(), path) for path in folder.iterdir()), key=lambda row: row[0].st_mtime)
    excess = sum(stat.st_size for stat, _ in rows) - most_bytes
    for stat, path in rows:
        if excess <= 0:
            return
        path.unlink(missing_ok=True)
        excess -= stat.st_size
