"""Keeps what a generation's paid call, and the poll that told its end, sent and heard; nothing waits for it."""

import logging
from collections.abc import Iterable

from django.db import DatabaseError

from chats import exchanges
from chats.gateway.recording import Recording
from chats.models import Generation

from .engine import files

log = logging.getLogger(__name__)


async def keep(pk: int, recordings: Iterable[Recording], label: str) -> None:
    for recording in recordings:
        try:
            await files(_keep)(pk, recording, label)
        except (DatabaseError, OSError):  # a full disk costs the record of the call, not the generation
            log.exception("An exchange of generation %s could not be kept", pk)


def _keep(pk: int, recording: Recording, label: str) -> None:
    row = Generation.objects.select_related("team", "author", "message").filter(pk=pk).first()
    if row is not None:
        whose = {"team": row.team, "author": row.author, "message": row.message, "generation": row}
        exchanges.keep(recording, label=label, **whose)
