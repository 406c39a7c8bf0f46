"""What one person likes: theme, keys, models."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Preference(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preference")
    team = models.ForeignKey("Team", models.SET_NULL, null=True, blank=True, related_name="+")  # the one in view
    settings = models.JSONField(default=dict, blank=True)  # theme, send_key, shortcuts, sound

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class ModelUse(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="model_uses")
    model = models.CharField(max_length=200)
    is_favourite = models.BooleanField(default=False)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "model"], name="model_use_once")]

    def __str__(self) -> str:
        return f"{self.model} by {self.user_id}"
