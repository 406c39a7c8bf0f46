"""Keeps what a reply's calls sent and heard, apart from the reply itself, which never waits for it."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError

from chats import exchanges
from chats.gateway.recording import Recording

from .claims import aside

log = logging.getLogger(__name__)

LONG_S = 2.0  # a reply that takes longer shows what it sent while it runs


class Wire:
    def __init__(self, whose: Mapping[str, Any]) -> None:
        self._whose = whose
        self._recordings: list[tuple[Recording, str]] = []
        self._begun: set[asyncio.Task] = set()
        self._timer: asyncio.TimerHandle | None = None

    def of_reply(self, recording: Recording) -> None:
        self._recordings.append((recording, "reply"))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LONG_S, self._begin)

    def of_tool(self, recording: Recording) -> None:
        self._recordings.append((recording, "tool"))

    def _begin(self) -> None:
        self._timer = None
        for recording, label in self._recordings:
            if recording.exchange_id is None:
                self._begun.add(asyncio.create_task(self._stored(exchanges.begin, recording, label)))

    async def keep(self) -> None:
        """All of it, after the reply has ended."""
        if self._timer:
            self._timer.cancel()
        if self._begun:
            await asyncio.wait(self._begun)
        for recording, label in self._recordings:
            await self._stored(exchanges.keep, recording, label)

    async def _stored(self, store, recording: Recording, label: str) -> None:
        """A full disk costs the record of the call, not the reply."""
        try:
            await aside(store)(recording, label=label, **self._whose)
        except (DatabaseError, OSError):
            log.exception("An exchange of reply %s could not be kept", self._whose["message"].pk)
