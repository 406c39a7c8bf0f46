"""What people keep to use again: prepared questions, and sets of functions a model may call."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .team import WRITERS, Role, Team


class KeptQuerySet(models.QuerySet):
    """Of a person's teams: their own and the shared ones; their author changes them, shared ones an admin too."""

    def visible_to(self, user):
        seen = Q(author_id=user.pk) | Q(is_shared=True)
        return self.filter(seen, team__in=Team.objects.visible_to(user), deleted_at__isnull=True)

    def writable_by(self, user):
        writes = Q(team__memberships__user=user, team__memberships__role__in=WRITERS, author_id=user.pk)
        keeps = Q(team__memberships__user=user, team__memberships__role__in=(Role.OWNER, Role.ADMIN), is_shared=True)
        return self.filter(writes | keeps, deleted_at__isnull=True).distinct()


class Kept(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Preset(Kept):
    """`text` may hold slots as {{name}}; `tools` is as Message.tools; the system prompt is one of `parameters`."""

    model = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField(blank=True, default="", max_length=40_000)
    parameters = models.JSONField(default=dict, blank=True)
    tools = models.JSONField(default=dict, blank=True)


class FunctionSet(Kept):
    """`functions`: [{"name", "description", "parameters": JSON schema, "result": text or null}].

    With a `result` the function answers that by itself; with null a person types the answer.
    """

    functions = models.JSONField(default=list, blank=True)
