"""Worker and beat as threads of the web process, for a start without Redis; called by `manage.py serve`.

What was measured: 25 ms from queueing to running, 1.2 % of a core when idle (performance.md).
"""

import logging
import threading

from celery.beat import EmbeddedService
from django.conf import settings

from chats import generations

from .celery import app

log = logging.getLogger(__name__)


class SmallSet:
    """`is_running` is part of /healthz."""

    def __init__(self) -> None:
        self.worker = app.WorkController(
            pool="threads",
            concurrency=8,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            loglevel="WARNING",
            hostname="small@playground",
        )
        self.beat = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")
        self._thread = threading.Thread(target=self.worker.start, name="worker", daemon=True)

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive() and self.beat.is_alive()

    def start(self) -> None:
        app.conf.broker_transport_options = {"polling_interval": 0.05}
        app.conf.worker_enable_remote_control = False
        self._thread.start()
        self.beat.start()
        generations.keep_sweeping()

    def drain(self) -> None:
        """Before the server goes: no new steps, and paid calls that are open are heard, if it does not take long."""
        self.beat.stop()
        generations.drain(settings.GENERATION_DRAIN_S)

    def stop(self) -> None:
        self.beat.stop()
        self.worker.stop()
        self._thread.join(timeout=5)


running: SmallSet | None = None


def start() -> SmallSet:
    global running
    running = SmallSet()
    running.start()
    return running
