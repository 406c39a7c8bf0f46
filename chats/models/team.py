"""Who works together: a team, its members with their roles, and the invitations that are still open."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .preference import Preference


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MEMBER = "member", _("Member")
    VIEWER = "viewer", _("Viewer")

    @property
    def may_give(self) -> tuple["Role", ...]:
        """The roles that somebody in this role may hand out, and take away."""
        if self is Role.OWNER:
            return (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER)
        return (Role.ADMIN, Role.MEMBER, Role.VIEWER) if self is Role.ADMIN else ()


WRITERS = (Role.OWNER, Role.ADMIN, Role.MEMBER)
KEEPERS = (Role.OWNER, Role.ADMIN)


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user):
        return self.filter(memberships__user_id=user.pk)

    def kept_by(self, user):
        """Teams whose name, members, invitations and key `user` may change."""
        return self.filter(memberships__user_id=user.pk, memberships__role__in=KEEPERS)

    def owned_by(self, user):
        return self.filter(memberships__user_id=user.pk, memberships__role=Role.OWNER)

    def current_for(self, user) -> "Team | None":
        """The team `user` entered last, else their first, else none."""
        entered = Preference.objects.filter(user_id=user.pk, team=OuterRef("pk"))
        return self.visible_to(user).annotate(is_entered=Exists(entered)).order_by("-is_entered", "pk").first()


class Team(models.Model):
    name = models.CharField(max_length=80)
    # A Fernet token, written only; playground answers whether there is one and never what it is.
    encrypted_gateway_key = models.TextField(blank=True, default="")
    gateway_key_hint = models.CharField(max_length=8, blank=True, default="")
    # True on the team that the first start made, null on all others: of two first starts the database lets one win.
    is_first = models.BooleanField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TeamQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/teams/{self.pk}/"

    @property
    def has_gateway_key(self) -> bool:
        return bool(self.encrypted_gateway_key)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def kept_by(self, user):
        """Memberships that `user` may change or end: an owner all, an admin those below an owner."""
        mine = Membership.objects.filter(team=OuterRef("team"), user_id=user.pk)
        by_owner = Exists(mine.filter(role=Role.OWNER))
        by_admin = Exists(mine.filter(role=Role.ADMIN)) & ~Q(role=Role.OWNER)
        return self.filter(by_owner | by_admin)

    def endable_by(self, user):
        """Those, and one's own: anybody may leave."""
        return self.kept_by(user) | self.filter(user_id=user.pk)

    def replaceable(self):
        """All but a team's last owner; asked in the same statement that changes the row."""
        others = Membership.objects.filter(team=OuterRef("team"), role=Role.OWNER).exclude(pk=OuterRef("pk"))
        return self.filter(~Q(role=Role.OWNER) | Exists(others))


class Membership(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id} as {self.role}"

    @property
    def may_write(self) -> bool:
        return self.role in WRITERS

    @property
    def is_keeper(self) -> bool:
        return self.role in KEEPERS


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def kept_by(self, user):
        return self.filter(team__in=Team.objects.kept_by(user))

    def open(self):
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())

    def of_token(self, token: str) -> "Invitation | None":
        return self.select_related("team", "author").filter(token_hash=_hash(token)).first()


class Invitation(models.Model):
    class State(models.TextChoices):
        OPEN = "open"
        USED = "used"
        REVOKED = "revoked"
        EXPIRED = "expired"

    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    email = models.EmailField(blank=True, default="")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    token_hash = models.CharField(max_length=64, unique=True)  # sha256 of the link's secret, never the secret
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"invitation {self.pk} to {self.team_id}"

    @classmethod
    def issue(cls, *, team: Team, author, role: str, days: int, email: str = "") -> tuple["Invitation", str]:
        """A new row and the secret of its link, which nobody can read again."""
        token = secrets.token_urlsafe(32)
        expires_at = timezone.now() + timedelta(days=days)
        invitation = cls.objects.create(
            team=team, author=author, role=role, email=email, expires_at=expires_at, token_hash=_hash(token)
        )
        return invitation, token

    @property
    def state(self) -> "Invitation.State":
        if self.accepted_at:
            return self.State.USED
        if self.revoked_at:
            return self.State.REVOKED
        return self.State.OPEN if self.expires_at > timezone.now() else self.State.EXPIRED


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
