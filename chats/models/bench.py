"""What the benches made: embeddings, ranks and searches that were paid for and can be looked at again."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .team import WRITERS, Team


class BenchRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A team's runs are its members' to see, as its gallery is."""
        return self.filter(team__in=Team.objects.visible_to(user), deleted_at__isnull=True)

    def writable_by(self, user):
        return self.filter(
            team__memberships__user=user, team__memberships__role__in=WRITERS, author=user, deleted_at__isnull=True
        )


class BenchRun(models.Model):
    """`asked` is what was sent (models, dimensions, query), `outcome` the short facts; long lists are in `file`."""

    class Kind(models.TextChoices):
        EMBEDDINGS = "embeddings"
        RERANK = "rerank"
        SEARCH = "search"

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    team = models.ForeignKey(Team, models.CASCADE, related_name="bench_runs")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    client_id = models.CharField(max_length=64)  # a resend finds its run and pays nothing
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    title = models.CharField(max_length=200, blank=True, default="")
    asked = models.JSONField(default=dict, blank=True)
    outcome = models.JSONField(default=dict, blank=True)
    error = models.JSONField(null=True, blank=True)  # GatewayError.as_json()
    file = models.CharField(max_length=200, blank=True, default="")  # gzip JSON in the default storage
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = BenchRunQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [models.UniqueConstraint(fields=["author", "client_id"], name="bench_run_once")]

    def __str__(self) -> str:
        return self.title or f"{self.kind} {self.pk}"
