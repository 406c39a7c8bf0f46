"""The one application of the project."""

from django.apps import AppConfig


class ChatsConfig(AppConfig):
    name = "chats"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Files go with their rows from the first request on."""
        from chats.exchanges import removing  # noqa: F401
