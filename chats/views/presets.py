"""Doors of presets: the page, the list behind "/" in the composer, and one by itself. None of them sends anything."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chats import catalog, presets
from chats.gateway import nesting
from chats.models import Preset
from chats.replies import storable
from chats.templatetags.people import display_name
from chats.views.context import current_membership


@login_required
@require_http_methods(["GET", "POST"])
def all_presets(request: HttpRequest) -> HttpResponse:
    """The page (only its list where a script asks), or a new one."""
    membership = current_membership(request)
    if request.method == "POST":
        return _add(request, membership)
    if membership is None:
        return render(request, "chats/teams/none.html", status=403)
    is_piece = request.headers.get("X-Requested-With") == "fetch"
    context = _rows(request, membership) | {"may_write": membership.may_write}
    return _fresh(render(request, f"chats/presets/{'_list' if is_piece else 'presets'}.html", context))


def _rows(request: HttpRequest, membership) -> dict[str, Any]:
    rows = [_dressed(preset) for preset in presets.listed(request.user, membership.team)]
    return {
        "mine": [preset for preset in rows if preset.author_id == request.user.pk],
        "others": [preset for preset in rows if preset.author_id != request.user.pk],
        "changeable": set(Preset.objects.writable_by(request.user).values_list("pk", flat=True)),
    }


def _add(request: HttpRequest, membership) -> HttpResponse:
    if membership is None:
        raise Http404
    if not membership.may_write:
        return _problem(403, "", _("You may read here, but not keep presets."))
    try:
        made = presets.add(request.user, membership.team, _asked(request))
    except presets.Refused as refused:
        return _problem(422, refused.field, str(refused))
    return JsonResponse(_shown(made), status=201)


@login_required
@require_GET
def list_presets(request: HttpRequest) -> HttpResponse:
    """Those of the team in view as JSON: {presets: […]}."""
    membership = current_membership(request)
    if membership is None:
        raise Http404
    rows = presets.listed(request.user, membership.team)
    return _fresh(JsonResponse({"presets": [_shown(preset) for preset in rows]}))


@login_required
@require_http_methods(["GET", "PUT", "DELETE"])
def one_preset(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "GET":
        visible = Preset.objects.visible_to(request.user).select_related("author")
        return _fresh(JsonResponse(_shown(get_object_or_404(visible, pk=pk))))
    preset = get_object_or_404(Preset.objects.writable_by(request.user).select_related("author"), pk=pk)
    if request.method == "DELETE":
        presets.remove(preset)
        return HttpResponse(status=204)
    try:
        presets.change(preset, _asked(request))
    except presets.Refused as refused:
        return _problem(422, refused.field, str(refused))
    return JsonResponse(_shown(preset))


@login_required
@require_POST
def restore_preset(request: HttpRequest, pk: int) -> HttpResponse:
    presets.restore(get_object_or_404(presets.removed_by(request.user), pk=pk))
    return HttpResponse(status=204)


def _asked(request: HttpRequest) -> dict[str, Any]:
    try:
        asked = nesting.parsed(request.body)
    except ValueError as problem:
        raise presets.Refused("", _("This cannot be kept.")) from problem
    if not isinstance(asked, dict):
        raise presets.Refused("", _("This cannot be kept."))
    return storable(asked)


def _dressed(preset: Preset) -> Any:
    """With what a template asks for."""
    dressed: Any = preset
    dressed.slots = presets.slots(preset)
    dressed.spec = catalog.get(preset.model) if preset.model else None
    return dressed


def _shown(preset: Preset) -> dict[str, Any]:
    kept = {name: getattr(preset, name) for name in ("name", "text", "model", "parameters", "tools", "is_shared")}
    about = {"id": preset.pk, "slots": presets.slots(preset), "author": display_name(preset.author)}
    return kept | about | {"label": catalog.get(preset.model).label if preset.model else ""}


def _problem(status: int, field: str, words: str) -> HttpResponse:
    return JsonResponse({"field": field, "message": words}, status=status)


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("presets/", all_presets, name="presets"),
    path("presets/list/", list_presets, name="preset-list"),
    path("presets/<int:pk>/", one_preset, name="preset"),
    path("presets/<int:pk>/restore/", restore_preset, name="restore-preset"),
]
