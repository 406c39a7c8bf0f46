"""Every paid call that was accepted: kept in SQLite, so that a restarted sandbox finds its tasks again."""

import hashlib
import json
import sqlite3
import tempfile
import threading
import time
import uuid
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chats.gateway.sandbox.recipe import Recipe

KEPT_S = 14 * 86400.0
REMEMBERED = 40_000
SCHEMA = """
CREATE TABLE IF NOT EXISTS works (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL UNIQUE, at REAL NOT NULL,
    key_hash TEXT NOT NULL, route TEXT NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL, facts TEXT NOT NULL,
    is_told INTEGER NOT NULL DEFAULT 0
)
"""
INSERT = "INSERT INTO works (id, file, at, key_hash, route, model, prompt, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(slots=True)
class Work:
    """`file` names it in links; `vendor` "" answers at once and is never polled. The last fields are this process's."""

    id: str
    route: str
    model: str
    prompt: str
    key_hash: str
    vendor: str = ""
    is_g2: bool = True
    takes_s: float = 0.0
    directives: str = ""
    failure: str = ""
    size: str = ""
    sent: dict[str, Any] = field(default_factory=dict)
    recipes: tuple[Recipe, ...] = ()
    at: float = field(default_factory=time.time)
    file: str = field(default_factory=lambda: uuid.uuid4().hex)
    is_told: bool = False  # its success was told to somebody once
    polls: int = 0
    downloads: int = 0

    def share(self, now: float) -> float:
        """Of its time that has passed, 1 when it is over."""
        return 1.0 if self.takes_s <= 0 else min(max(now - self.at, 0.0) / self.takes_s, 1.0)


STORED = ("vendor", "is_g2", "takes_s", "directives", "failure", "size", "sent")


class Works:
    """Known ones are kept in memory, so a poll costs no query; the database is opened with the first of them."""

    def __init__(self, folder: Path | None) -> None:
        self._given = folder
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._opened: sqlite3.Connection | None = None
        self._lock = threading.Lock()
        self._by_id: dict[str, Work] = {}
        self._by_file: dict[str, Work] = {}
        self.polls = 0  # of all, also of unknown ids

    @property
    def folder(self) -> Path:
        """Without one that was given, a temporary folder, gone with this process."""
        if self._given is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="sandbox-")
            self._given = Path(self._temporary.name)
        self._given.mkdir(parents=True, exist_ok=True)
        return self._given

    def _database(self) -> sqlite3.Connection:
        if self._opened is None:
            opened = self._connect()
            opened.execute("PRAGMA journal_mode = WAL")
            opened.execute("PRAGMA synchronous = OFF")  # a restart must not lose tasks, a power cut may
            opened.execute(SCHEMA)
            opened.execute("DELETE FROM works WHERE at < ?", (time.time() - KEPT_S,))
            self._opened = opened
        return self._opened

    def _connect(self) -> sqlite3.Connection:
        path = self.folder / "works.sqlite3"
        return sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)

    def add(self, work: Work) -> None:
        facts = {name: getattr(work, name) for name in STORED} | {"recipes": [asdict(one) for one in work.recipes]}
        row = (work.id, work.file, work.at, work.key_hash, work.route, work.model, work.prompt)
        with self._lock:
            self._database().execute(INSERT, (*row, json.dumps(facts, ensure_ascii=False)))
        self._remember(work)

    def _remember(self, work: Work) -> Work:
        if len(self._by_id) >= REMEMBERED:
            for oldest in list(self._by_id.values())[: REMEMBERED // 4]:
                del self._by_id[oldest.id], self._by_file[oldest.file]
        self._by_id[work.id] = self._by_file[work.file] = work
        return work

    def find(self, remote_id: str) -> Work | None:
        return self._by_id.get(remote_id) or self._read("id", remote_id)

    def of_file(self, name: str) -> Work | None:
        return self._by_file.get(name) or self._read("file", name)

    def _read(self, column: str, value: str) -> Work | None:
        columns = "id, file, at, key_hash, route, model, prompt, facts, is_told"
        question = f"SELECT {columns} FROM works WHERE {column} = ?"  # noqa: S608 - the column is ours
        with self._lock:
            row = self._database().execute(question, (value,)).fetchone()
        return self._remember(_work(row)) if row else None

    def tell(self, work: Work) -> None:
        """Its success has been told: what is told only once is over."""
        if not work.is_told:
            work.is_told = True
            with self._lock:
                self._database().execute("UPDATE works SET is_told = 1 WHERE id = ?", (work.id,))

    def listed(self, after: int = 0) -> list[dict[str, Any]]:
        """Oldest first, without what was sent; for a thread, by a connection of its own that holds nobody up."""
        question = "SELECT n, id, model, prompt, key_hash, at, route FROM works WHERE n > ? ORDER BY n"
        with self._lock:
            self._database()  # makes the table
        with closing(self._connect()) as reading:
            rows = reading.execute(question, (after,)).fetchall()
        names = ("n", "id", "model", "prompt", "key_hash", "at", "route")
        return [dict(zip(names, row, strict=True)) | {"polls": self._polls_of(row[1])} for row in rows]

    def _polls_of(self, remote_id: str) -> int:
        work = self._by_id.get(remote_id)
        return work.polls if work else 0

    def clear(self) -> None:
        with self._lock:
            self._database().execute("DELETE FROM works")
        self._by_id.clear()
        self._by_file.clear()
        self.polls = 0


def _work(row: tuple[Any, ...]) -> Work:
    remote_id, file, at, key_hash, route, model, prompt, facts, is_told = row
    rest = json.loads(facts)
    recipes = tuple(Recipe.read(one) for one in rest.pop("recipes"))
    return Work(
        remote_id, route, model, prompt, key_hash, recipes=recipes, at=at, file=file, is_told=bool(is_told), **rest
    )


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:16]
