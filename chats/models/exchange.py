"""One HTTP exchange with the gateway as it was: what was sent, what came back, and when; bodies are files."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .bench import BenchRun
from .conversation import Conversation
from .generation import Generation
from .message import Message
from .team import Team


class ExchangeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of messages `user` may read, and of bench runs they may see."""
        of_message = Q(
            message__conversation__in=Conversation.objects.visible_to(user), message__deleted_at__isnull=True
        )
        return self.filter(of_message | Q(bench_run__in=BenchRun.objects.visible_to(user)))


class Exchange(models.Model):
    """Belongs to a reply (with the generation where it was one's) or to a bench run, and goes with it.

    `sent_file` holds the body as JSON with media by reference, `received_file` the chunks with their times; both
    gzip in the default storage, bounded (exchanges/keeping.py). `kept_bytes` of `received_bytes` were kept.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="exchanges")
    generation = models.ForeignKey(Generation, models.CASCADE, null=True, blank=True, related_name="exchanges")
    bench_run = models.ForeignKey(BenchRun, models.CASCADE, null=True, blank=True, related_name="exchanges")
    label = models.CharField(max_length=40, blank=True, default="")  # reply, submit, poll, search, tool, embeddings …
    model = models.CharField(max_length=200, blank=True, default="")
    protocol = models.CharField(max_length=40, blank=True, default="")
    method = models.CharField(max_length=6, default="POST")
    path = models.CharField(max_length=1000)
    base_url = models.CharField(max_length=300, blank=True, default="")
    request_headers = models.JSONField(default=dict, blank=True)  # without secrets
    response_headers = models.JSONField(default=dict, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    request_id = models.CharField(max_length=80, blank=True, default="")
    error = models.CharField(max_length=500, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=1)  # which try it was
    is_raw = models.BooleanField(default=False)  # a person wrote the body
    sent_file = models.CharField(max_length=200, blank=True, default="")
    received_file = models.CharField(max_length=200, blank=True, default="")
    sent_bytes = models.BigIntegerField(default=0)
    received_bytes = models.BigIntegerField(default=0)
    kept_bytes = models.BigIntegerField(default=0)
    queued_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    first_byte_at = models.DateTimeField(null=True, blank=True)
    first_token_at = models.DateTimeField(null=True, blank=True)
    last_byte_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
