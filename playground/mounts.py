"""Puts the sandbox gateway under /sandbox of our own server, for a start without a key."""

import dataclasses

from django.conf import settings

from chats.gateway.sandbox.app import Sandbox
from chats.gateway.sandbox.settings import Settings

PREFIX = "/sandbox"


def _settings() -> Settings:
    """Its tasks lie beside our own data, so that a restart finds them again."""
    found = Settings.from_env()
    return dataclasses.replace(
        found, key_prefix=settings.SANDBOX_KEY, data_dir=found.data_dir or settings.DATA_DIR / "sandbox"
    )


def mounted(pages):
    """`pages`, except for the paths below PREFIX, which the sandbox gets with the prefix taken off."""
    sandbox = Sandbox(_settings())

    async def application(scope, receive, send):
        path = scope["path"]
        if not path.startswith(PREFIX + "/"):
            return await pages(scope, receive, send)
        inner = {**scope, "path": path[len(PREFIX) :], "root_path": scope.get("root_path", "") + PREFIX}
        inner["raw_path"] = inner["path"].encode()
        return await sandbox(inner, receive, send)

    return application
