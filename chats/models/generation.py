"""One paid job of a model that makes pictures, films or worlds: what was asked, where it stands, what came of it."""

import datetime
import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from .attachment import Attachment
from .conversation import Conversation
from .message import Message
from .team import Team


class GenerationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those whose message `user` may read."""
        seen = Conversation.objects.visible_to(user)
        return self.filter(message__conversation__in=seen, message__deleted_at__isnull=True)

    def writable_by(self, user):
        """Those `user` may cancel, check again and repeat."""
        mine = Conversation.objects.writable_by(user)
        return self.filter(message__conversation__in=mine, message__deleted_at__isnull=True)


def claim_token() -> str:
    return secrets.token_hex(8)


class Generation(models.Model):
    """The database is the truth: each step is claimed by one conditional update of `claim` and `due_at`.

    `due_at` is when the next step may be taken; while a step is claimed it is when that claim lapses.
    """

    class State(models.TextChoices):
        QUEUED = "queued"  # nothing was sent
        SUBMITTING = "submitting"  # the paid call is, or was, under way
        SUBMITTED = "submitted"  # the gateway has it and named it
        RUNNING = "running"  # the vendor works on it
        DOWNLOADING = "downloading"  # done there; the result is being copied here
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        EXPIRED = "expired"  # we no longer wait; the vendor may still finish
        CANCELLED = "cancelled"  # our side stopped
        UNKNOWN = "unknown"  # the submit was sent and nobody heard an answer: it may have been charged

    OPEN = (State.QUEUED, State.SUBMITTING, State.SUBMITTED, State.RUNNING, State.DOWNLOADING)
    ENDED = (State.SUCCEEDED, State.FAILED, State.EXPIRED, State.CANCELLED, State.UNKNOWN)
    POLLED = (State.SUBMITTED, State.RUNNING)

    message = models.ForeignKey(Message, models.CASCADE, related_name="generations")
    team = models.ForeignKey(Team, models.CASCADE, related_name="generations")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)  # in its message
    model = models.CharField(max_length=200)
    kind = models.CharField(max_length=5, default="image")  # what comes out: image video file (a world)
    task = models.CharField(max_length=40, blank=True, default="")  # text-to-video, image-edit, …: catalog/form.py
    prompt = models.TextField(blank=True, default="")
    parameters = models.JSONField(default=dict, blank=True)
    price_key = models.CharField(max_length=300, blank=True, default="")  # what the price depends on, as sent
    inputs: models.ManyToManyField = models.ManyToManyField(
        Attachment, through="GenerationInput", related_name="used_by", blank=True
    )

    state = models.CharField(max_length=11, choices=State, default=State.QUEUED)
    claim = models.CharField(max_length=32, blank=True, default="")
    due_at = models.DateTimeField(default=timezone.now)
    deadline_at = models.DateTimeField(null=True, blank=True)
    polls = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)  # of the present step, in a row
    remote_id = models.CharField(max_length=500, blank=True, default="")
    request_id = models.CharField(max_length=80, blank=True, default="")
    progress = models.FloatField(null=True, blank=True)  # 0–1 as the vendor tells it
    outcome = models.JSONField(default=dict, blank=True)  # {"outputs": [{kind, url, role, …}], "text": …}: no bytes
    error = models.JSONField(null=True, blank=True)  # GatewayError.as_json()
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    preview = models.FileField(upload_to="previews/%Y/%m/", max_length=300, blank=True)  # the newest partial picture
    previews = models.PositiveSmallIntegerField(default=0)

    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)  # written right before the paid call
    submitted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    was_due_at: datetime.datetime  # not a column: of a claimed row, when its step was due

    # Not columns: generations.dressed puts them on the rows that it hands to a template.
    spec: Any
    typical_s: float
    shown_progress: float
    left_s: float | None
    elapsed_s: float
    is_slow: bool
    results_in_order: list
    given_in_order: list
    error_cause: str
    may_write: bool
    may_repeat: bool
    ratio: str

    objects = GenerationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "position"], name="generation_place")]
        indexes = [
            # Not partial: SQLite uses no partial index where the state is a parameter.
            models.Index(fields=["state", "due_at"], name="generation_due"),
            models.Index(fields=["team", "-created_at"], name="generation_board"),
            models.Index(fields=["model", "-finished_at"], name="generation_times"),
            models.Index(fields=["claim"], name="generation_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.pk}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def duration_s(self) -> float | None:
        """From the paid call to the end; None while it runs."""
        start = self.sent_at or self.created_at
        return (self.finished_at - start).total_seconds() if self.finished_at else None


class GenerationInput(models.Model):
    """A file that a generation is made from, and as what: the lineage of its results."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="given")
    attachment = models.ForeignKey(Attachment, models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, blank=True, default="")  # first_frame last_frame reference source mask
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["generation", "position"], name="generation_input_place")]

    def __str__(self) -> str:
        return f"{self.role or 'input'} of {self.generation_id}"


class GenerationOutput(models.Model):
    """One result, stored once however often its step runs: the place is unique, the file's name follows from it."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="results")
    attachment = models.OneToOneField(
        Attachment, models.CASCADE, null=True, blank=True, related_name="made_as"
    )  # none for a page to visit
    position = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=20, blank=True, default="")  # viewer splat mesh panorama, or nothing
    url = models.URLField(max_length=2000, blank=True, default="")  # of a page to visit (World Labs)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["generation", "position"], name="generation_output_place")]
        indexes = [models.Index(fields=["role"], name="generation_output_role")]

    def __str__(self) -> str:
        return f"result {self.position} of {self.generation_id}"
