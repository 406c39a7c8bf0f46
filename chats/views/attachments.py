"""Doors of attachments: chunks in, facts out, repairs asked for; the bytes themselves go out in files.py."""

import json
from collections.abc import Iterator
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chats import attachments, catalog, tasks
from chats.media import incoming, repairs
from chats.media.errors import Refused
from chats.models import Attachment, Membership, Team
from chats.models.team import WRITERS

from . import files

PIECE_BYTES = 256 * 1024


def _problem(status: int, code: str, message: str, **more) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message}, **more}, status=status)


def _signed_in(view):
    """JSON instead of a sign-in page, which a script cannot use."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _problem(401, "signed_out", _("You are signed out. Sign in and try again."))
        return view(request, *args, **kwargs)

    return wrapped


@_signed_in
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """`{name, size_bytes, team?}` → `{id, offset, chunk_bytes, url}`."""
    asked, team = _body(request), _team(request)
    if team is None:
        return _problem(403, "read_only", _("You may read here, but not add files."))
    name, size_bytes = asked.get("name"), asked.get("size_bytes")
    if not isinstance(name, str) or not isinstance(size_bytes, int) or isinstance(size_bytes, bool):
        return _problem(400, "bad_request", _("The name and the size of the file are needed."))
    try:
        made = attachments.begin(request.user, team, name, size_bytes)
    except attachments.Rejected as e:
        return _problem(413 if e.code == "too_big" else 400, e.code, str(e))
    return JsonResponse(as_json(made), status=201)


@_signed_in
@require_POST
def begin_remote(request: HttpRequest) -> HttpResponse:
    """`{url, team?}` → the attachment, which is looked at from afar by a worker."""
    team, url = _team(request), _body(request).get("url")
    if team is None:
        return _problem(403, "read_only", _("You may read here, but not add files."))
    if not isinstance(url, str) or len(url) > 2000:
        return _problem(400, "bad_request", _("An address of at most 2,000 letters is needed."))
    try:
        made = attachments.begin_remote(request.user, team, url)
    except Refused as e:
        return _problem(400, "refused", _(str(e)))
    tasks.probe_attachment.delay(made.pk)
    made.refresh_from_db()
    return JsonResponse(as_json(made), status=201)


@_signed_in
@require_http_methods(["PUT"])
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """One chunk at `?offset=`; 409 with the right offset for a wrong one."""
    attachment = get_object_or_404(Attachment.objects.writable_by(request.user), pk=pk, remote_url="")
    offset, length = request.GET.get("offset", ""), request.headers.get("Content-Length", "")
    if not offset.isascii() or not offset.isdigit():
        return _problem(400, "bad_request", _("The offset of the chunk is missing."))
    if length.isdigit() and int(length) > settings.UPLOAD_CHUNK_BYTES:
        return _problem(413, "chunk_too_big", _("The chunk is too large."), chunk_bytes=settings.UPLOAD_CHUNK_BYTES)
    was = attachment.state
    try:
        received = attachments.receive(
            attachment, int(offset), _pieces(request), int(length) if length.isdigit() else None
        )
    except incoming.WrongOffset as e:
        return _problem(409, "wrong_offset", _("The chunk does not follow the last one."), offset=e.received_bytes)
    except incoming.TooMuch:
        now = incoming.received_bytes(pk)
        return _problem(413, "too_big", _("More bytes came than were announced."), offset=now)
    if was == Attachment.State.UPLOADING and attachment.state == Attachment.State.PROBING:
        tasks.probe_attachment.delay(pk)
        attachment.refresh_from_db()
    return JsonResponse(as_json(attachment) | {"offset": received})


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """The body as it lies in the server's spool, never whole in memory."""
    while piece := request.read(PIECE_BYTES):
        yield piece


@_signed_in
@require_http_methods(["GET", "HEAD", "DELETE"])
def show(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "DELETE":
        return _cancel(request, pk)
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    if attachment.state == Attachment.State.PROBING and attachments.forgotten().filter(pk=pk).exists():
        _queue(attachment)
    return JsonResponse(as_json(attachment), headers={"Cache-Control": "no-store"})


def _cancel(request: HttpRequest, pk: int) -> HttpResponse:
    attachment = get_object_or_404(Attachment.objects.writable_by(request.user), pk=pk)
    if not attachments.cancel(attachment):
        return _problem(409, "sent", _("The file is part of a message."))
    return HttpResponse(status=204)


@_signed_in
@require_POST
def repair(request: HttpRequest, pk: int) -> HttpResponse:
    """`{repair, model}` → the new attachment; it is made in a worker."""
    source = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    asked = _body(request)
    name, model = asked.get("repair"), asked.get("model")
    if not _may_write(request, source.team_id):
        return _problem(403, "read_only", _("You may read here, but not add files."))
    if name not in repairs.REPAIRS or not isinstance(model, str) or not source.file:
        return _problem(400, "bad_request", _("This cannot be done with this file."))
    made = attachments.repair(request.user, source, name, catalog.get(model))
    if made.state == Attachment.State.PROBING and made.claimed_at is None:
        _queue(made)
        made.refresh_from_db()
    return JsonResponse(as_json(made), status=201)


def _queue(attachment: Attachment) -> None:
    task = tasks.repair_attachment if attachment.repair else tasks.probe_attachment
    task.delay(attachment.pk)


def _body(request: HttpRequest) -> dict:
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _team(request: HttpRequest) -> Team | None:
    """The team named in the body, else the one in view, if the person may write there."""
    pk = _body(request).get("team")
    team = Team.objects.visible_to(request.user).filter(pk=pk).first() if isinstance(pk, int) else None
    team = team or (None if isinstance(pk, int) else Team.objects.current_for(request.user))
    return team if team and _may_write(request, team.pk) else None


def _may_write(request: HttpRequest, team: int) -> bool:
    return Membership.objects.filter(team=team, user_id=request.user.pk or 0, role__in=WRITERS).exists()


def as_json(attachment: Attachment) -> dict:
    """What a script needs to show a file: state, facts and addresses."""
    is_here = bool(attachment.file)
    return {
        "id": attachment.pk,
        "name": attachment.name,
        "kind": attachment.kind,
        "state": attachment.state,
        "failure": _(attachment.failure) if attachment.failure else "",
        "content_type": attachment.content_type,
        "size_bytes": attachment.size_bytes,
        "received_bytes": _received(attachment),
        "offset": _received(attachment),
        "chunk_bytes": settings.UPLOAD_CHUNK_BYTES,
        "width": attachment.width,
        "height": attachment.height,
        "duration_s": attachment.duration_s,
        "frame_rate": attachment.frame_rate,
        "codecs": list(filter(None, attachment.codecs.split(","))),
        "container": attachment.container,
        "pages": attachment.pages,
        "waveform": attachment.waveform,
        "remote_url": attachment.remote_url,
        "source": attachment.source_id,
        "repair": attachment.repair,
        "url": reverse("chats:attachment", args=[attachment.pk]),
        "file": reverse("chats:attachment_file", args=[attachment.pk]) if is_here else "",
        "download": reverse("chats:attachment_download", args=[attachment.pk]) if is_here else "",
        "poster": reverse("chats:attachment_poster", args=[attachment.pk]) if attachment.poster else "",
        "preview": reverse("chats:attachment_preview", args=[attachment.pk]) if attachment.preview else "",
    }


def _received(attachment: Attachment) -> int:
    """Of an upload the file itself tells: a process may have died between writing and saying so."""
    is_coming = attachment.state == Attachment.State.UPLOADING
    return incoming.received_bytes(attachment.pk) if is_coming else attachment.received_bytes


urlpatterns = [
    path("attachments/", begin, name="attachments"),
    path("attachments/remote/", begin_remote, name="attachments_remote"),
    path("attachments/<int:pk>/", show, name="attachment"),
    path("attachments/<int:pk>/bytes/", receive, name="attachment_bytes"),
    path("attachments/<int:pk>/repair/", repair, name="attachment_repair"),
    *files.urlpatterns,
]
