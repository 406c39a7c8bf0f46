"""Invitations: making and revoking them in a team's settings, and the page behind the link."""

import smtplib

from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.decorators import rate_limit
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from chats import accounts, adapters, keys, memberships
from chats.forms import InvitationForm, SignUpForm
from chats.models import Invitation, Membership, Role, Team

from .accounts import sign_in
from .teams import team_page

FRESH = "fresh_invitation"  # in the session, sealed: the link that the next page shows once


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def invitations(request, pk: int):
    """POST makes one; GET shows the team's page with the link, the first time."""
    team = get_object_or_404(Team.objects.kept_by(request.user), pk=pk)
    if request.method == "GET":
        return team_page(request, team, fresh_link=_fresh_link(request, team))
    role = Membership.objects.get(team=team, user=request.user).role
    form = InvitationForm(request.POST, role=role)
    if not form.is_valid():
        return team_page(request, team, invitation_form=form)
    if not ratelimit.consume(request, action="invitation"):
        return ratelimit.respond_429(request)
    return _invited(request, team, **form.cleaned_data)


def _invited(request, team: Team, *, email: str, role: str, days: int):
    token = memberships.invite(team, by=request.user, role=role, days=days, email=email)
    request.session[FRESH] = [team.pk, keys.seal(token)]
    if email:
        _mail(request, team, email=email, token=token, days=days)
    return redirect("chats:team_invitations", team.pk)


def _mail(request, team: Team, **mail) -> None:
    try:
        memberships.mail_invitation(team, by=request.user, **mail)
    except (smtplib.SMTPException, OSError):
        messages.error(request, _("The mail could not be sent. Pass on the link yourself."))
    else:
        messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": mail["email"]})


def _fresh_link(request, team: Team) -> str:
    team_pk, sealed = request.session.pop(FRESH, (None, ""))
    if team_pk != team.pk:
        return ""
    try:
        path = f"/invitations/{keys.unseal(sealed)}/"
    except InvalidToken:
        return ""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


@login_required
@require_POST
def revocation(request, pk: int, invitation: int):
    found = get_object_or_404(Invitation.objects.kept_by(request.user), team_id=pk, pk=invitation)
    memberships.revoke(found)
    return redirect(found.team)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@rate_limit(action="accept")
def invitation(request, token: str):
    """The page behind the link: a person with an account joins, anybody else makes one."""
    found = Invitation.objects.of_token(token)
    if found is None or found.state != Invitation.State.OPEN:
        return _spent(request, found)
    try:
        return _joining(request, found) if request.user.is_authenticated else _signing_up(request, found)
    except accounts.InvitationSpent:
        found.refresh_from_db()
        return _spent(request, found)


def _joining(request, found: Invitation):
    is_member = Membership.objects.filter(team=found.team, user=request.user).exists()
    if request.method == "POST" and not is_member:
        accounts.join(found, request.user)
        return redirect("/")
    return render(request, "chats/teams/join.html", {"invitation": found, "is_member": is_member})


def _signing_up(request, found: Invitation):
    request.session[adapters.INVITATION] = found.pk  # lets a company's sign-in make an account on the way back
    form = SignUpForm(request.POST or None, initial={"email": found.email})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            user = accounts.sign_up(found, **typed)
        except accounts.NameTaken:
            form.add_error("name", _("Somebody has this name already. Choose another one."))
        else:
            response = sign_in(request, user)
            if user.email:
                EmailAddress.objects.create(user=user, email=user.email, primary=True).send_confirmation(request)
            return response
    context = {"invitation": found, "form": form, "role": Role(found.role)}
    return render(request, "chats/teams/sign_up.html", context)  # not 422: Django would log the path, a secret


def _spent(request, found: Invitation | None):
    """One plain page for each way to be dead; a member of the team is shown the way in."""
    is_member = (
        found is not None
        and request.user.is_authenticated
        and Membership.objects.filter(team=found.team, user=request.user).exists()
    )
    context = {"invitation": found, "state": found.state if found else "unknown", "is_member": is_member}
    return render(request, "chats/teams/invitation_over.html", context, status=410 if found else 404)


urlpatterns = [
    path("teams/<int:pk>/invitations/", invitations, name="team_invitations"),
    path("teams/<int:pk>/invitations/<int:invitation>/revocation/", revocation, name="team_revocation"),
    path("invitations/<str:token>/", invitation, name="invitation"),
]
