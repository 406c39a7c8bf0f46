"""What every page of ours needs to know; called by Django for each rendered template."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from chats.models import Membership, Preference, Team
from chats.models.preference import DEFAULTS


def page(request) -> dict:
    """Lazy, so that a fragment which names none of it costs no query."""
    membership = SimpleLazyObject(lambda: current_membership(request))
    return {
        "is_sandbox": settings.IS_SANDBOX,
        "is_swap": request.headers.get("X-Swap") == "1",  # lib/navigation.js keeps its sidebar
        "membership": membership,  # pages of one team say their own
        "current_team": SimpleLazyObject(lambda: membership.team if membership else None),
        "my_teams": SimpleLazyObject(lambda: list(Team.objects.visible_to(request.user).order_by("name"))),
        "theme": SimpleLazyObject(lambda: chosen_theme(request)),
        "list_scope": "team" if request.COOKIES.get("list") == "team" else "mine",
        "is_sidebar_folded": request.COOKIES.get("sidebar") == "folded",
    }


def current_membership(request) -> Membership | None:
    """The person's place in the team in view."""
    if not request.user.is_authenticated:
        return None
    if not hasattr(request, "_membership"):
        team = Team.objects.current_for(request.user)
        mine = Membership.objects.filter(user=request.user, team=team).select_related("team")
        request._membership = mine.first() if team else None
    return request._membership


def preferences(request) -> dict:
    """What lib/preferences.js starts from."""
    if not request.user.is_authenticated:
        return DEFAULTS
    if not hasattr(request, "_preferences"):
        kept = Preference.objects.filter(user=request.user).values_list("settings", flat=True).first()
        request._preferences = DEFAULTS | (kept or {})
    return request._preferences


def chosen_theme(request) -> str:
    """The cookie answers before the account does: it also knows a browser that is not signed in."""
    theme = request.COOKIES.get("theme") or preferences(request)["theme"]
    return theme if theme in ("light", "dark") else "system"
