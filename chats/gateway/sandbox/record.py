"""What the sandbox was asked and how it went, kept in memory so that tests can assert on facts."""

import hashlib
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT_REQUESTS = 500
KEPT_BODY_BYTES = 128 * 1024 * 1024


@dataclass(slots=True)
class Entry:
    """One request. `state`: streaming (still being answered), finished, client_closed or cut (on demand)."""

    id: str
    method: str
    route: str
    started_at: float = field(default_factory=time.time)
    finished_at: float | None = None
    closed_by_client_at: float | None = None
    state: str = "streaming"
    status: int | None = None
    model: str = ""
    sha256: str = ""
    body_bytes: int = 0
    key_tail: str = ""  # the key's last characters, to tell two keys apart
    parts: list[dict[str, Any]] = field(default_factory=list)
    chunks: int = 0
    attempt: int = 1  # how many requests with this very body came so far

    def end(self, state: str = "finished") -> None:
        now = time.time()
        self.state = state
        self.finished_at = now
        if state == "client_closed":
            self.closed_by_client_at = now


class Record:
    def __init__(self, keeps_bodies: bool) -> None:
        self._keeps_bodies = keeps_bodies
        self.clear()

    def clear(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT_REQUESTS)
        self._bodies: dict[str, bytes] = {}
        self._bodies_bytes = 0
        self._attempts: Counter[str] = Counter()

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    def keep_body(self, entry: Entry, body: bytes, content_type: str = "") -> None:
        """A form that was sent again has another boundary and is the same body all the same."""
        boundary = content_type.partition("boundary=")[2].strip('"').encode("latin-1", "replace")
        told = body.replace(boundary, b"") if boundary else body
        entry.sha256, entry.body_bytes = hashlib.sha256(told).hexdigest(), len(body)
        if len(self._attempts) > 10 * KEPT_REQUESTS:
            self._attempts.clear()
        self._attempts[entry.sha256] += 1
        entry.attempt = self._attempts[entry.sha256]
        if self._keeps_bodies and len(body) <= KEPT_BODY_BYTES:
            self._bodies[entry.id] = body
            self._bodies_bytes += len(body)
            self._drop_oldest_bodies()

    def _drop_oldest_bodies(self) -> None:
        while self._bodies_bytes > KEPT_BODY_BYTES or len(self._bodies) > KEPT_REQUESTS:
            oldest = next(iter(self._bodies))
            self._bodies_bytes -= len(self._bodies.pop(oldest))

    def body(self, request_id: str) -> bytes | None:
        return self._bodies.get(request_id)

    def listed(self) -> list[dict[str, Any]]:
        """Oldest first."""
        return [asdict(entry) for entry in self._entries]
