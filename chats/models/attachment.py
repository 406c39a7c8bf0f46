"""A file somebody brought or a model made: facts in the row, bytes in storage."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .conversation import Conversation
from .team import Membership, Team


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those in a conversation `user` may see, and the ones they are about to send themselves."""
        in_team = Q(team__in=Membership.objects.filter(user_id=user.pk).values("team"))
        sent = Q(messages__conversation__in=Conversation.objects.visible_to(user))
        mine = Q(uploader_id=user.pk)
        return self.filter(in_team & (mine | sent), deleted_at__isnull=True).distinct()


class Attachment(models.Model):
    class Kind(models.TextChoices):
        IMAGE = "image"
        VIDEO = "video"
        AUDIO = "audio"
        FILE = "file"

    class State(models.TextChoices):
        UPLOADING = "uploading"
        PROBING = "probing"  # all bytes are safe; length, size and poster are being read
        READY = "ready"
        FAILED = "failed"

    team = models.ForeignKey(Team, models.CASCADE, related_name="attachments")
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    source = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="derived")
    repair = models.CharField(max_length=20, blank=True, default="")  # how it was made from `source`
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.FILE)
    state = models.CharField(max_length=9, choices=State, default=State.UPLOADING)
    failure = models.CharField(max_length=300, blank=True, default="")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, blank=True, default="")
    size_bytes = models.BigIntegerField(default=0)
    received_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    file = models.FileField(upload_to="attachments/%Y/%m/", max_length=300, blank=True)
    poster = models.ImageField(upload_to="posters/%Y/%m/", max_length=300, blank=True)
    remote_url = models.URLField(max_length=2000, blank=True, default="")
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_s = models.FloatField(null=True, blank=True)
    frame_rate = models.FloatField(null=True, blank=True)
    codecs = models.CharField(max_length=100, blank=True, default="")
    waveform = models.JSONField(null=True, blank=True)  # at most 200 levels, 0–100
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
