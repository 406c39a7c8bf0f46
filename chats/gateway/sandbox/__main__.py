"""`python -m chats.gateway.sandbox --port 8001`: the sandbox gateway alone, under daphne."""

import argparse
import os
import sys
import threading
from dataclasses import replace

from daphne.server import Server

from chats.gateway.sandbox.app import Sandbox
from chats.gateway.sandbox.settings import Settings


def main() -> None:
    options = _options()
    settings = Settings.from_env()
    if "SANDBOX_INSPECT" not in os.environ:  # alone it listens on loopback, for whoever started it
        settings = replace(settings, inspect=True)
    server = Server(
        Sandbox(settings),
        endpoints=[f"tcp:port={options.port}:interface={options.host}"],
        signal_handlers=True,
        server_name="",
        request_buffer_size=1024 * 1024,
        application_close_timeout=1,
    )
    server.ready_callable = lambda: _announce(server)
    if options.until_stdin_closes:
        threading.Thread(target=_follow_stdin, daemon=True).start()
    server.run()  # returns at once when it could not listen
    if not server.listening_addresses:
        sys.exit(f"The sandbox gateway cannot listen on {options.host}:{options.port}; is the port in use?")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chats.gateway.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one (default: 8001)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the process that started it")
    return parser.parse_args()


def _announce(server: Server) -> None:
    host, port = server.listening_addresses[0]
    print(f"Sandbox gateway on http://{host}:{port}", flush=True)


def _follow_stdin() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
