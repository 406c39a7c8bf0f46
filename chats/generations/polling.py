"""Asking the gateway how claimed generations stand, many at once; answers are written in batches."""

import asyncio
import datetime
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from chats import catalog
from chats.gateway import client
from chats.gateway.errors import GatewayError
from chats.gateway.recording import Recording
from chats.gateway.values import Credentials, TaskState
from chats.models import Generation

from . import collecting, ending, timing, wire
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
STUMBLES = 5
LOOKS = 3  # at one that has expired, where the line is bad


@dataclass(frozen=True, slots=True)
class Told:
    """One answer, or why there was none."""

    row: Generation
    credentials: Credentials
    state: TaskState | None = None
    error: GatewayError | None = None
    final: tuple[Recording, ...] = ()  # what told how it ended

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
    keeping: list[asyncio.Task[None]] = []
    left = len(polled)
    while left:
        told = await _gathered(answers)
        left -= len(told)
        ready = await rows(record)(told)
        for claim in ready:
            engine.start(claim.token, collecting.collect(claim))
        for begun in steps:
            begun.tick(len(told))
        keeping += [asyncio.create_task(wire.keep(one.row.pk, one.final, "poll")) for one in told if one.final]
    await asyncio.gather(*asking, *keeping)


async def _gathered(answers: asyncio.Queue[Told]) -> list[Told]:
    """What came within a moment of the first, so that a batch is one update."""
    told = [await answers.get()]
    await asyncio.sleep(FLUSH_S)
    while not answers.empty() and len(told) < BATCH:
        told.append(answers.get_nowait())
    return told


async def _asked(row: Generation, credentials: Credentials) -> Told:
    reach("poll:sent")
    final: list[Recording] = []
    try:
        state = await client.poll(catalog.get(row.model), row.remote_id, credentials, on_final=final.append)
    except GatewayError as error:
        return Told(row, credentials, error=error)
    except Exception:  # a body nobody thought of: as if there had been no answer, and the deadline counts
        log.exception("What the gateway says of generation %s cannot be read", row.pk)
        return Told(row, credentials, error=GatewayError("internal"))
    reach("poll:answered")
    return Told(row, credentials, state=state, final=tuple(final))


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
    except Exception:  # one row must not hold up the others; the log has the rest
        log.exception("What was told of generation %s could not be written", told.row.pk)
        _stumble(told)
    return False


def _stumble(told: Told) -> None:
    """Asked after again a few times; a database that is away lets the lease lapse, which is the same."""
    try:
        if told.row.faults + 1 >= STUMBLES:
            ending.end(told.claim, State.FAILED, error=GatewayError("internal"))
        else:
            told.claim.release(timezone.now() + datetime.timedelta(seconds=BLOCKED_S), faults=F("faults") + 1)
    except (Gone, DatabaseError):
        log.info("Generation %s is left to its lease", told.row.pk)


def _changed(told: Told) -> None:
    row, state = told.row, told.state
    if state is not None and state.status == "failed":
        ending.end(told.claim, State.FAILED, error=ending.failure(state), polls=F("polls") + 1)
    elif told.error is not None and client.is_gone(told.error):
        _missing(told, told.error)
    elif row.state == State.EXPIRED:
        _last_look(told)
    elif _is_overdue(row):
        _expire(told.claim)
    elif told.error is not None:
        _fault(told, told.error)
    else:
        _go_on(told, state)


def _last_look(told: Told) -> None:
    """Over with its answer; where none could be had it is tried a few times. A person may look again."""
    if told.error is not None and told.row.faults + 1 < LOOKS:
        told.claim.release(timezone.now() + timing.LAST_LOOK, faults=F("faults") + 1)
    else:
        told.claim.release(NEVER, faults=0)


def _missing(told: Told, error: GatewayError) -> None:
    times = told.row.faults + 1 if (told.row.error or {}).get("code") == error.code else 1
    if times >= GONE_AFTER or told.row.state == State.EXPIRED:
        ending.end(told.claim, State.FAILED, error=error)
    else:
        _fault(told, error, times)


def give_up(row: Generation) -> None:
    """One that cannot be asked after, for its key cannot be read: waits for it, until its deadline."""
    if row.state != State.EXPIRED and _is_overdue(row):
        with suppress(Gone):
            _expire(Claim.of(row))


def _expire(claim: Claim) -> None:
    """We stop waiting; the vendor may still finish, so one look is left for later."""
    error = GatewayError("timeout", code="deadline")
    with transaction.atomic():
        now = timezone.now()
        claim.release(now + timing.LAST_LOOK, state=State.EXPIRED, finished_at=now, faults=0, error=error.as_json())
        ending.settle(Generation.objects.select_related("message__conversation").get(pk=claim.pk))


def _fault(told: Told, error: GatewayError, times: int | None = None) -> None:
    """No answer is no failure: the job goes on over there, and we ask again, more slowly."""
    row = told.row
    wait_s = timing.delay_s(row.model, row.polls, told.credentials) * 2 ** min(row.faults + 1, 6)
    if client.is_blocked(error):
        wait_s = max(wait_s, BLOCKED_S)
    wait = datetime.timedelta(seconds=min(wait_s, MOST_WAIT_S))
    told.claim.release(timezone.now() + wait, faults=times or F("faults") + 1, error=error.as_json())


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
            ending.tell_later(row.pk)
