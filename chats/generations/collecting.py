"""From a finished job to files of ours: noted, fetched at once, stored under a name that follows from the row."""

import datetime
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
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

from . import ending
from .claims import Claim, Gone, State
from .engine import engine, files, rows
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
    ending.tell(claim.pk)


def _keep_inline(claim: Claim, state: TaskState) -> None:
    """What came as bytes, or as an address that holds them, goes to storage before the row says anything."""
    inline = [(place, output) for place, output in enumerate(state.outputs) if output.data or _is_inline(output.url)]
    if not inline:
        return
    row = claim.rows().select_related("message__conversation").first()
    if row is None:
        raise Gone
    for place, output in inline:
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
        await files(_keep)(claim, state)
    except Gone:
        log.warning("Generation %s was ended while its result came", claim.pk)
        return
    except Exception as error:  # paid for and not to be had again: said, whatever broke
        log.exception("The result of generation %s could not be stored", claim.pk)
        await rows(_lost)(claim, error)
        return
    if any(output.url and not _is_inline(output.url) for output in state.outputs):
        await collect(claim)


def _keep(claim: Claim, state: TaskState) -> None:
    made = [output for output in state.outputs if not output.error]
    if not made:
        said = next((output.error for output in state.outputs if output.error), state.text)
        ending.end(claim, State.FAILED, error=GatewayError("upstream", 200, "no_result", said, state.request_id))
        return
    claim.rows().update(submitted_at=timezone.now(), request_id=state.request_id)
    note(claim, state)
    if all(output.data or _is_inline(output.url) for output in made):
        _end(claim)


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
        await files(_collect)(claim)
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
    for place, told in enumerate(_outputs(row)):
        if told.get("error"):
            continue
        output = Output(**told)
        if output.role == "viewer":
            _link(row, place, output, None)
        elif output.url:
            _fetch(row, place, output)
    _end(claim)


def _outputs(row: Generation) -> list[Mapping[str, Any]]:
    """As noted; after some faults the job is asked for fresh links, and what is told only once stays."""
    noted = row.outcome.get("outputs", [])
    if row.faults < ASK_ANEW or not row.remote_id:
        return noted
    state = _asked_anew(row)
    fresh = {output.role: _kept(output) for output in state.outputs} if state else {}
    return [fresh.get(told.get("role", ""), told) if len(noted) == len(fresh) else told for told in noted]


def _asked_anew(row: Generation) -> TaskState | None:
    try:
        asking = client.poll(catalog.get(row.model), row.remote_id, keys.credentials(row.team))
        state = engine().wait_for(asking)
    except GatewayError:
        return None
    return state if state.status == "succeeded" else None


def _fetch(row: Generation, place: int, output: Output) -> None:
    found = GenerationOutput.objects.select_related("attachment").filter(generation=row, position=place).first()
    if found and found.attachment and found.attachment.state == Attachment.State.READY:
        _link(row, place, output, found.attachment)  # its process may have died right before
        return
    with stored.scratch() as folder:
        path = folder / "made"
        with path.open("wb") as target:
            results.download(output.url, keys.credentials(row.team), target, settings.MAX_RESULT_BYTES)
        reach("collect:fetched")
        _store(row, place, output, path)


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
    row = claim.rows().first()
    if row is None:
        raise Gone
    ending.end(claim, State.SUCCEEDED, progress=None)
    if row.preview.name:
        row.preview.storage.delete(row.preview.name)


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
        ending.end(claim, State.FAILED, error=told)
        return
    wait = datetime.timedelta(seconds=WAIT_S[min(row.faults, len(WAIT_S) - 1)] * settings.GENERATION_PACE)
    with transaction.atomic():
        claim.release(timezone.now() + wait, faults=F("faults") + 1, error=told.as_json())
        transaction.on_commit(partial(ending.tell, claim.pk))
