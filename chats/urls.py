"""Addresses of chats: each file of views brings its own."""

from importlib import import_module

app_name = "chats"
ROOMS = (
    "accounts",
    "attachments",
    "benches",
    "board",
    "comparisons",
    "conversations",
    "exchanges",
    "frames",
    "function_sets",
    "gallery",
    "gateway_keys",
    "generations",
    "invitations",
    "messages",
    "models",
    "presets",
    "settings",
    "teams",
    "tools",
)
urlpatterns = [pattern for room in ROOMS for pattern in import_module(f"chats.views.{room}").urlpatterns]
