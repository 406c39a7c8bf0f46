"""Brings database and static files up to date before the processes of a larger installation start."""

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options) -> None:
        from chats.accounts import first_start_url

        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if link := first_start_url():
            self.stdout.write(f"Create the owner's account with this link (it works once): {link}")
