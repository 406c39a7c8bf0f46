"""Doors to generations: their card, and what a person may do to one."""

import uuid
from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from chats import comparisons, generations, replies, tasks
from chats.models import Generation

from .attachments import as_json


@login_required
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    found = Generation.objects.visible_to(request.user).select_related("message__conversation")
    (shown,) = generations.dressed([get_object_or_404(found, pk=pk)], request.user)
    response = render(request, "chats/generations/_card.html", {"generation": shown})
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_GET
def preview(request: HttpRequest, pk: int) -> FileResponse:
    """The newest partial picture; gone once the result is there."""
    shown = get_object_or_404(Generation.objects.visible_to(request.user), pk=pk)
    if not shown.preview:
        raise Http404
    try:
        content = shown.preview.open("rb")
    except OSError as error:
        raise Http404 from error
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return FileResponse(content, content_type=_image_type(content), headers=headers)


def _image_type(content) -> str:
    head = content.read(12)
    content.seek(0)
    if head.startswith(b"\x89PNG"):
        return "image/png"
    return "image/webp" if head[8:12] == b"WEBP" else "image/jpeg"


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _acted(request, pk, generations.cancel)


@login_required
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    return _acted(request, pk, generations.check)


def _acted(request: HttpRequest, pk: int, act: Callable[[Generation], None]) -> HttpResponse:
    try:
        act(_writable(request, pk))
    except generations.NotNow as error:
        return _problem(409, "not_now", str(error))
    tasks.sweep_soon()
    return HttpResponse(status=204)


@login_required
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """The same once more, beside it; `client_id` of the page makes a doubled click one job."""
    row = _told(request, Generation.objects.writable_by(request.user), pk)
    client_id = request.POST.get("client_id", "")[:64] or uuid.uuid4().hex
    runs = (generations.Run(row.model, row.parameters),)
    try:
        asked = replies.ask_again(request.user, client_id, row.message_id, replies.Column(row.model), runs=runs)
    except replies.Refused as error:
        return _problem(409, error.code, str(error))
    replies.settle(asked)
    tasks.sweep_soon()
    at = asked.reply.conversation_id
    return JsonResponse({"conversation": at, "message": asked.reply.pk, "url": f"/c/{at}/#m{asked.reply.pk}"})


@login_required
@require_GET
def form(request: HttpRequest, pk: int) -> JsonResponse:
    """What the composer is filled with to change something and run it again."""
    row = _told(request, Generation.objects.visible_to(request.user), pk)
    filled = generations.filled_form(row)
    given = filled.pop("given")
    filled["attachments"] = [as_json(attachment) | {"role": role} for attachment, role in given]
    return JsonResponse(filled, headers={"Cache-Control": "no-store"})


def _told(request: HttpRequest, rows: QuerySet[Generation], pk: int) -> Generation:
    """One whose model and settings this person may know."""
    row = get_object_or_404(rows.select_related("message"), pk=pk)
    if comparisons.is_hidden_from(request.user, row.message):
        raise Http404
    return row


def _writable(request: HttpRequest, pk: int) -> Generation:
    return get_object_or_404(Generation.objects.writable_by(request.user), pk=pk)


def _problem(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)


urlpatterns = [
    path("generations/<int:pk>/", card, name="generation"),
    path("generations/<int:pk>/preview/", preview, name="generation-preview"),
    path("generations/<int:pk>/cancel/", cancel, name="cancel-generation"),
    path("generations/<int:pk>/check/", check, name="check-generation"),
    path("generations/<int:pk>/again/", again, name="repeat-generation"),
    path("generations/<int:pk>/form/", form, name="generation-form"),
]
