"""A real Redis and a real PostgreSQL on free ports, for the tests that are marked `services`."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_so, what: str, within_s: float = 30.0, every_s: float = 0.05) -> None:
    """Asks `is_so()` until it holds; an AssertionError names `what` did not come in time."""
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if is_so():
            return
        time.sleep(every_s)
    raise AssertionError(f"{what} did not happen within {within_s} s")


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def redis() -> Iterator[str]:
    """The address of a Redis that keeps nothing on disk."""
    port = free_port()
    program = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
    try:
        wait_until(lambda: accepts(port), "Redis listening")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a throw-away PostgreSQL whose user may make databases."""
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    folder = Path(tempfile.mkdtemp(prefix="postgres"))
    port = free_port()
    as_user = {"user": "postgres"} if os.geteuid() == 0 else {}
    if as_user:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/", **as_user}
    init = [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(init, check=True, **quiet)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200"
    server = subprocess.Popen([binaries / "postgres", "-D", folder / "data", *options.split()], **quiet)
    try:
        wait_until(lambda: accepts(port), "PostgreSQL listening")
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
