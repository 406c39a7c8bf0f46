"""The event loop of this process on which generations' calls wait, so that no worker slot waits with them.

A Celery task hands claimed rows over and returns. Leases are renewed while a call is open: a killed process stops
renewing, and its rows fall due for somebody else.
"""

import asyncio
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from channels.db import DatabaseSyncToAsync
from django.conf import settings

from chats.gateway import client

from . import claims

log = logging.getLogger(__name__)

ROWS_THREADS = 4
FILE_THREADS = 4
SWEEP_S = 1.0
WAIT_S = 130.0  # for an answer, a little longer than the client waits
MOST_OPEN = 4000  # steps at once in this process
ROUNDS = 3  # renewals within one lease
# Paid calls open at once: a killed process leaves no more than these in doubt. Calls that are held until the picture
# is there last a minute, those that only name a job a second or two.
HELD_AT_ONCE = 64
NAMED_AT_ONCE = 16

_pools = {
    "rows": ThreadPoolExecutor(ROWS_THREADS, "rows"),
    "files": ThreadPoolExecutor(FILE_THREADS, "files"),  # reading inputs, keeping what came
    "downloads": ThreadPoolExecutor(FILE_THREADS, "downloads"),  # slow ones must hold up nothing that is paid for
    "leases": ThreadPoolExecutor(1, "leases"),
    "sweeps": ThreadPoolExecutor(1, "sweeps"),
}
rows, files, downloads, leases, sweeps = (
    partial(DatabaseSyncToAsync, thread_sensitive=False, executor=pool) for pool in _pools.values()
)


class Steps:
    """Some steps under one claim; its lease is renewed until the last is ticked off."""

    def __init__(self, engine: "Engine", token: str, count: int) -> None:
        self.engine, self.token, self.left = engine, token, count
        engine.count(token, count)

    def tick(self, count: int = 1) -> None:
        count = min(count, self.left)
        self.left -= count
        self.engine.count(self.token, -count)

    def ended(self, work: Future) -> None:
        self.tick(self.left)
        if not work.cancelled() and work.exception():
            log.error("A step of a generation failed; its lease will lapse", exc_info=work.exception())


class Engine:
    """`open` counts the steps under way by their claim."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self._paid: set[asyncio.Task[None]] = set()
        self._held, self._named = asyncio.Semaphore(HELD_AT_ONCE), asyncio.Semaphore(NAMED_AT_ONCE)
        self.late_s: deque[float] = deque(maxlen=50_000)  # how long after its time each step began
        self.is_draining = self._sweeps = False
        self._counting = threading.Lock()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="generations", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.create_task(self._renew())
        self.loop.run_forever()

    def count(self, token: str, steps: int) -> None:
        with self._counting:
            self.open[token] += steps
            if self.open[token] <= 0:
                del self.open[token]

    @property
    def room(self) -> int:
        return 0 if self.is_draining else max(0, MOST_OPEN - self.open.total())

    @property
    def busy(self) -> tuple[str, ...]:
        with self._counting:
            return tuple(self.open)

    def start(self, token: str, work: Coroutine[Any, Any, None], steps: int = 1) -> "Steps":
        """`work` takes `steps` steps under the claim `token`; those it does not tick off end with it."""
        begun = Steps(self, token, steps)
        asyncio.run_coroutine_threadsafe(work, self.loop).add_done_callback(begun.ended)
        return begun

    def wait_for(self, call: Coroutine[Any, Any, Any]) -> Any:
        """The result of `call`, for a thread that is not the loop's own; raises TimeoutError."""
        return asyncio.run_coroutine_threadsafe(call, self.loop).result(WAIT_S)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(settings.GENERATION_LEASE_S / ROUNDS)
            self._tell_lateness()
            if self.open:
                try:
                    await leases(claims.renew)(list(self.busy))
                except Exception:  # whatever ails the database now: the next round tries again, the calls go on
                    log.exception("Leases of generations could not be renewed")

    async def paid(self, step: Callable[[], Coroutine[Any, Any, None]], is_held: bool) -> bool:
        """Takes a step that costs money once there is a slot; False where this process ends before it began."""
        async with self._held if is_held else self._named:
            if self.is_draining:
                return False
            task = self.loop.create_task(step())
            self._paid.add(task)
            task.add_done_callback(self._paid.discard)
            await asyncio.shield(task)
        return True

    async def _hear_paid(self, patience_s: float) -> None:
        if self._paid:
            _, unheard = await asyncio.wait(self._paid, timeout=patience_s)
            if unheard:
                log.warning("%s paid calls were still open; their generations will be marked unknown", len(unheard))
        await client.close()

    def keep_sweeping(self, sweep: Callable[[], object]) -> None:
        """Also where every thread of the worker is busy with other tasks, and without beat."""
        if not self._sweeps:
            self._sweeps = True
            asyncio.run_coroutine_threadsafe(self._sweep_on(sweep), self.loop)

    async def _sweep_on(self, sweep: Callable[[], object]) -> None:
        while not self.is_draining:
            try:
                await sweeps(sweep)()
            except Exception:  # a database that is away for a while comes back
                log.exception("The sweep of generations failed")
            await asyncio.sleep(SWEEP_S)

    def _tell_lateness(self) -> None:
        """What bench/generations.py and an operator read: whether this worker keeps up."""
        late, self.late_s = sorted(self.late_s), deque(maxlen=self.late_s.maxlen)
        if late:
            half, most = late[len(late) // 2], late[int(len(late) * 0.99)]
            log.info("%s steps begun, late by %.3f s (half) and %.3f s (99 %%)", len(late), half, most)

    def stop(self, patience_s: float) -> None:
        """Waits for the answers of paid calls, then closes."""
        self.is_draining = True
        asyncio.run_coroutine_threadsafe(self._hear_paid(patience_s), self.loop).result(patience_s + 2)
        for pool in _pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(2)


_engine: Engine | None = None
_starting = threading.Lock()


def engine() -> Engine:
    global _engine
    with _starting:
        if _engine is None:
            _engine = Engine()
        return _engine


def drain(patience_s: float) -> None:
    """Called when a worker shuts down: what was paid for is heard to its end, if it does not take too long."""
    if _engine is not None and not _engine.is_draining:
        _engine.stop(patience_s)
