"""The door of tools: what a model may call in a conversation, and the team's sets of functions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET

from chats import catalog, tools
from chats.models import FunctionSet, Team
from chats.views.context import current_membership

LONGEST_NAME = 200


@login_required
@require_GET
def list_tools(request: HttpRequest) -> HttpResponse:
    """`?model=`: {tools, sets}, each tool with why the model cannot call it where it cannot."""
    membership = current_membership(request)
    model = request.GET.get("model", "")
    if membership is None or not 0 < len(model) <= LONGEST_NAME:
        raise Http404
    shown = {
        "tools": tools.offered(request.user, membership.team, catalog.get(model)),
        "sets": _sets(request.user, membership.team),
    }
    response = JsonResponse(shown)
    response["Cache-Control"] = "private, no-store"
    return response


def _sets(user, team: Team) -> list[dict[str, Any]]:
    rows = FunctionSet.objects.visible_to(user).filter(team=team)
    return [
        {"id": row.pk, "name": row.name, "is_shared": row.is_shared, "functions": [_function(f) for f in row.functions]}
        for row in rows
    ]


def _function(function: dict[str, Any]) -> dict[str, Any]:
    return {name: function.get(name, "") for name in ("name", "description", "parameters")}


urlpatterns = [path("tools/", list_tools, name="tools")]
