"""Doors of answers side by side: a vote, and what the votes of a team add up to."""

import json
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from chats import branches, catalog, comparisons
from chats.models import Message
from chats.models.tree import Tree
from chats.templatetags.comparison_tags import row_of
from chats.views.context import current_membership


@dataclass(frozen=True, slots=True)
class Line:
    """A model's standing; a tie is half a win."""

    label: str
    wins: int
    ties: int
    losses: int
    share: int


@login_required
@require_GET
def show_tally(request: HttpRequest) -> HttpResponse:
    membership = current_membership(request)
    if membership is None:
        return render(request, "chats/teams/none.html", status=403)
    lines = [_line(one) for one in comparisons.tally(request.user, membership.team)]
    context = {"standings": lines, "may_write": membership.may_write}
    return _fresh(render(request, "chats/comparisons/tally.html", context))


def _line(one: comparisons.Standing) -> Line:
    share = round(100 * (one.wins + one.ties / 2) / one.shown) if one.shown else 0
    return Line(catalog.get(one.model).label, one.wins, one.ties, one.losses, share)


@login_required
@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """`{reply: id, or null for a tie}`; answers the columns as this person sees them from now on."""
    try:
        reply = json.loads(request.body)["reply"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponseBadRequest()
    if not (reply is None or (isinstance(reply, int) and 0 < reply < 2**63)):
        return HttpResponseBadRequest()
    made = comparisons.vote(request.user, pk, reply)
    if made is None:
        raise Http404
    return _columns(request, made.comparison.question)


def _columns(request: HttpRequest, question: Message) -> HttpResponse:
    chosen = Tree.of(question.conversation, request.user).chosen(question.pk)
    reply = get_object_or_404(Message.objects.select_related("conversation"), pk=chosen or 0)
    shown = branches.one(reply, request.user)
    if shown is None:
        raise Http404
    context = {"row": row_of(shown), "conversation": question.conversation, "may_write": True}
    return _fresh(render(request, "chats/comparisons/_columns.html", context))


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("comparisons/", show_tally, name="comparisons"),
    path("comparisons/<int:pk>/vote/", vote, name="vote"),
]
