"""Writing down what was paid for: tried until the database or the disk is there again."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential

from .claims import Claim, Gone

log = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError, OSError)


async def insisted(write: Callable[..., Awaitable[Any]], claim: Claim, *facts: Any) -> Any:
    """The answer of `write`, however long what it writes to takes to come back; raises Gone and what is no outage."""
    waits = wait_exponential(0.2, max=5)
    async for attempt in AsyncRetrying(retry=retry_if_exception_type(AWAY), wait=waits, reraise=True):
        with attempt:
            return await write(claim, *facts)


async def surely(write: Callable[..., Awaitable[Any]], claim: Claim, *facts: Any) -> None:
    """`insisted`, where a row that somebody else ended meanwhile is no matter."""
    try:
        await insisted(write, claim, *facts)
    except Gone:
        log.warning("Generation %s was taken over while its answer came", claim.pk)
