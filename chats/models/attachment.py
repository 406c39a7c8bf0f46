"""A file somebody brought or a model made: facts in the row, bytes in storage."""

import secrets
from pathlib import PurePosixPath

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from chats.catalog.fit import FileFacts
from chats.catalog.values import FRAMES

from .conversation import Conversation
from .message import Message
from .team import WRITERS, Membership, Team


def stored_name(attachment: "Attachment", filename: str) -> str:
    """Where bytes go: never the person's own name, which may be 255 Chinese letters, and never one to guess."""
    suffix = PurePosixPath(filename).suffix.lower()[:12]
    return f"attachments/{timezone.now():%Y/%m}/{secrets.token_hex(16)}{suffix}"


def _memberships(user, *roles):
    mine = Membership.objects.filter(team=OuterRef("team"), user_id=user.pk)
    return Exists(mine.filter(role__in=roles) if roles else mine)


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those in a conversation `user` may see, and the ones they are about to send themselves."""
        seen = Conversation.objects.visible_to(user).values("pk")
        held = Message.attachments.through.objects.filter(
            attachment=OuterRef("pk"), message__conversation__in=seen, message__deleted_at__isnull=True
        )
        sent = Message.attachments.through.objects.filter(attachment=OuterRef("pk"))
        unsent = Q(uploader_id=user.pk) & ~Exists(sent)
        return self.filter(_memberships(user), unsent | Exists(held), deleted_at__isnull=True)

    def writable_by(self, user):
        """Those `user` may feed with bytes or cancel: their own, while they may write in that team."""
        return self.filter(_memberships(user, *WRITERS), uploader_id=user.pk, deleted_at__isnull=True)


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
    repair = models.CharField(max_length=20, blank=True, default="")  # how it is made from `source`
    repair_limits = models.JSONField(default=dict, blank=True)  # what the result must keep to (media/repairs.py)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.FILE)
    state = models.CharField(max_length=9, choices=State, default=State.UPLOADING)
    failure = models.CharField(max_length=300, blank=True, default="")  # English; translated where it is shown
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, blank=True, default="")
    size_bytes = models.BigIntegerField(default=0)
    received_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    file = models.FileField(upload_to=stored_name, max_length=300, blank=True)
    poster = models.FileField(upload_to="posters/%Y/%m/", max_length=300, blank=True)  # at most 640 px, JPEG or PNG
    preview = models.FileField(
        upload_to="previews/%Y/%m/", max_length=300, blank=True
    )  # if browsers cannot show `file`
    preview_bytes = models.BigIntegerField(default=0)
    remote_url = models.URLField(max_length=2000, blank=True, default="")
    container = models.CharField(max_length=20, blank=True, default="")  # mp4, webm, jpeg, …; FRAMES
    codecs = models.CharField(max_length=100, blank=True, default="")  # "h264,aac": picture first, then sound
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_s = models.FloatField(null=True, blank=True)
    frame_rate = models.FloatField(null=True, blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)  # of a document; pictures of FRAMES
    waveform = models.JSONField(null=True, blank=True)  # at most 200 levels, 0–100
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)  # by the worker that probes it
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["team", "-created_at"], name="attachment_gallery"),
            models.Index(
                fields=["created_at"],
                name="attachment_unready",
                condition=Q(state__in=["uploading", "probing"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_frames(self) -> bool:
        return self.container == FRAMES

    def facts(self) -> FileFacts:
        """What fit() needs to know to say whether a model takes this file, in the form in which it would be sent."""
        is_jpeg = self.kind == self.Kind.IMAGE and bool(self.preview)  # media/delivery.py sends the preview then
        return FileFacts(
            kind=self.kind,
            content_type="image/jpeg" if is_jpeg else self.content_type,
            container="jpeg" if is_jpeg else self.container,
            codecs=tuple(filter(None, self.codecs.split(","))),
            size_bytes=self.preview_bytes if is_jpeg else self.size_bytes,
            duration_s=self.duration_s,
            width=self.width,
            height=self.height,
            is_remote_url=bool(self.remote_url),
            frames=self.pages if self.is_frames else None,
            pages=None if self.is_frames else self.pages,
        )
