"""Teams: the list of one's own, and a team's settings with its members."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chats import accounts, keys, memberships
from chats.forms import InvitationForm, KeyForm, TeamForm
from chats.models import Invitation, Membership, Preference, Role, Team
from chats.models.team import KEEPERS


@login_required
@require_http_methods(["GET", "POST"])
def teams(request):
    form = TeamForm(request.POST or None)
    # A new team may spend the site's key, so it takes somebody who keeps a team already.
    may_found = Membership.objects.filter(user=request.user, role__in=KEEPERS).exists()
    if request.method == "POST" and not may_found:
        raise Http404
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="team"):
            return ratelimit.respond_429(request)
        return redirect(accounts.found_team(request.user, form.cleaned_data["name"]))
    mine = Membership.objects.filter(user=request.user).select_related("team").order_by("team__name", "pk")
    context = {"memberships": mine, "form": form, "current": Team.objects.current_for(request.user)}
    context["may_found"] = may_found
    return render(request, "chats/teams/list.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def team(request, pk: int):
    if request.method == "GET":
        return team_page(request, get_object_or_404(Team.objects.visible_to(request.user), pk=pk))
    found = get_object_or_404(Team.objects.kept_by(request.user), pk=pk)
    form = TeamForm(request.POST)
    if not form.is_valid():
        return team_page(request, found, name_form=form)
    Team.objects.filter(pk=pk).update(name=form.cleaned_data["name"])
    messages.success(request, _("Saved."))
    return redirect(found)


@login_required
@require_POST
def enter(request, pk: int):
    found = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    Preference.objects.update_or_create(user=request.user, defaults={"team": found})
    return redirect("/")


@login_required
@require_POST
def member(request, pk: int, membership: int):
    """A new role."""
    found = get_object_or_404(Membership.objects.kept_by(request.user), team_id=pk, pk=membership)
    role = request.POST.get("role", "")
    if role not in Role.values:
        return HttpResponse(status=400)
    return _changed(request, found.team, lambda: memberships.change_role(found, role, by=request.user))


@login_required
@require_POST
def removal(request, pk: int, membership: int):
    """The end of a membership: of somebody else, or one's own."""
    found = get_object_or_404(Membership.objects.endable_by(request.user), team_id=pk, pk=membership)
    return _changed(request, found.team, lambda: memberships.remove(found, by=request.user))


@login_required
@require_POST
def ownership(request, pk: int):
    found = get_object_or_404(Team.objects.owned_by(request.user), pk=pk)
    heir = get_object_or_404(found.memberships, pk=_number(request.POST.get("member", "")))
    return _changed(request, found, lambda: memberships.transfer(found, by=request.user, to=heir))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _changed(request, found: Team, change):
    try:
        change()
    except memberships.LastOwner:
        messages.error(request, _("A team needs an owner. Make somebody else the owner first."))
    except memberships.NotAllowed:
        messages.error(request, _("Your role does not allow this."))
    is_still_in = Team.objects.visible_to(request.user).filter(pk=found.pk).exists()
    return redirect(found if is_still_in else "/teams/")


def team_page(request, found: Team, **more):
    """The settings of one team, as far as the person's role lets them see."""
    mine = found.memberships.get(user=request.user)
    order = list(Role.values)
    members = found.memberships.select_related("user")
    context = {
        "shown_team": found,
        "mine": mine,
        "members": sorted(members, key=lambda m: (order.index(m.role), m.user.username.casefold())),
        "may_give": Role(mine.role).may_give,
        "is_last_owner": [m.pk for m in members if m.role == Role.OWNER] == [mine.pk],
        "name_form": TeamForm(initial={"name": found.name}),
        "key_form": KeyForm(),
        "is_sandbox_here": keys.is_sandbox(found),
    }
    if mine.is_keeper:
        context["invitation_form"] = InvitationForm(role=mine.role)
        context["invitations"] = Invitation.objects.open().filter(team=found).select_related("author").order_by("-pk")
    is_refused = any(name.endswith(("_form", "_cause")) for name in more)
    return render(request, "chats/teams/team.html", context | more, status=422 if is_refused else 200)


urlpatterns = [
    path("teams/", teams, name="teams"),
    path("teams/<int:pk>/", team, name="team"),
    path("teams/<int:pk>/enter/", enter, name="team_enter"),
    path("teams/<int:pk>/members/<int:membership>/", member, name="team_member"),
    path("teams/<int:pk>/members/<int:membership>/removal/", removal, name="team_removal"),
    path("teams/<int:pk>/ownership/", ownership, name="team_ownership"),
]
