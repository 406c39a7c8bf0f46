"""Removes the files of an exchange whose row goes, also when it goes with its message or conversation."""

from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from chats.models import Exchange


@receiver(post_delete, sender=Exchange)
def _gone(instance: Exchange, **_facts) -> None:
    transaction.on_commit(partial(_remove, instance.sent_file))


def _remove(sent_file: str) -> None:
    """Everything in its folder is its own."""
    folder = sent_file.rpartition("/")[0]
    if not folder.startswith("exchanges/"):
        return
    try:
        _folders, names = default_storage.listdir(folder)
    except OSError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)
