"""From a finished job to files of ours: noted, fetched at once, stored under a name that follows from the row."""

import datetime
import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import slugify
from django.utils.translation import gettext_noop as _

from chats import catalog, keys
from chats.attachments import examine
from chats.gateway import client, results
from chats.gateway.errors import GatewayError
from chats.gateway.values import Credentials, Output, TaskState
from chats.media import MediaError, stored
from chats.media.sniff import HEAD_BYTES, sniff
from chats.models import Attachment, Generation, GenerationOutput
from chats.models.generation import claim_token

from . import ending
from .claims import Claim, Gone, State, lease
from .engine import downloads, engine, files, rows
from .insisting import insisted
from .points import reach

log = logging.getLogger(__name__)

WAIT_S = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0)
GIVE_UP = datetime.timedelta(hours=1)  # the shortest life of a link that a vendor states (video.md 2.6)
ASK_ANEW = 2  # faults after which the job is asked for a fresh link
SUFFIXES = {"jpeg": ".jpg", "mpeg": ".mpg"}
NOT_THAT = _("The address of the result gave something else than was made.")


class Wrong(MediaError):
    """Bytes that are not of the kind that was made, as an error page is."""


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
        _store(row, place, output, path)


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
        _link(row, place, output, None)
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
        _link(row, place, output, found.attachment)  # its process may have died right before
        return
    credentials = keys.credentials(row.team)
    _let_go()
    with stored.scratch() as folder:
        path = folder / "made"
        with path.open("wb") as target:
            results.download(output.url, credentials, cast(BinaryIO, Stoppable(target)), settings.MAX_RESULT_BYTES)
        reach("collect:fetched")
        _store(row, place, output, path)


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


def _store(row: Generation, place: int, output: Output, path: Path) -> None:
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
    if output.kind in ("image", "video", "audio") and found.kind != output.kind:
        raise Wrong(NOT_THAT)
    suffix = SUFFIXES.get(found.container, f".{found.container}") if found.container else _suffix(output)
    attachment = _attachment(row, place, output, suffix)
    attachment.file.name = _saved(row, place, suffix, path)
    attachment.received_bytes = path.stat().st_size
    attachment.save(update_fields=["file", "received_bytes"])
    reach("collect:stored")
    examine(attachment, path)
    _link(row, place, output, attachment)
    reach("collect:linked")


def _suffix(output: Output) -> str:
    return {"splat": ".spz", "mesh": ".glb"}.get(output.role, "")


def _saved(row: Generation, place: int, suffix: str, path: Path) -> str:
    """One name per result, never one to guess: a second try replaces the bytes of the first."""
    secret = salted_hmac("generation", f"{row.pk}/{place}").hexdigest()[:32]
    name = f"generations/{row.created_at:%Y/%m}/{secret}{suffix}"
    storage = Attachment._meta.get_field("file").storage
    storage.delete(name)
    with path.open("rb") as file:
        return storage.save(name, File(file))


def _attachment(row: Generation, place: int, output: Output, suffix: str) -> Attachment:
    with _place(row, place, output) as result:
        if result.attachment is None:
            result.attachment = Attachment.objects.create(
                team_id=row.team_id,
                uploader_id=row.author_id,
                kind=output.kind,
                name=f"{_title(row)}{f'-{output.role}' if output.role else ''}{suffix}",
                state=Attachment.State.PROBING,
                claimed_at=timezone.now(),  # we look into it ourselves
            )
            result.save(update_fields=["attachment"])
        return result.attachment


def _title(row: Generation) -> str:
    words = slugify(row.prompt[:60], allow_unicode=True)[:40].strip("-") or row.kind
    return f"{row.created_at:%Y-%m-%d} {words} {row.model}"[:200].replace("/", "-")


@contextmanager
def _place(row: Generation, place: int, output: Output) -> Iterator[GenerationOutput]:
    with transaction.atomic():
        GenerationOutput.objects.get_or_create(
            generation=row, position=place, defaults={"role": output.role, "url": _page(output)}
        )
        mine = GenerationOutput.objects.select_for_update(of=("self",)).select_related("attachment")
        yield mine.get(generation=row, position=place)


def _page(output: Output) -> str:
    return output.url[:2000] if output.role == "viewer" else ""


def _link(row: Generation, place: int, output: Output, attachment: Attachment | None) -> None:
    """With the file in its message, whoever may read that may see it."""
    if attachment is None:
        with _place(row, place, output):
            return
    row.message.attachments.add(attachment)


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
