"""From a finished job to files of ours: noted, fetched at once, stored under a name that follows from the row."""

import datetime
import io
import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from chats import catalog, keys
from chats.attachments import examine
from chats.gateway import client, results
from chats.gateway.errors import GatewayError
from chats.gateway.values import Credentials, Output, TaskState
from chats.media import MediaError, stored
from chats.models import Attachment, Generation, GenerationOutput
from chats.models.generation import claim_token

from . import ending
from .claims import Claim, Gone, State, lease
from .engine import downloads, engine, files, rows
from .insisting import insisted
from .points import reach
from .storing import link, store

log = logging.getLogger(__name__)

WAIT_S = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0)
GIVE_UP = datetime.timedelta(hours=1)  # the shortest life of a link that a vendor states (video.md 2.6)
ASK_ANEW = 2  # faults after which the job is asked for a fresh link


def note(claim: Claim, state: TaskState | None) -> None:
    """Keeps what the gateway told of the results; the claim stays, for collecting follows."""
    if state is None:
        return
    _keep_inline(claim, state)
    outcome = {"outputs": [_kept(output) for output in state.outputs], "text": state.text}
    usage = {"usage": dict(state.usage.raw)} if state.usage else {}
    now = timezone.now()
    claim.write(
        state=State.DOWNLOADING,
        outcome=outcome | usage | {"done_at": now.isoformat()},
        polls=F("polls") + 1,
        faults=0,
        error=None,
        finished_at=None,
    )
    ending.tell_later(claim.pk)


def _keep_inline(claim: Claim, state: TaskState) -> None:
    """What came as bytes, or as an address that holds them, goes to storage before the row says anything."""
    inline = [(place, output) for place, output in enumerate(state.outputs) if output.data or _is_inline(output.url)]
    if not inline:
        return
    row = claim.rows().select_related("message__conversation").first()
    if row is None:
        raise Gone
    failed: list[MediaError] = []
    for place, output in inline:
        try:
            _keep_one(row, place, output)
        except MediaError as error:  # one broken picture of a set leaves the others
            failed.append(error)
    if len(failed) == len(state.outputs):
        raise failed[0]


def _keep_one(row: Generation, place: int, output: Output) -> None:
    with stored.scratch() as folder:
        path = folder / "made"
        if output.data:
            path.write_bytes(output.data)
        else:
            with path.open("wb") as target:
                results.download(output.url, Credentials("", ""), target, settings.MAX_RESULT_BYTES)
        store(row, place, output, path)


def _is_inline(url: str) -> bool:
    return bool(url) and not url.startswith(("http://", "https://"))


def _kept(output: Output) -> dict[str, Any]:
    told = asdict(output)
    del told["data"], told["is_partial"]
    if _is_inline(output.url):
        del told["url"]  # no media in rows
    return {name: value for name, value in told.items() if value}


async def keep(claim: Claim, state: TaskState) -> None:
    """The answer to a paid call was the result itself: bytes go to storage before the row says anything."""
    try:
        kept = await insisted(files(_keep), claim, state)
    except Gone:
        log.warning("Generation %s was ended while its result came", claim.pk)
    except Exception as error:  # paid for and not to be had again: said, whatever broke
        log.exception("The result of generation %s could not be stored", claim.pk)
        await rows(_lost)(claim, error)
    else:
        if kept is not None:
            await collect(kept)


def _keep(claim: Claim, state: TaskState) -> Claim | None:
    """The claim under which addresses are still to be fetched; None where all is stored."""
    claim = _regained(claim)
    if state.status == "failed" or not any(not output.error for output in state.outputs):
        said = next((output.error for output in state.outputs if output.error), state.error or state.text)
        code = state.code or "no_result"
        ending.end(claim, State.FAILED, error=ending.failure(replace(state, error=said, code=code)))
        return None
    claim.rows().update(submitted_at=timezone.now(), request_id=state.request_id[:80])
    note(claim, state)
    if any(output.url and not _is_inline(output.url) for output in state.outputs):
        return claim
    _end(claim)
    return None


def _regained(claim: Claim) -> Claim:
    """The row was given up while its answer was on its way: what was paid for is kept all the same."""
    if claim.rows().exists():
        return claim
    again = Claim(claim.pk, claim_token())
    lost = Generation.objects.filter(pk=claim.pk, state=State.UNKNOWN, remote_id="")
    if not lost.update(state=State.SUBMITTING, claim=again.token, due_at=timezone.now() + lease(), finished_at=None):
        raise Gone
    return again


def _lost(claim: Claim, error: Exception) -> None:
    told = GatewayError("upstream", code="result_lost", message=str(error) if isinstance(error, MediaError) else "")
    try:
        ending.end(claim, State.FAILED, error=told)
    except Gone:
        log.info("Generation %s was ended by somebody else", claim.pk)


async def collect(claim: Claim) -> None:
    """May run any number of times: what is stored already is not fetched again."""
    reach("collect:begun")
    try:
        await downloads(_collect)(claim)
    except Gone:
        log.info("Generation %s was ended while its result was copied", claim.pk)
    except (MediaError, GatewayError) as error:
        await rows(_again)(claim, error)
    except Exception as error:  # whatever broke here must neither repeat for ever nor end without a word
        log.exception("Copying the result of generation %s failed", claim.pk)
        await rows(_again)(claim, error)


def _collect(claim: Claim) -> None:
    row = claim.rows().select_related("team", "message__conversation").first()
    if row is None:
        raise Gone
    for result in row.results.select_related("attachment").exclude(attachment=None):
        _finish(row, result.attachment)
    failed: list[Exception] = []
    for place, told in enumerate(_outputs(row)):
        try:
            _collect_one(row, place, Output(**told))
        except (MediaError, GatewayError) as error:  # one dead link of a set leaves the others
            failed.append(error)
    if failed:
        raise failed[0]
    _end(claim)


def _finish(row: Generation, attachment: Attachment | None) -> None:
    """What a process stored before it died: looked into and linked, whatever it had left to do."""
    if attachment is None or not attachment.file:
        return
    if attachment.state == Attachment.State.PROBING:
        with stored.local_copy(str(attachment.file.name)) as path:
            examine(attachment, path)
    row.message.attachments.add(attachment)


def _collect_one(row: Generation, place: int, output: Output) -> None:
    if output.role == "viewer":
        link(row, place, output, None)
    elif output.url and not output.error:
        _fetch(row, place, output)


def _outputs(row: Generation) -> list[Mapping[str, Any]]:
    """As noted; after some faults the job is asked for fresh links, and what is told only once stays."""
    noted = row.outcome.get("outputs", [])
    if row.faults < ASK_ANEW or not row.remote_id:
        return noted
    state = _asked_anew(row)
    fresh = {output.role: _kept(output) for output in state.outputs} if state else {}
    return [fresh.get(told.get("role", ""), told) if len(noted) == len(fresh) else told for told in noted]


def _asked_anew(row: Generation) -> TaskState | None:
    credentials = keys.credentials(row.team)
    _let_go()
    try:
        state = engine().wait_for(client.poll(catalog.get(row.model), row.remote_id, credentials))
    except (GatewayError, TimeoutError):
        return None
    return state if state.status == "succeeded" else None


def _fetch(row: Generation, place: int, output: Output) -> None:
    found = GenerationOutput.objects.select_related("attachment").filter(generation=row, position=place).first()
    if found and found.attachment and found.attachment.state == Attachment.State.READY:
        link(row, place, output, found.attachment)  # its process may have died right before
        return
    credentials = keys.credentials(row.team)
    _let_go()
    with stored.scratch() as folder:
        path = folder / "made"
        with path.open("wb") as target:
            results.download(output.url, credentials, cast(BinaryIO, Stoppable(target)), settings.MAX_RESULT_BYTES)
        reach("collect:fetched")
        store(row, place, output, path)


class Stoppable(io.RawIOBase):
    """Ends a download when this process is about to end; the step falls due for another one."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target

    def write(self, piece: Any) -> int:
        if engine().is_draining:
            raise Gone
        return self._target.write(piece)


def _let_go() -> None:
    """No connection of the database is held while a vendor sends a file."""
    if connection.vendor != "sqlite" and not connection.in_atomic_block:
        connection.close()


def _end(claim: Claim) -> None:
    ending.end(claim, State.SUCCEEDED, progress=None)


def _again(claim: Claim, error: Exception) -> None:
    """The link did not give the file: tried again as long as a vendor keeps it."""
    row = claim.rows().first()
    if row is None:
        return
    told = (
        error if isinstance(error, GatewayError) else GatewayError("upstream", code="result_lost", message=str(error))
    )
    done_at = row.outcome.get("done_at")
    began = datetime.datetime.fromisoformat(done_at) if done_at else timezone.now()
    if timezone.now() - began > min(GIVE_UP, datetime.timedelta(seconds=settings.RESULT_PATIENCE_S)):
        has_some = row.results.filter(attachment__state=Attachment.State.READY).exists()
        ending.end(claim, State.SUCCEEDED if has_some else State.FAILED, error=told)
        return
    wait = datetime.timedelta(seconds=WAIT_S[min(row.faults, len(WAIT_S) - 1)] * settings.GENERATION_PACE)
    with transaction.atomic():
        claim.release(timezone.now() + wait, faults=F("faults") + 1, error=told.as_json())
        ending.tell_later(claim.pk)
