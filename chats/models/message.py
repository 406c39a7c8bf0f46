"""What was said: rows with a parent, so that edits and second answers are siblings and nothing is overwritten."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from .conversation import Conversation


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(conversation__in=Conversation.objects.visible_to(user), deleted_at__isnull=True)

    def writable_by(self, user):
        return self.filter(conversation__in=Conversation.objects.writable_by(user), deleted_at__isnull=True)


class Message(models.Model):
    """`parts` is a list of {"kind": text|reasoning|attachment|tool_call|opaque|citation|generation, …}; no media bytes.

    A tool_call: {call_id, name, arguments, state, round, result: {text, is_error, by, attachment?}, is_vendors?,
    source?}; docs/tools.md tells its states. `tools`: what the reply may call, {names, is_auto, most_rounds}.
    `raw`: a body a person wrote, sent instead of ours.

    One row holds parts, revision and heartbeat together, so a checkpoint is one UPDATE and a snapshot is consistent.
    """

    class Role(models.TextChoices):
        USER = "user"
        ASSISTANT = "assistant"

    class Status(models.TextChoices):
        QUEUED = "queued"  # a reply that nobody writes yet
        STREAMING = "streaming"
        COMPLETE = "complete"
        STOPPED = "stopped"  # by a person
        INTERRUPTED = "interrupted"  # by us: the process that wrote it is gone
        INCOMPLETE = "incomplete"  # by the gateway: it ended without a finish reason, or at a limit
        FAILED = "failed"
        WAITING = "waiting"  # a tool call waits for a person; nobody writes and nothing is lost meanwhile
        GENERATING = "generating"  # its generations run elsewhere and are no reply to be written: nobody waits to go on

    LIVE = (Status.QUEUED, Status.STREAMING)
    RUNNING = (*LIVE, Status.GENERATING)

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    role = models.CharField(max_length=9, choices=Role)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")  # who asked
    client_id = models.CharField(max_length=64)
    model = models.CharField(max_length=200, blank=True, default="")
    parameters = models.JSONField(default=dict, blank=True)
    parts = models.JSONField(default=list, blank=True)
    tools = models.JSONField(default=dict, db_default={}, blank=True)
    raw = models.JSONField(null=True, blank=True)
    comparison = models.ForeignKey(
        "Comparison", models.SET_NULL, null=True, blank=True, related_name="replies"
    )  # asked side by side with others
    column = models.PositiveSmallIntegerField(default=0, db_default=0)  # its place among them
    attachments: models.ManyToManyField = models.ManyToManyField("Attachment", related_name="messages", blank=True)
    status = models.CharField(max_length=11, choices=Status, default=Status.COMPLETE)
    finish_reason = models.CharField(max_length=20, blank=True, default="")
    error = models.JSONField(null=True, blank=True)  # GatewayError.as_json()
    usage = models.JSONField(null=True, blank=True)
    request_id = models.CharField(max_length=80, blank=True, default="")
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    first_token_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    thinking_s = models.FloatField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    continued_as = models.CharField(max_length=64, blank=True, default="")  # client id of the last "continue"
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    # Not columns: branches.py puts them on the messages that it hands to a template.
    siblings: Any
    spec: Any
    receipts: dict[int, dict[str, Any]]
    generation_rows: list
    columns: list
    comparison_shown: Any

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "client_id", "role"], name="message_sent_once")]
        indexes = [
            models.Index(fields=["conversation", "id"], name="message_order"),
            models.Index(
                fields=["heartbeat_at"],
                name="message_live",
                condition=models.Q(status__in=["queued", "streaming"]),
            ),
            # For the list's running marks; SQLite uses no partial index where the status is a parameter.
            models.Index(fields=["status", "conversation"], name="message_running"),
        ]

    def __str__(self) -> str:
        return f"{self.role} message {self.pk}"

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def text(self) -> str:
        return "".join(part.get("text", "") for part in self.parts if part.get("kind") == "text")

    def files(self) -> list:
        """The attachments in the order in which they were put; asks nothing where there are none."""
        ids = [part["id"] for part in self.parts if part.get("kind") == "attachment"]
        found = {file.pk: file for file in self.attachments.all()} if ids else {}
        return [found[pk] for pk in ids if pk in found]
