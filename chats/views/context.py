"""What every page of ours needs to know; called by Django for each rendered template."""

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.functional import SimpleLazyObject

from chats.models import Membership, Preference


def page(request) -> dict:
    """Lazy, so that a fragment which names none of it costs no query."""
    membership = SimpleLazyObject(lambda: current_membership(request))
    return {
        "is_sandbox": settings.IS_SANDBOX,
        "is_swap": request.headers.get("X-Swap") == "1",  # lib/navigation.js keeps its sidebar
        "membership": membership,
        "team": SimpleLazyObject(lambda: membership.team if membership else None),
        "my_memberships": SimpleLazyObject(lambda: list(_memberships(request.user))),
        "preferences": SimpleLazyObject(lambda: preferences(request)),
        "theme": SimpleLazyObject(lambda: chosen_theme(request)),
        "is_sidebar_folded": request.COOKIES.get("sidebar") == "folded",
    }


def current_membership(request) -> Membership | None:
    """The person's place in the team in view: the one they chose, else their first."""
    if not request.user.is_authenticated:
        return None
    if not hasattr(request, "_membership"):
        request._membership = _memberships(request.user).first()
    return request._membership


def preferences(request) -> dict:
    if not request.user.is_authenticated:
        return {}
    found = Preference.objects.filter(user=request.user).values_list("settings", flat=True).first()
    return found or {}


def chosen_theme(request) -> str:
    """The cookie answers before the account does: it also knows a browser that is not signed in."""
    theme = request.COOKIES.get("theme") or preferences(request).get("theme", "")
    return theme if theme in ("light", "dark") else "system"


def _memberships(user):
    chosen = Preference.objects.filter(user=user, team=OuterRef("team"))
    return Membership.objects.filter(user=user).select_related("team").order_by(Exists(chosen).desc(), "pk")
