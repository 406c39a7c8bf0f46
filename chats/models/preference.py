"""What one person likes: theme, keys, models."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

DEFAULTS: dict[str, Any] = {
    "language": "",  # the browser's
    "theme": "system",
    "send_key": "enter",
    "shortcuts": True,
    "sound": False,
}


class PreferenceQuerySet(models.QuerySet["Preference"]):
    def of(self, user) -> "Preference":
        return self.get_or_create(user_id=user.pk)[0]

    def keep(self, user, **settings: Any) -> None:
        """Writes the named settings and leaves the others, whoever writes those at the same time."""
        with transaction.atomic():
            preference = self.select_for_update().get(pk=self.of(user).pk)
            preference.settings |= settings
            preference.save(update_fields=["settings"])


class Preference(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preference")
    team = models.ForeignKey("Team", models.SET_NULL, null=True, blank=True, related_name="+")  # the one in view
    settings = models.JSONField(default=dict, blank=True)  # only what differs from DEFAULTS has to be here

    objects = PreferenceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"

    @property
    def values(self) -> dict[str, Any]:
        return DEFAULTS | self.settings


NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # of a liked model nobody asked yet; sorts last in every database, unlike null
RECENTS = 8


class ModelUseQuerySet(models.QuerySet):
    def favourites(self, user) -> list[str]:
        """The models `user` keeps, those they like longest first."""
        kept = self.filter(user_id=user.pk, is_favourite=True)
        return list(kept.order_by("pk").values_list("model", flat=True))

    def recents(self, user) -> list[str]:
        used = self.filter(user_id=user.pk, used_at__gt=NEVER)
        return list(used.order_by("-used_at").values_list("model", flat=True)[:RECENTS])

    def like(self, user, model: str, is_liked: bool) -> None:
        if is_liked:
            kept = {"is_favourite": True}
            self.update_or_create(user=user, model=model, defaults=kept, create_defaults=kept | {"used_at": NEVER})
        else:
            self.filter(user_id=user.pk, model=model).update(is_favourite=False)


class ModelUse(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="model_uses")
    model = models.CharField(max_length=200)
    is_favourite = models.BooleanField(default=False)
    used_at = models.DateTimeField(default=timezone.now)

    objects = ModelUseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "model"], name="model_use_once")]

    def __str__(self) -> str:
        return f"{self.model} by {self.user_id}"
