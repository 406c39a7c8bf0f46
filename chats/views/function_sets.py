"""Doors of the function bench: sets of functions that a team's models may call."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chats import benches, catalog
from chats.catalog import ModelSpec
from chats.models import FunctionSet, Membership
from chats.views.benches import NotRead, refusal, told_in, writing_in
from chats.views.context import current_membership


@login_required
@require_http_methods(["GET", "POST"])
def sets(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _saved(request, None)
    membership = current_membership(request)
    if membership is None:
        return render(request, "chats/teams/none.html", status=403)
    return _page(request, membership, None)


@login_required
@require_http_methods(["GET", "PUT", "DELETE"])
def one_set(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "GET":
        kept = get_object_or_404(FunctionSet.objects.visible_to(request.user).select_related("author"), pk=pk)
        membership = get_object_or_404(Membership.objects.select_related("team"), user=request.user, team=kept.team_id)
        return _page(request, membership, kept)
    kept = get_object_or_404(FunctionSet.objects.writable_by(request.user), pk=pk)
    if request.method == "PUT":
        return _saved(request, kept)
    benches.remove(kept)
    return HttpResponse(status=204)


@login_required
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """`{functions}` in any vendor's form: as we keep them, and what is wrong with them."""
    try:
        checked = benches.check(told_in(request).get("functions"))
    except NotRead:
        return refusal(400, "bad_request", _("This could not be read."))
    return JsonResponse({"functions": checked.functions, "problems": checked.problems})


def _saved(request: HttpRequest, known: FunctionSet | None) -> HttpResponse:
    try:
        told = told_in(request)
    except NotRead:
        return refusal(400, "bad_request", _("This could not be read."))
    membership = writing_in(request, known.team_id if known else told.get("team"))
    if membership is None:
        return refusal(403, "no_access", _("You may not do this."))
    try:
        kept = benches.save(request.user, membership.team, told, known)
    except benches.Refused as error:
        return refusal(400, "refused", str(error), error.field)
    return JsonResponse({"id": kept.pk, "url": f"/benches/functions/{kept.pk}/"}, status=200 if known else 201)


def _page(request: HttpRequest, membership: Membership, kept: FunctionSet | None) -> HttpResponse:
    seen = FunctionSet.objects.visible_to(request.user).filter(team=membership.team).select_related("author")
    context: dict[str, Any] = {
        "kind": "functions",
        "membership": membership,
        "may_write": membership.may_write,
        "sets": list(seen),
        "kept": kept,
        "functions": kept.functions if kept else [],
        "may_change": membership.may_write,
        "is_own": True,
        "replies": [],
        "kimi": _kimi() if request.GET.get("model") == "kimi-formulas" else None,
    }
    if kept:
        context["may_change"] = FunctionSet.objects.writable_by(request.user).filter(pk=kept.pk).exists()
        context["is_own"] = kept.author_id == request.user.pk
        context["replies"] = benches.replies_with(request.user, kept)
    response = render(request, "chats/benches/functions.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _kimi() -> ModelSpec | None:
    """One that can be asked with the system tools, for whoever chose those as if they were a model."""
    return next((spec for spec in catalog.listed() if spec.vendor == "moonshot" and not spec.is_bench), None)


urlpatterns = [
    path("benches/functions/", sets, name="function-sets"),
    path("benches/functions/check/", check, name="function-check"),
    path("benches/functions/<int:pk>/", one_set, name="function-set"),
]
