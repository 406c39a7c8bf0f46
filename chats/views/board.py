"""Doors of the board: its page, more of its rows, and one row as it is now."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from chats import boards
from chats.boards import Scope
from chats.views.context import current_membership


@login_required
@require_GET
def show_board(request: HttpRequest) -> HttpResponse:
    membership = current_membership(request)
    if membership is None:
        return render(request, "chats/teams/none.html", status=403)
    scope = _scope(request)
    page = boards.page(request.user, membership.team, scope)
    return _render(request, "board.html", {"page": page, "scope": scope, "membership": membership})


@login_required
@require_GET
def list_rows(request: HttpRequest) -> HttpResponse:
    page = boards.page(request.user, _team(request), _scope(request), request.GET.get("before", ""))
    return _render(request, "_rows.html", {"page": page})


@login_required
@require_GET
def show_row(request: HttpRequest, pk: int) -> HttpResponse:
    row = boards.row(request.user, _team(request), pk)
    if row is None:
        raise Http404
    return _render(request, "_row.html", {"row": row})


def _scope(request: HttpRequest) -> str:
    scope = request.GET.get("scope", Scope.ALL)
    if scope not in Scope.EACH:
        raise Http404
    return scope


def _team(request: HttpRequest):
    membership = current_membership(request)
    if membership is None:
        raise Http404
    return membership.team


def _render(request: HttpRequest, name: str, context: dict) -> HttpResponse:
    response = render(request, f"chats/board/{name}", context)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("board/", show_board, name="board"),
    path("board/rows/", list_rows, name="board-rows"),
    path("board/rows/<int:pk>/", show_row, name="board-row"),
]
