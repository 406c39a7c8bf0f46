"""Doors of the benches: a page each for embeddings, ranks and searches, and the runs that were made there."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chats import benches, catalog
from chats.benches import files, running
from chats.gateway.characters import storable
from chats.models import BenchRun, Membership
from chats.views.context import current_membership
from chats.views.files import give_back

WAIT_S = 20.0  # for a run, before the page is told to ask again
LONGEST_CLIENT_ID = 64
DIGITS_OF_ID = 18  # every number of so many is one that a database takes
FIRST_MODEL = "text-embedding-3-small"  # the cheapest of the list


class NotRead(Exception):
    """What came is no JSON object."""


@login_required
@require_GET
def start_page(request: HttpRequest) -> HttpResponse:
    return redirect("chats:bench-embeddings")


@login_required
@require_http_methods(["GET", "POST"])
async def bench(request: HttpRequest, kind: str) -> HttpResponse:
    if request.method == "GET":
        return await sync_to_async(_page)(request, kind)
    begun = await sync_to_async(_begun)(request, kind)
    if isinstance(begun, HttpResponse):
        return begun
    run, is_new = begun
    task = benches.start(run) if is_new else running.live.get(run.pk)
    if task:
        await sync_to_async(give_back)()
        await asyncio.wait([task], timeout=WAIT_S)  # it goes on without us, also when the page is left
        await sync_to_async(run.refresh_from_db)()
    return JsonResponse({"id": run.pk, "state": run.state, "url": f"/benches/runs/{run.pk}/"})


def _begun(request: HttpRequest, kind: str) -> tuple[BenchRun, bool] | HttpResponse:
    try:
        told = told_in(request)
    except NotRead:
        return refusal(400, "bad_request", _("This could not be read."))
    membership = writing_in(request, told.get("team"))
    if membership is None:
        return refusal(403, "no_access", _("You may not do this."))
    client_id = _client_id(told.get("client_id"))
    if not client_id:
        return refusal(400, "bad_request", _("This could not be read."))
    try:
        return benches.begin(request.user, membership.team, client_id, benches.read(kind, told))
    except benches.Refused as error:
        return refusal(400, "refused", str(error), error.field)


def _client_id(told: Any) -> str:
    """Empty for what cannot be kept as one."""
    is_kept = isinstance(told, str) and len(told) <= LONGEST_CLIENT_ID and storable(told) == told
    return told if is_kept else ""


def told_in(request: HttpRequest) -> Mapping[str, Any]:
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise NotRead from error
    if not isinstance(told, dict):
        raise NotRead
    return told


def writing_in(request: HttpRequest, team: Any) -> Membership | None:
    """The person's place in the team that is named, else in the one in view; None where they may not write."""
    if team in (None, ""):
        membership = current_membership(request)
    else:
        membership = _memberships(request.user).filter(team_id=_id(team)).select_related("team").first()
    return membership if membership and membership.may_write else None


def _id(told: Any) -> int:
    """Of a row; 0, which is none's, for what cannot be one."""
    digits = str(told) if isinstance(told, str | int) else ""
    return int(digits) if len(digits) <= DIGITS_OF_ID and digits.isdecimal() else 0


def _memberships(user: Any) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user)


def refusal(status: int, code: str, message: str, field: str = "") -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message, "field": field}}, status=status)


def _page(request: HttpRequest, kind: str) -> HttpResponse:
    membership = current_membership(request)
    if membership is None:
        return render(request, "chats/teams/none.html", status=403)
    model = request.GET.get("model", "")[:200]
    asked = {"model": model, "models": [model or FIRST_MODEL], "q": request.GET.get("q", "")[:2000]}
    return _rendered(request, kind, membership, asked)


@login_required
@require_http_methods(["GET", "DELETE"])
def show_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Its bench with the form filled in, or only the result for the page's script."""
    if request.method == "DELETE":
        benches.delete(get_object_or_404(BenchRun.objects.writable_by(request.user), pk=pk))
        return HttpResponse(status=204)
    run = _visible(request, pk)
    shown = benches.shown(run)
    if request.headers.get("X-Requested-With") == "fetch":
        return _uncached(render(request, "chats/benches/_run.html", _of_run(request, shown)))
    membership = get_object_or_404(Membership.objects.select_related("team"), user=request.user, team=run.team_id)
    return _rendered(request, run.kind, membership, run.asked, shown)


@login_required
@require_POST
def restore_run(request: HttpRequest, pk: int) -> HttpResponse:
    if not benches.restore(request.user, pk):
        raise Http404
    return HttpResponse(status=204)


def _rendered(
    request: HttpRequest, kind: str, membership: Membership, asked: Mapping[str, Any], shown: Any = None
) -> HttpResponse:
    context = {
        "kind": kind,
        "asked": asked,
        "membership": membership,
        "may_write": membership.may_write,
        "runs": benches.listed(request.user, membership.team, kind),
        "models": [spec for spec in catalog.listed() if spec.kind == "embedding"],
        "most_texts": benches.MOST_TEXTS,
        "most_characters": benches.MOST_CHARACTERS,
        "ages": benches.AGES,
    }
    context |= _of_run(request, shown) if shown else {}
    return _uncached(render(request, f"chats/benches/{kind}.html", context))


def _of_run(request: HttpRequest, shown: Any) -> dict[str, Any]:
    run = shown.run
    may_write = _memberships(request.user).filter(team=run.team_id)
    return {
        "shown": shown,
        "run": run,
        "is_own": run.author_id == request.user.pk,
        "may_write": any(one.may_write for one in may_write),
        "exchanges": list(run.exchanges.order_by("pk")),
    }


@login_required
@require_GET
def show_lists(request: HttpRequest, pk: int) -> HttpResponse:
    """Texts and vectors for the page's script, packed as they are stored: every browser unpacks it."""
    run = _visible(request, pk)
    response = HttpResponse(_read(files.packed, run.file), content_type="application/json")
    response["Content-Encoding"] = "gzip"
    response["Cache-Control"] = "private, no-cache" if run.state != BenchRun.State.DONE else "private, max-age=86400"
    return response


@login_required
@require_GET
def export_csv(request: HttpRequest, pk: int) -> HttpResponse:
    run = _visible(request, pk)
    return _download(run, _read(benches.as_csv, run), "text/csv; charset=utf-8", "csv")


@login_required
@require_GET
def export_json(request: HttpRequest, pk: int) -> HttpResponse:
    run = _visible(request, pk)
    return _download(run, _read(benches.as_json, run), "application/json", "json")


def _read(read: Callable[[Any], bytes], what: Any) -> bytes:
    try:
        return read(what)
    except (OSError, ValueError) as error:  # the file is gone
        raise Http404 from error


def _download(run: BenchRun, content: bytes, content_type: str, ending: str) -> HttpResponse:
    name = slugify(run.title, allow_unicode=True)[:60].strip("-") or run.kind
    response = _uncached(HttpResponse(content, content_type=content_type))
    response["Content-Disposition"] = content_disposition_header(True, f"{run.kind}-{name}.{ending}")
    return response


@login_required
@require_POST
def read_csv(request: HttpRequest) -> HttpResponse:
    """A CSV file as the body: its columns, of which one goes into a form."""
    try:
        found = benches.columns(request.body)
    except benches.Refused as error:
        return refusal(400, "refused", str(error), error.field)
    named = [{"name": one.name, "count": one.count, "texts": one.texts} for one in found]
    return JsonResponse({"columns": named, "most": benches.MOST_TEXTS})


def _visible(request: HttpRequest, pk: int) -> BenchRun:
    found = BenchRun.objects.visible_to(request.user).select_related("author", "team")
    return get_object_or_404(found, pk=pk)


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("benches/", start_page, name="benches"),
    path("benches/embeddings/", bench, {"kind": "embeddings"}, name="bench-embeddings"),
    path("benches/rerank/", bench, {"kind": "rerank"}, name="bench-rerank"),
    path("benches/search/", bench, {"kind": "search"}, name="bench-search"),
    path("benches/csv/", read_csv, name="bench-csv"),
    path("benches/runs/<int:pk>/", show_run, name="bench-run"),
    path("benches/runs/<int:pk>/restore/", restore_run, name="bench-restore"),
    path("benches/runs/<int:pk>/lists/", show_lists, name="bench-lists"),
    path("benches/runs/<int:pk>.csv", export_csv, name="bench-csv-file"),
    path("benches/runs/<int:pk>.json", export_json, name="bench-json-file"),
]
