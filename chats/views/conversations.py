"""Doors of the list and of a conversation as a whole; answers are HTML rows that the sidebar puts in place."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chats import histories
from chats.histories import Scope
from chats.models import Conversation, Team
from chats.views.context import current_membership
from chats.views.messages import show_conversation

require_switch = require_http_methods(["POST", "DELETE"])  # POST turns on, DELETE turns off


@login_required
@require_GET
def list_conversations(request: HttpRequest) -> HttpResponse:
    scope, query = request.GET.get("scope", Scope.MINE), request.GET.get("q", "")[:200]
    if scope not in Scope.ALL:
        raise Http404
    page = histories.list_page(request.user, _team(request), scope, request.GET.get("before", ""), query)
    return _render(request, "_page.html", {"page": page, "scope": scope, "query": query})


@login_required
@require_GET
def show_row(request: HttpRequest, pk: int) -> HttpResponse:
    return _row(request, pk)


@login_required
@require_POST
def rename_conversation(request: HttpRequest, pk: int) -> HttpResponse:
    title = request.POST.get("title", "").strip()
    if not title:
        return HttpResponseBadRequest()
    histories.rename(get_object_or_404(Conversation.objects.writable_by(request.user), pk=pk), title)
    return _row(request, pk)


@login_required
@require_switch
def pin_conversation(request: HttpRequest, pk: int) -> HttpResponse:
    conversation = get_object_or_404(Conversation.objects.visible_to(request.user), pk=pk)
    histories.pin(request.user, conversation, request.method == "POST")
    return _row(request, pk)


@login_required
@require_switch
def archive_conversation(request: HttpRequest, pk: int) -> HttpResponse:
    histories.archive(_kept(request, pk), request.method == "POST")
    return _row(request, pk)


@login_required
@require_switch
def share_conversation(request: HttpRequest, pk: int) -> HttpResponse:
    histories.share(_kept(request, pk), request.method == "POST")
    return _row(request, pk)


@require_http_methods(["GET", "DELETE"])
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """One address: GET is the page, which is messages' to make; DELETE puts the conversation into the bin."""
    return _delete(request, pk) if request.method == "DELETE" else show_conversation(request, pk)


@login_required
def _delete(request: HttpRequest, pk: int) -> HttpResponse:
    histories.delete(request.user, _kept(request, pk))
    return HttpResponse(status=204)


@login_required
@require_POST
def restore_conversation(request: HttpRequest, pk: int) -> HttpResponse:
    gone = Conversation.objects.kept_by(request.user).filter(deleted_at__isnull=False)
    histories.restore(get_object_or_404(gone, pk=pk))
    return _row(request, pk)


def _kept(request: HttpRequest, pk: int) -> Conversation:
    """A conversation that this person looks after; one in the bin has to be restored first."""
    kept = Conversation.objects.kept_by(request.user).filter(deleted_at__isnull=True)
    return get_object_or_404(kept, pk=pk)


def _team(request: HttpRequest) -> Team:
    membership = current_membership(request)
    if membership is None:
        raise Http404
    return membership.team


def _row(request: HttpRequest, pk: int) -> HttpResponse:
    """The row as it is now; an admin who has just unshared another's conversation sees it no more and gets nothing."""
    row = histories.row(request.user, _team(request), pk)
    if row is None:
        return HttpResponse(status=204 if request.method != "GET" else 404)
    return _render(request, "_row.html", {"row": row})


def _render(request: HttpRequest, name: str, context: dict) -> HttpResponse:
    response = render(request, f"chats/history/{name}", context)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("conversations/", list_conversations, name="conversations"),
    path("c/<int:pk>/", conversation, name="conversation"),
    path("c/<int:pk>/row/", show_row, name="conversation-row"),
    path("c/<int:pk>/title/", rename_conversation, name="rename-conversation"),
    path("c/<int:pk>/pin/", pin_conversation, name="pin-conversation"),
    path("c/<int:pk>/archive/", archive_conversation, name="archive-conversation"),
    path("c/<int:pk>/share/", share_conversation, name="share-conversation"),
    path("c/<int:pk>/restore/", restore_conversation, name="restore-conversation"),
]
