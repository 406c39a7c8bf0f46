"""How an account comes to be: the first start of a site, then invitations; called by views and the start command."""

import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from .models import Invitation, Membership, Preference, Role, Team

SALT = "chats.first-start"


class AlreadyStarted(Exception):
    """Somebody owns this site: the link of the first start is dead."""


class LinkExpired(Exception):
    """The link of the first start is too old, or never was one."""


class InvitationSpent(Exception):
    """The invitation was used, revoked or ran out, perhaps a moment ago."""


class NameTaken(Exception):
    """Somebody else took the name a moment ago."""


def first_start_url() -> str | None:
    """The link that makes the owner, while nobody exists. Nothing is stored, so each process may print its own."""
    if is_started():
        return None
    token = signing.dumps(secrets.token_urlsafe(12), salt=SALT)
    return f"{settings.SITE_URL}/start/{token}/"


def is_started() -> bool:
    return get_user_model().objects.exists()


def check_first_start(token: str) -> None:
    """Raises unless `token` may still make the owner."""
    if is_started():
        raise AlreadyStarted
    try:
        signing.loads(token, salt=SALT, max_age=settings.FIRST_START_AGE_S)
    except signing.BadSignature as error:
        raise LinkExpired from error


def start_site(*, name: str, password: str, team_name: str) -> AbstractUser:
    """Makes the owner and the team. Of two at once one wins: both write `is_first`, and that is unique."""
    try:
        with transaction.atomic():
            # A site whose accounts are all gone may start again. Before the look at the accounts: what another first
            # start has committed by now is then seen by both statements, and this one is undone.
            Team.objects.filter(is_first=True).update(is_first=None)
            if is_started():
                raise AlreadyStarted
            team = Team.objects.create(name=team_name, is_first=True)
            return _enter(team, _new_user(name, password), Role.OWNER)
    except IntegrityError as error:
        raise AlreadyStarted from error


def found_team(user, name: str) -> Team:
    with transaction.atomic():
        team = Team.objects.create(name=name)
        _enter(team, user, Role.OWNER)
        return team


def sign_up(invitation: Invitation, *, name: str, password: str, email: str = "") -> AbstractUser:
    with transaction.atomic():
        _claim(invitation)
        try:
            with transaction.atomic():
                user = _new_user(name, password, email)
        except IntegrityError as error:
            raise NameTaken from error
        return _enter(invitation.team, user, invitation.role)


def join(invitation: Invitation, user) -> None:
    with transaction.atomic():
        _claim(invitation)
        _enter(invitation.team, user, invitation.role)


def _claim(invitation: Invitation) -> None:
    if not Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=timezone.now()):
        raise InvitationSpent


def _new_user(name: str, password: str, email: str = "") -> AbstractUser:
    return get_user_model().objects.create_user(username=name, password=password, email=email.lower())


def _enter(team: Team, user, role: str):
    Membership.objects.get_or_create(team=team, user=user, defaults={"role": role})
    Preference.objects.update_or_create(user=user, defaults={"team": team})
    return user
