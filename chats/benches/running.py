"""The life of a run: its row stands before money is spent, and one that lost its process says so."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

from channels.db import DatabaseSyncToAsync
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from chats import exchanges, keys
from chats.gateway.errors import GatewayError
from chats.gateway.recording import Recording
from chats.models import BenchRun

from . import files
from .asked import Asked
from .calling import Outcome, call

log = logging.getLogger(__name__)

BEAT_S = 4.0
SILENT = timedelta(seconds=20)  # without a beat for so long, nobody is at it any more
# Told as of a generation that was sent and never heard of: it may have been charged.
BROKE_OFF = {"kind": "timeout", "code": "submit_unheard", "message": ""}

live: dict[int, asyncio.Task[None]] = {}


def begin(user: Any, team: Any, client_id: str, asked: Asked) -> tuple[BenchRun, bool]:
    """The row of this `client_id`, and whether it is new. Only a new one may be started."""
    mine = BenchRun.objects.filter(author=user, client_id=client_id)
    if known := mine.first():
        return known, False
    name = files.save(team.pk, {"texts": asked.texts})
    values = {"kind": asked.kind, "title": asked.title, "asked": dict(asked.facts) | {"count": len(asked.texts)}}
    try:
        with transaction.atomic():
            run = BenchRun.objects.create(
                team=team, author=user, client_id=client_id, file=name, outcome=_beaten(), **values
            )
    except IntegrityError:  # the same came twice at once
        default_storage.delete(name)
        return mine.get(), False
    return run, True


def start(run: BenchRun) -> asyncio.Task[None]:
    """Calls in the background, whoever goes on waiting for it."""
    task = asyncio.create_task(_run(run), name=f"bench run {run.pk}")
    live[run.pk] = task
    task.add_done_callback(lambda _: live.pop(run.pk, None))
    return task


def look(runs: Sequence[BenchRun]) -> None:
    """Marks those that nobody is at any more; a process that comes back late still has the last word."""
    for run in runs:
        if run.state == BenchRun.State.RUNNING and run.pk not in live and _is_silent(run):
            values = {"state": BenchRun.State.FAILED, "error": BROKE_OFF, "finished_at": timezone.now()}
            if BenchRun.objects.filter(pk=run.pk, state=BenchRun.State.RUNNING).update(**values):
                run.state, run.error = BenchRun.State.FAILED, dict(BROKE_OFF)
            else:
                run.refresh_from_db()


def _in_thread(act: Callable[..., Any]) -> DatabaseSyncToAsync:
    """In any thread: that of the request which began the run is gone once the page is left."""
    return DatabaseSyncToAsync(act, thread_sensitive=False)


def _is_silent(run: BenchRun) -> bool:
    beat_at = parse_datetime(str(run.outcome.get("beat_at", ""))) or run.created_at
    return timezone.now() - beat_at > SILENT


def _beaten() -> dict[str, str]:
    return {"beat_at": timezone.now().isoformat()}


async def _run(run: BenchRun) -> None:
    began = monotonic()
    beating = asyncio.create_task(_beat(run.pk))
    try:
        outcome = await _called(run)
        outcome.facts["seconds"] = monotonic() - began
        await _save(run, outcome)
    finally:
        beating.cancel()
    await _keep(run, outcome.recordings)


async def _called(run: BenchRun) -> Outcome:
    try:
        texts, credentials = await _in_thread(_prepared)(run)
        return await call(run, texts, credentials)
    except GatewayError as error:
        return Outcome(error=error.as_json())
    except Exception:  # the row must end in some state whatever broke, and the log has the rest
        log.exception("Bench run %s failed", run.pk)
        return Outcome(error=GatewayError("internal").as_json())


def _prepared(run: BenchRun) -> tuple[list[str], Any]:
    return files.load(run.file)["texts"], keys.credentials(run.team)


async def _beat(pk: int) -> None:
    while True:
        await asyncio.sleep(BEAT_S)
        await _in_thread(_mark)(pk)


def _mark(pk: int) -> None:
    try:
        BenchRun.objects.filter(pk=pk, state=BenchRun.State.RUNNING).update(outcome=_beaten())
    except DatabaseError:  # the next one comes soon
        log.warning("Bench run %s missed a beat", pk, exc_info=True)


async def _save(run: BenchRun, outcome: Outcome) -> None:
    retrying = AsyncRetrying(
        retry=retry_if_exception_type(DatabaseError),
        wait=wait_exponential(0.5, max=5),
        stop=stop_after_attempt(5),
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            await _in_thread(_end)(run, outcome)


def _end(run: BenchRun, outcome: Outcome) -> None:
    """The texts stay for whoever wants to run it again, also where nothing came."""
    run.state = BenchRun.State.FAILED if outcome.error else BenchRun.State.DONE
    run.outcome, run.error, run.finished_at = outcome.facts, outcome.error, timezone.now()
    old = ""
    if outcome.lists:
        old, run.file = run.file, files.save(run.team_id, files.load(run.file) | outcome.lists)
    try:
        run.save(update_fields=["state", "outcome", "error", "finished_at", "file"])
    except DatabaseError:
        if old:
            default_storage.delete(run.file)
            run.file = old
        raise
    if old:
        default_storage.delete(old)


async def _keep(run: BenchRun, recordings: Sequence[Recording]) -> None:
    for recording in recordings:
        try:
            await _in_thread(exchanges.keep)(recording, team=run.team, author=run.author, bench_run=run, label=run.kind)
        except (DatabaseError, OSError):  # the result is there all the same
            log.exception("What was sent for bench run %s could not be kept", run.pk)
