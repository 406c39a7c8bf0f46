"""Who works together: a team, its members with their roles, and the invitations that are still open."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MEMBER = "member", _("Member")
    VIEWER = "viewer", _("Viewer")


WRITERS = (Role.OWNER, Role.ADMIN, Role.MEMBER)
KEEPERS = (Role.OWNER, Role.ADMIN)


class TeamQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(memberships__user_id=user.pk)

    def kept_by(self, user):
        """Teams whose members, invitations and key `user` may change."""
        return self.filter(memberships__user_id=user.pk, memberships__role__in=KEEPERS)


class Team(models.Model):
    name = models.CharField(max_length=80)
    # A Fernet token, written only; playground answers whether there is one and never what it is.
    encrypted_gateway_key = models.TextField(blank=True, default="")
    gateway_key_hint = models.CharField(max_length=8, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    objects = TeamQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id} as {self.role}"


class Invitation(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    email = models.EmailField(blank=True, default="")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    token_hash = models.CharField(max_length=64, unique=True)  # sha256 of the link's secret, never the secret
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"invitation {self.pk} to {self.team_id}"
