"""One exchange with the gateway as it happens: what was sent and what is heard, in memory and within bounds."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import NamedTuple

from .errors import REQUEST_ID_HEADER, GatewayError
from .values import Credentials, Prompt, Request

KEPT_BYTES = 1_000_000  # of the answer's beginning
TAIL_BYTES = 128 * 1024  # and of its end
LARGEST_CHUNK = 256 * 1024  # a larger one is sound or a picture: its head is enough
HEAD_BYTES = 2 * 1024
_SECRET_HEADERS = frozenset({"authorization", "x-api-key", "x-goog-api-key", "cookie", "set-cookie"})


class Chunk(NamedTuple):
    """`at_s` seconds after sending; `left_out` bytes of it, or before it, were not kept."""

    at_s: float
    data: bytes
    left_out: int = 0


class Recording:
    """Of one try. `sources` names the stored file of media by the identity of their bytes, so none is kept twice."""

    def __init__(
        self,
        request: Request,
        credentials: Credentials,
        model: str = "",
        protocol: str = "",
        tries: int = 1,
        sources: Mapping[int, str] | None = None,
        is_raw: bool = False,
    ) -> None:
        self.request, self.base_url = request, credentials.base_url.rstrip("/")
        self.model, self.protocol, self.tries, self.is_raw = model, protocol, tries, is_raw
        self.sources = sources or {}
        self.headers = open_headers({**request.headers, **credentials.extra_headers})
        self.queued_at = self.sent_at = datetime.now(UTC)
        self.first_byte_at: datetime | None = None
        self.first_token_at: datetime | None = None
        self.last_byte_at: datetime | None = None
        self.status: int | None = None
        self.response_headers: dict[str, str] = {}
        self.request_id = ""
        self.error = ""
        self.received_bytes = 0
        self.exchange_id: int | None = None  # once it has a row
        self._head: list[Chunk] = []
        self._tail: deque[Chunk] = deque()
        self._head_bytes = self._tail_bytes = self._skipped = 0
        self._start = monotonic()

    def sent(self) -> None:
        """Right before the bytes leave."""
        self.sent_at, self._start = datetime.now(UTC), monotonic()

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        self.status, self.response_headers = status, open_headers(headers)
        self.request_id = headers.get(REQUEST_ID_HEADER, "")[:80]

    def heard(self, data: bytes) -> None:
        """A chunk as it came; called for every one of them, so it does little."""
        size = len(data)
        if not self.received_bytes:
            self.first_byte_at = datetime.now(UTC)
        self.received_bytes += size
        at_s = monotonic() - self._start
        if self._head_bytes + size <= KEPT_BYTES and size <= LARGEST_CHUNK and not self._tail:
            self._head_bytes += size
            self._head.append(Chunk(at_s, data))
        else:
            self._bound(at_s, data)

    def shown(self) -> None:
        """The first event a person could see."""
        if self.first_token_at is None:
            self.first_token_at = datetime.now(UTC)

    def ended(self, error: GatewayError | None = None) -> None:
        if self.received_bytes:
            self.last_byte_at = datetime.now(UTC)
        if error is not None:
            self.error = str(error)[:500]

    def chunks(self) -> list[Chunk]:
        """What was kept, in order; the first of the end tells how much is missing before it."""
        tail = list(self._tail)
        if tail and self._skipped:
            tail[0] = tail[0]._replace(left_out=tail[0].left_out + self._skipped)
        return self._head + tail

    @property
    def kept_bytes(self) -> int:
        return self._head_bytes + self._tail_bytes

    def _bound(self, at_s: float, data: bytes) -> None:
        if len(data) > LARGEST_CHUNK:
            chunk = Chunk(at_s, data[:HEAD_BYTES], len(data) - HEAD_BYTES)
        else:
            chunk = Chunk(at_s, data)
        self._tail.append(chunk)
        self._tail_bytes += len(chunk.data)
        while self._tail_bytes > TAIL_BYTES and len(self._tail) > 1:
            gone = self._tail.popleft()
            self._tail_bytes -= len(gone.data)
            self._skipped += len(gone.data) + gone.left_out


OnExchange = Callable[[Recording], None]


def open_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Without those that hold a key or a session."""
    return {name: value[:500] for name, value in headers.items() if name.lower() not in _SECRET_HEADERS}


def sources(prompt: Prompt) -> dict[int, str]:
    """Which stored file the media of `prompt` are, by the identity of their bytes."""
    parts = (part for turn in prompt.turns for part in turn.parts)
    return {id(part.data): part.source for part in parts if part.source}
