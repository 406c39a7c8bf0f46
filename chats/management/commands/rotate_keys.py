"""Encrypts the stored gateway keys anew with the first of FIELD_ENCRYPTION_KEYS; the older ones may go afterwards."""

from django.core.management.base import BaseCommand

from chats import keys


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options) -> None:
        self.stdout.write(f"{keys.rotate()} keys encrypted anew.")
