"""Starts the whole product as one foreground process: web, worker, beat and, without a key, the sandbox."""

import errno
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args, port: int, host: str, **options) -> None:
        check_data_folder()
        check_port(host, port)
        call_command("migrate", interactive=False, verbosity=0)
        serve(host, port, self.greet)

    def greet(self, host: str, port: int) -> None:
        from chats.accounts import first_start_url

        address = settings.PUBLIC_URL or f"http://{host}:{port}"
        link = first_start_url()
        say = self.stdout.write
        say(f"\nPlayground is running at {address}\n")
        if settings.IS_SANDBOX:
            say("No TOIOTECH_API_KEY is set: the built-in sandbox answers.")
        if link:
            say(f"Create the owner's account with this link (it works once):\n\n    {link}\n")
        say("Ctrl-C stops everything.")
        self.stdout.flush()


def check_data_folder() -> None:
    folder = settings.DATA_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CommandError(f"The folder {folder} cannot be written to; set DATA_DIR to one that can.") from error


def check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CommandError(f"Port {port} cannot be opened: {error.strerror}.") from error
            raise CommandError(
                f"Port {port} is in use; stop what runs there or choose another: PORT={port + 1} make run"
            ) from error


def serve(host: str, port: int, greet) -> None:
    """Runs until Ctrl-C or SIGTERM; replies in flight end as interrupted with all their text."""
    from daphne.server import Server
    from twisted.internet import reactor as any_reactor
    from twisted.internet.threads import deferToThread

    from playground import small
    from playground.asgi import application

    reactor: Any = any_reactor
    small_set = small.start()
    reactor.callWhenRunning(greet, host, port)
    # In a thread: the sandbox answers on this very loop.
    reactor.addSystemEventTrigger("before", "shutdown", lambda: deferToThread(small_set.drain))
    reactor.addSystemEventTrigger("after", "shutdown", small_set.stop)
    Server(
        application=application,
        endpoints=[f"tcp:port={port}:interface={host}"],
        signal_handlers=True,
        server_name="playground",
        application_close_timeout=5,
        proxy_forwarded_address_header="X-Forwarded-For" if settings.IS_HTTPS else None,
    ).run()
    sys.stdout.write("\nStopped.\n")
