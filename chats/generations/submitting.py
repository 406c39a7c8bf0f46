"""The paid call: written as sent before it is made, heard to its end, never repeated on doubt."""

import datetime
import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chats import catalog, keys, media
from chats.catalog import ModelSpec, form
from chats.catalog.fit import Fit, fit
from chats.gateway import client
from chats.gateway.errors import GatewayError
from chats.gateway.recording import Recording
from chats.gateway.values import Credentials, Output, Part, Prompt, TaskState, Turn
from chats.models import Generation

from . import collecting, ending, replied, storing, timing, wire
from .claims import NEVER, Claim, Gone, State
from .engine import engine, files, rows
from .insisting import surely
from .points import reach

log = logging.getLogger(__name__)

TRIES = 8  # of a submit that certainly was not accepted
WAIT_S = (2.0, 10.0, 30.0, 60.0, 120.0)
LONGEST_WAIT_S = 3600.0
SENT = (State.SUBMITTING,)


@dataclass(frozen=True, slots=True)
class Job:
    spec: ModelSpec
    prompt: Prompt
    credentials: Credentials


async def submit(claim: Claim, model: str) -> None:
    """The step of a queued row; every way out leaves a state that a later sweep or a person can go on from.

    The slot comes first, so that nobody holds the bytes of files while others are sent.
    """
    is_held = timing.polling(model) is timing.REPLY
    if not await engine().paid(partial(_submit, claim), is_held):
        await rows(_give_back)(claim)


async def _submit(claim: Claim) -> None:
    try:
        job = await files(_prepared)(claim)
    except Gone:
        return
    except (media.MediaError, GatewayError) as error:
        told = error if isinstance(error, GatewayError) else GatewayError("bad_request", message=str(error))
        await rows(_failed)(claim, told)
        return
    await _call(claim, job)


def _give_back(claim: Claim) -> None:
    """This process ends: another one may take the step at once."""
    with suppress(Gone):
        claim.release(timezone.now())


async def _call(claim: Claim, job: Job) -> None:
    heard: list[Recording] = []
    await _called(claim, job, heard)
    await wire.keep(claim.pk, heard, "submit")


async def _called(claim: Claim, job: Job, heard: list[Recording]) -> None:
    try:
        state = await _answer(claim, job, heard)
    except Gone:
        return
    except GatewayError as error:
        await surely(rows(_refused), claim, job, error)
        return
    reach("submit:answered")
    if state.remote_id:
        await surely(rows(_accepted), claim, job, state)
        reach("submit:saved")
    else:
        await collecting.keep(claim, state)


async def _answer(claim: Claim, job: Job, heard: list[Recording]) -> TaskState:
    async def sent(_request: object = None) -> None:
        await rows(_mark_sent)(claim)
        reach("submit:sent")

    if not form.is_generation(job.spec):
        await sent()
        return await replied.collected(job.spec, job.prompt, job.credentials, heard.append)
    show = partial(_show, claim)
    return await client.submit(
        job.spec, job.prompt, job.credentials, on_sent=sent, on_partial=show, on_exchange=heard.append
    )


async def _show(claim: Claim, output: Output) -> None:
    if output.data:
        await files(_keep_preview)(claim, output)


def _keep_preview(claim: Claim, output: Output) -> None:
    """A partial picture by reference: frames stay small, and whoever comes late sees it too."""
    row = claim.rows().first()
    if row is None:
        return
    old = row.preview.name
    row.preview.save("partial", ContentFile(output.data), save=False)
    with transaction.atomic():
        claim.write(preview=row.preview.name, previews=F("previews") + 1)
        ending.tell_later(claim.pk)
    if old:
        row.preview.storage.delete(old)


def _prepared(claim: Claim) -> Job:
    """Raises Gone, media.MediaError, GatewayError (the key)."""
    claim.write(State.QUEUED, state=State.SUBMITTING)
    row = claim.rows().select_related("team", "message").prefetch_related("given__attachment").get()
    spec = catalog.get(row.model)
    given = sorted(row.given.all(), key=lambda one: one.position)
    verdicts = fit(spec, [one.attachment.facts() for one in given])
    parts = [_part(one, verdict, spec) for one, verdict in zip(given, verdicts, strict=True)]
    turn = Turn("user", (Part("text", row.prompt), *parts))
    job = Job(spec, Prompt((turn,), row.parameters, raw=row.message.raw), keys.credentials(row.team))
    reach("submit:prepared")
    return job


def _part(given, verdict: Fit, spec: ModelSpec) -> Part:
    if not verdict.is_accepted:
        if given.role != "mask":
            raise media.MediaError(f"{given.attachment.name}: {verdict.reason}")
        verdict = Fit(True, "data")
    part = media.deliver(given.attachment, verdict, spec)
    return replace(part, role=given.role)


def _mark_sent(claim: Claim) -> None:
    """The last moment at which a person's cancel keeps the money."""
    wanted = claim.rows().filter(
        state=State.SUBMITTING,
        cancel_requested_at__isnull=True,
        message__deleted_at__isnull=True,
        message__conversation__deleted_at__isnull=True,
    )
    with transaction.atomic():
        if not wanted.update(sent_at=timezone.now(), revision=F("revision") + 1):
            raise Gone
        ending.tell_later(claim.pk)


def _failed(claim: Claim, error: GatewayError) -> None:
    try:
        ending.end(claim, State.FAILED, error=error)
    except Gone:
        log.info("Generation %s was ended by somebody else", claim.pk)


def _accepted(claim: Claim, job: Job, state: TaskState) -> None:
    """Before all else the remote id is kept; also where the lease lapsed meanwhile and the row says unknown."""
    now = timezone.now()
    first = datetime.timedelta(seconds=timing.first_delay_s(job.spec.model, job.credentials))
    values = {
        "remote_id": state.remote_id,
        "request_id": state.request_id[:80],
        "submitted_at": now,
        "deadline_at": timing.deadline(job.spec.model),
        "progress": state.progress,
        "error": None,
        "faults": 0,
        "finished_at": None,
    }
    going_on = {"state": State.SUBMITTED, "claim": "", "due_at": now + first}
    ended = {"state": State.CANCELLED, "claim": "", "due_at": NEVER, "finished_at": now}
    mine = Generation.objects.filter(pk=claim.pk, remote_id="", state__in=(*SENT, State.UNKNOWN, State.CANCELLED))
    with transaction.atomic():
        row = mine.select_for_update(of=("self",)).select_related("message__conversation").first()
        if row is None:
            log.error("Generation %s waits for no job, but the gateway has one: %s", claim.pk, state.remote_id)
            return
        mine.update(revision=F("revision") + 1, **values | (ended if row.cancel_requested_at else going_on))
        ending.settle(row)


def _refused(claim: Claim, job: Job, error: GatewayError) -> None:
    verdict = client.verdict(error, job.spec)
    row = claim.rows().only("faults", "cancel_requested_at").first()
    if row is None:
        return
    if verdict == "again" and row.faults < TRIES and not row.cancel_requested_at:
        wait = datetime.timedelta(seconds=_wait_s(row.faults, error))
        with transaction.atomic():
            # Nothing was accepted, so nothing was sent: the next try starts from the beginning.
            claim.release(
                timezone.now() + wait,
                state=State.QUEUED,
                sent_at=None,
                faults=F("faults") + 1,
                error=error.as_json(),
            )
            ending.tell_later(claim.pk)
        return
    if verdict == "unknown":
        ending.end(claim, State.UNKNOWN, error=error, request_id=error.request_id)
    else:
        state = State.CANCELLED if verdict == "again" and row.cancel_requested_at else State.FAILED
        ending.end(claim, state, error=error, request_id=error.request_id)


def _wait_s(faults: int, error: GatewayError) -> float:
    if error.retry_after_s:
        return min(error.retry_after_s, LONGEST_WAIT_S)
    wait_s = WAIT_S[min(faults, len(WAIT_S) - 1)]
    return max(wait_s, 30.0) if error.http_status == 429 else wait_s  # errors.md 3: not before 30 s


def recover(claim: Claim) -> None:
    """Of a row whose submit nobody works at any more: sent means doubt, and doubt is never sent again by itself."""
    row = claim.rows().only("sent_at", "cancel_requested_at", "faults", "created_at").first()
    if row is None:
        return
    if row.sent_at is not None and storing.is_stored(row):
        # It died between storing the result and saying so.
        claim.release(timezone.now(), state=State.DOWNLOADING, faults=0)
    elif row.sent_at is not None:
        ending.end(claim, State.UNKNOWN, error=GatewayError("timeout", code="submit_unheard"))
    elif row.cancel_requested_at is not None:
        ending.end(claim, State.CANCELLED)
    elif row.faults >= TRIES:
        ending.end(claim, State.FAILED, error=GatewayError("internal"))
    else:
        claim.release(timezone.now(), state=State.QUEUED, faults=F("faults") + 1)
