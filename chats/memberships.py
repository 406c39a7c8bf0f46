"""Changes of who is in a team and in which role; each ends what it takes away at once, open sockets included."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from . import broadcasts
from .models import Invitation, Membership, Role, Team


class LastOwner(Exception):
    """A team keeps at least one owner."""


class NotAllowed(Exception):
    """The role of the one who asks does not reach that far, perhaps since a moment ago."""


def change_role(membership: Membership, role: str, *, by) -> None:
    with _changing(membership.team_id):
        if Role(role) not in _role_of(by, membership.team_id).may_give:
            raise NotAllowed
        found = Membership.objects.kept_by(by).filter(pk=membership.pk)
        changeable = found if role == Role.OWNER else found.replaceable()
        _must_have(changeable.update(role=role), found)
        _ended(membership, role)


def remove(membership: Membership, *, by) -> None:
    """Ends a membership: somebody else's, or one's own by leaving."""
    with _changing(membership.team_id):
        found = Membership.objects.endable_by(by).filter(pk=membership.pk)
        _must_have(found.replaceable().delete()[0], found)
        _ended(membership, None)


def transfer(team: Team, *, by, to: Membership) -> None:
    """Hands the team over: `to` becomes an owner and `by` an admin, in one step."""
    with _changing(team.pk):
        mine = Membership.objects.filter(team=team, user=by, role=Role.OWNER)
        if to.user_id == by.pk or not mine.exists():
            raise NotAllowed
        if not Membership.objects.filter(team=team, pk=to.pk).update(role=Role.OWNER):
            raise NotAllowed
        mine.update(role=Role.ADMIN)
        _announce(to.user_id)
        _announce(by.pk)


def invite(team: Team, *, by, role: str, days: int, email: str = "") -> str:
    """The secret of a new invitation's link; it is told once and stored nowhere."""
    with _changing(team.pk):
        if role == Role.OWNER or Role(role) not in _role_of(by, team.pk).may_give:
            raise NotAllowed
        _invitation, token = Invitation.issue(team=team, author=by, role=role, days=days, email=email)
        return token


def revoke(invitation: Invitation) -> None:
    Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=timezone.now())


def mail_invitation(team: Team, *, by, email: str, token: str, days: int) -> None:
    # The address of the site comes from the settings: a request's Host header could be anybody's.
    context = {"team": team, "author": by, "days": days, "url": f"{settings.SITE_URL}/invitations/{token}/"}
    subject = render_to_string("chats/teams/invitation_subject.txt", context).strip()
    EmailMessage(subject, render_to_string("chats/teams/invitation_message.txt", context), to=[email]).send()


@contextmanager
def _changing(team_id: int) -> Iterator[None]:
    """One change of a team at a time: two owners who leave together must see each other go."""
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team_id)
        yield


def _role_of(user, team_id: int) -> Role:
    role = Membership.objects.filter(team_id=team_id, user=user).values_list("role", flat=True).first()
    if role is None:
        raise NotAllowed
    return Role(role)


def _must_have(changed: int, found) -> None:
    if not changed:
        raise LastOwner if found.exists() else NotAllowed


def _ended(membership: Membership, role: str | None) -> None:
    """Takes back what went with the old role, also links that would let the person in again."""
    if role not in (Role.OWNER, Role.ADMIN):
        made = Invitation.objects.open().filter(team_id=membership.team_id, author_id=membership.user_id)
        made.update(revoked_at=timezone.now())
    _announce(membership.user_id)


def _announce(user_id: int) -> None:
    transaction.on_commit(partial(broadcasts.access_changed, user_id=user_id))
