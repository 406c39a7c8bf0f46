"""Doors of the gallery: its page, more of its tiles, and one piece with where it comes from."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from chats import galleries
from chats.galleries import Filters
from chats.views.context import current_membership


@login_required
@require_GET
def show_gallery(request: HttpRequest) -> HttpResponse:
    membership = current_membership(request)
    if membership is None:
        return render(request, "chats/teams/none.html", status=403)
    filters = Filters.read(request.GET)
    page = galleries.page(request.user, membership.team, filters)
    context = {"page": page, "filters": filters, "kinds": galleries.KINDS, "may_write": membership.may_write}
    return _render(request, "gallery.html", context | galleries.choices(request.user, membership.team))


@login_required
@require_GET
def list_items(request: HttpRequest) -> HttpResponse:
    membership = current_membership(request)
    if membership is None:
        raise Http404
    page = galleries.page(request.user, membership.team, Filters.read(request.GET), request.GET.get("before", ""))
    return _render(request, "_items.html", {"page": page, "may_write": membership.may_write})


@login_required
@require_GET
def show_item(request: HttpRequest, pk: int) -> HttpResponse:
    """A page by itself, or only its content for the gallery's own window."""
    piece = galleries.piece(request.user, pk)
    if piece is None:
        raise Http404
    is_piece = request.headers.get("X-Requested-With") == "fetch"
    membership = current_membership(request)
    may_write = bool(membership and membership.team_id == piece.attachment.team_id and membership.may_write)
    return _render(request, "_details.html" if is_piece else "item.html", {"piece": piece, "may_write": may_write})


def _render(request: HttpRequest, name: str, context: dict) -> HttpResponse:
    response = render(request, f"chats/gallery/{name}", context)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("gallery/", show_gallery, name="gallery"),
    path("gallery/items/", list_items, name="gallery-items"),
    path("gallery/items/<int:pk>/", show_item, name="gallery-item"),
]
