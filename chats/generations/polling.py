"""Asking the gateway how claimed generations stand, many at once; answers are written in batches."""

import asyncio
import datetime
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chats import catalog
from chats.gateway import client
from chats.gateway.classification import ErrorKind
from chats.gateway.errors import GatewayError
from chats.gateway.values import Credentials, TaskState
from chats.models import Generation

from . import collecting, ending, timing
from .claims import NEVER, Claim, Gone, State
from .engine import Engine, Steps, rows
from .points import reach

log = logging.getLogger(__name__)

FLUSH_S = 0.1
BATCH = 200
AT_ONCE = 300  # GETs under way in this process
BLOCKED_S = 60.0
MOST_WAIT_S = 120.0
GONE_AFTER = 3  # a job may be known a moment later than its id
REFUSALS = ("content", "sensitive", "policy", "moderation", "safety", "DataInspection")


@dataclass(frozen=True, slots=True)
class Told:
    """One answer, or why there was none."""

    row: Generation
    credentials: Credentials
    state: TaskState | None = None
    error: GatewayError | None = None

    @property
    def claim(self) -> Claim:
        return Claim.of(self.row)


def start(engine: Engine, polled: list[Generation], credentials: Mapping[int, Credentials]) -> None:
    """All of `polled` bear one claim."""
    steps: list[Steps] = []
    steps.append(engine.start(polled[0].claim, _poll_all(engine, steps, polled, credentials), len(polled)))


async def _poll_all(
    engine: Engine, steps: list[Steps], polled: list[Generation], credentials: Mapping[int, Credentials]
) -> None:
    slots = asyncio.Semaphore(AT_ONCE)
    answers: asyncio.Queue[Told] = asyncio.Queue()

    async def ask(row: Generation) -> None:
        async with slots:
            engine.late_s.append((timezone.now() - row.was_due_at).total_seconds())
            await answers.put(await _asked(row, credentials[row.team_id]))

    asking = [asyncio.create_task(ask(row)) for row in polled]
    left = len(polled)
    while left:
        told = await _gathered(answers)
        left -= len(told)
        ready = await rows(record)(told)
        for claim in ready:
            engine.start(claim.token, collecting.collect(claim))
        for begun in steps:
            begun.tick(len(told))
    await asyncio.gather(*asking)


async def _gathered(answers: asyncio.Queue[Told]) -> list[Told]:
    """What came within a moment of the first, so that a batch is one update."""
    told = [await answers.get()]
    await asyncio.sleep(FLUSH_S)
    while not answers.empty() and len(told) < BATCH:
        told.append(answers.get_nowait())
    return told


async def _asked(row: Generation, credentials: Credentials) -> Told:
    reach("poll:sent")
    try:
        state = await client.poll(catalog.get(row.model), row.remote_id, credentials)
    except GatewayError as error:
        return Told(row, credentials, error=error)
    reach("poll:answered")
    return Told(row, credentials, state=state)


def record(told: Iterable[Told]) -> list[Claim]:
    """Writes what was heard; the rows that changed nothing share one update. Returns claims ready to be collected."""
    unchanged: dict[tuple[str, str, int], list[Told]] = defaultdict(list)
    ready = []
    for one in told:
        if _is_unchanged(one):
            unchanged[one.row.claim, one.row.model, one.row.polls].append(one)
        elif _quietly(one):
            ready.append(one.claim)
    for (token, model, polls), same in unchanged.items():
        _wait_on(token, model, polls, same)
    reach("poll:saved")
    return ready


def _is_unchanged(told: Told) -> bool:
    row, state = told.row, told.state
    if state is None or state.status not in ("running", "queued") or row.state == State.EXPIRED or _is_overdue(row):
        return False
    is_same_state = row.state == (State.RUNNING if state.status == "running" else State.SUBMITTED)
    return is_same_state and not row.faults and (state.progress is None or state.progress == row.progress)


def _is_overdue(row: Generation) -> bool:
    return row.deadline_at is not None and row.deadline_at <= timezone.now()


def _wait_on(token: str, model: str, polls: int, same: list[Told]) -> None:
    wait = datetime.timedelta(seconds=timing.delay_s(model, polls, same[0].credentials))
    mine = Generation.objects.filter(pk__in=[one.row.pk for one in same], claim=token)
    mine.update(claim="", due_at=timezone.now() + wait, polls=F("polls") + 1)


def _quietly(told: Told) -> bool:
    """Whether its result may be collected now. One row that cannot be written leaves the others of the batch."""
    try:
        if told.state is not None and told.state.status == "succeeded":
            # Kept before it is fetched: some links are told only once (video.md 2.2, World Labs).
            collecting.note(told.claim, told.state)
            return True
        _changed(told)
    except Gone:
        log.info("Generation %s was ended while it was asked after", told.row.pk)
    except Exception:  # its lease lapses and it is asked after again; the log has the rest
        log.exception("What was told of generation %s could not be written", told.row.pk)
    return False


def _changed(told: Told) -> None:
    row, state = told.row, told.state
    if state is not None and state.status == "failed":
        ending.end(told.claim, State.FAILED, error=_failure(state), polls=F("polls") + 1)
    elif told.error is not None and client.is_gone(told.error):
        _missing(told, told.error)
    elif row.state == State.EXPIRED:
        told.claim.release(NEVER)  # the last look is over; a person may look again
    elif _is_overdue(row):
        _expire(told)
    elif told.error is not None:
        _fault(told, told.error)
    else:
        _go_on(told, state)


def _failure(state: TaskState) -> GatewayError:
    said = f"{state.code} {state.error}"
    is_refused = any(word.lower() in said.lower() for word in REFUSALS)
    kind: ErrorKind = "content_refused" if is_refused else "upstream"
    return GatewayError(kind, 200, state.code or "generation_failed", state.error)


def _missing(told: Told, error: GatewayError) -> None:
    if told.row.faults + 1 >= GONE_AFTER or told.row.state == State.EXPIRED:
        ending.end(told.claim, State.FAILED, error=error)
    else:
        _fault(told, error)


def _expire(told: Told) -> None:
    """We stop waiting; the vendor may still finish, so one look is left for later."""
    error = GatewayError("timeout", code="deadline")
    with transaction.atomic():
        now = timezone.now()
        told.claim.release(now + timing.LAST_LOOK, state=State.EXPIRED, finished_at=now, error=error.as_json())
        ending.settle(Generation.objects.select_related("message__conversation").get(pk=told.row.pk))


def _fault(told: Told, error: GatewayError) -> None:
    """No answer is no failure: the job goes on over there, and we ask again, more slowly."""
    row = told.row
    wait_s = timing.delay_s(row.model, row.polls, told.credentials) * 2 ** min(row.faults + 1, 6)
    if client.is_blocked(error):
        wait_s = max(wait_s, BLOCKED_S)
    wait = datetime.timedelta(seconds=min(wait_s, MOST_WAIT_S))
    told.claim.release(timezone.now() + wait, faults=F("faults") + 1, error=error.as_json())


def _go_on(told: Told, state: TaskState | None) -> None:
    row = told.row
    now_is = State.RUNNING if state and state.status == "running" else State.SUBMITTED
    now_is = State.RUNNING if row.state == State.RUNNING else now_is  # nothing goes back into a queue
    wait = datetime.timedelta(seconds=timing.delay_s(row.model, row.polls, told.credentials))
    progress = state.progress if state and state.progress is not None else row.progress
    with transaction.atomic():
        told.claim.release(
            timezone.now() + wait, state=now_is, progress=progress, polls=F("polls") + 1, faults=0, error=None
        )
        if (now_is, progress) != (row.state, row.progress):
            transaction.on_commit(partial(ending.tell, row.pk))
