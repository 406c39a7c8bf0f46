"""Several models asked the same side by side, and which of them people liked."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .message import Message


class Comparison(models.Model):
    """The replies are Message rows under `question` with `comparison` and `column` set.

    `is_blind`: who has not voted yet is not told which model wrote which column.
    """

    question = models.ForeignKey(Message, models.CASCADE, related_name="comparisons")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_blind = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"comparison {self.pk}"


class Vote(models.Model):
    """`reply` null: a tie."""

    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reply = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="votes")
    was_blind = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comparison", "user"], name="voted_once")]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.reply_id}"
