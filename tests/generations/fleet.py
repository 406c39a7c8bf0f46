"""Real processes around one database that may be killed at any moment; for tests/generations/test_kill.py."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from chats.gateway.sandbox import server
from tests.services import accepts, free_port, wait_until

HERE = Path(__file__).resolve().parent.parent.parent
QUICK = {
    "GENERATION_PACE": "0.02",
    "GENERATION_LEASE_S": "1.5",
    "RESULT_PATIENCE_S": "600",
    "MAX_OPEN_GENERATIONS": "1000",
    "FETCH_PRIVATE": "1",
    "TOIOTECH_API_KEY": "sandbox-key-of-the-kill-test",
    "PYTHONUNBUFFERED": "1",
}


@dataclass
class Process:
    """Restarted under the same name with the same folder, as a supervisor would."""

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    running: subprocess.Popen | None = None
    deaths: int = 0

    def start(self, **more: str) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            environment = {**self.environment, **more}
            self.running = subprocess.Popen(self.command, cwd=HERE, env=environment, stdout=log, stderr=log)

    @property
    def has_died(self) -> bool:
        return self.running is None or self.running.poll() is not None

    def kill(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.send_signal(signal.SIGKILL)
            self.running.wait()
        self.deaths += 1

    def stop(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(20)
            except subprocess.TimeoutExpired:
                self.running.kill()
                self.running.wait()


@dataclass
class Fleet:
    """`steps` is the process that takes generations' steps; `others` may die beside it."""

    gateway: server.Handle
    environment: dict[str, str]
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="fleet")))
    others: dict[str, Process] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        given = {"DATA_DIR": str(self.folder), "GATEWAY_BASE_URL": self.gateway.url, "PORT": str(free_port())}
        self.environment = {**clean, **QUICK, **given, **self.environment}
        collected = HERE / "var" / "static"
        if collected.is_dir():
            (self.folder / "static").symlink_to(collected)
        self.manage("migrate", "--verbosity", "0")

    @property
    def is_large(self) -> bool:
        return "REDIS_URL" in self.environment

    def build(self) -> Process:
        port = self.environment["PORT"]
        if not self.is_large:
            return self._process("serve", [sys.executable, "manage.py", "serve", "--port", port])
        celery = [sys.executable, "-m", "celery", "--app", "playground"]
        beat = [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(self.folder / "beat-schedule")]
        daphne = [sys.executable, "-m", "daphne", "--bind", "127.0.0.1", "--port", port]
        redis_port = self.environment["REDIS_URL"].rsplit(":", 1)[1].split("/")[0]
        redis = ["redis-server", "--port", redis_port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.others = {
            "broker": self._process("broker", [*redis, "--dir", str(self.folder)]),
            "beat": self._process("beat", beat),
            "web": self._process("web", [*daphne, "playground.asgi:application"]),
        }
        return self._process("worker", [*celery, "worker", "--loglevel", "INFO", "--concurrency", "4", "-P", "threads"])

    def _process(self, name: str, command: list[str]) -> Process:
        return Process(name, command, self.environment, self.folder)

    def start_others(self) -> None:
        for process in self.others.values():
            if process.has_died:
                process.start()
        if self.is_large:
            port = int(self.environment["REDIS_URL"].rsplit(":", 1)[1].split("/")[0])
            wait_until(lambda: accepts(port), "the broker listening")

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=HERE, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, script: str) -> str:
        return self.manage("shell", "--verbosity", "0", "-c", script).strip()

    def stop(self, steps: Process) -> None:
        for process in (steps, *reversed(self.others.values())):
            process.stop()

    def tail(self) -> str:
        return "\n".join(f"== {log.name}\n{log.read_text()[-1500:]}" for log in self.folder.glob("*.log"))


def until(holds: Callable[[], bool], fleet: Fleet, what: str, within_s: float) -> None:
    try:
        wait_until(holds, what, within_s, every_s=0.1)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{fleet.tail()}") from error
