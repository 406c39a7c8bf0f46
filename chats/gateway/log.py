"""One line per call in the log: model, route, status, code, request id, times; never a key, never a body."""

import logging
from time import monotonic
from types import TracebackType
from typing import Self

from . import breaker
from .errors import GatewayError
from .values import Credentials, Request

logger = logging.getLogger("chats.gateway")


class Entry:
    """Around one try: a GatewayError that leaves it learns its tries and request id, and may open the breaker."""

    def __init__(
        self, model: str, request: Request, credentials: Credentials, tries: int, level: int = logging.INFO
    ) -> None:
        self.request_id = ""
        self._level = level  # of a line about a success
        self._model, self._request, self._credentials, self._tries = model, request, credentials, tries

    def __enter__(self) -> Self:
        self._start = monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, GatewayError):
            self._complete(error)
            self._write(logging.WARNING, str(error.http_status or "-"), f"{error.kind} {error.code}".strip())
        elif error is None:
            breaker.clear(self._credentials)
            self._write(self._level, "200", "ok")
        else:
            self._write(logging.INFO, "200", "closed by us")

    def _complete(self, error: GatewayError) -> None:
        error.tries = self._tries
        error.request_id = self.request_id = error.request_id or self.request_id
        if self._credentials.key:
            error.message = error.message.replace(self._credentials.key, "…")
        breaker.note(self._credentials, error)

    def _write(self, level: int, status: str, outcome: str) -> None:
        if not logger.isEnabledFor(level):
            return
        took_s = monotonic() - self._start
        facts = (self._model, self._request.method, self._request.path, status, outcome, self.request_id or "-")
        logger.log(level, "model=%s %s %s status=%s %s request=%s try=%d took=%.3fs", *facts, self._tries, took_s)
