"""The whole product as a person starts it: `manage.py serve` in a process of its own, on a data folder of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx

from tests.services import free_port, wait_until

HERE = Path(__file__).resolve().parent.parent
LINK = re.compile(r"https?://\S+/start/\S+")


@cache
def migrated() -> Path:
    """A database with every table and no row: making one takes longer than all the rest of a start."""
    folder = Path(tempfile.mkdtemp(prefix="migrated"))
    environment = {**os.environ, "DATA_DIR": str(folder)}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=HERE, env=environment, check=True)
    return folder / "playground.sqlite3"


@dataclass
class Product:
    """`start()` returns when it is ready; `kill()` is -9, `stop()` is Ctrl-C; `is_bare` has it make its own tables."""

    data_dir: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="playground")))
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None
    is_bare: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.data_dir / "log").read_text()

    @property
    def sandbox_url(self) -> str:
        return f"{self.url}/sandbox"

    @property
    def owner_link(self) -> str:
        found = LINK.search(self.log)
        assert found, self.log
        return found[0]

    def start(self) -> "Product":
        environment = {
            **os.environ,
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "SANDBOX_FETCH_PRIVATE": "1",
            "SANDBOX_INSPECT": "1",
            **self.environment,
        }
        for name in ("DATABASE_URL", "REDIS_URL", "TOIOTECH_API_KEY", "PUBLIC_URL", "DJANGO_SETTINGS_MODULE"):
            if name not in self.environment:
                environment.pop(name, None)
        self._link_static()
        if not self.is_bare and "DATABASE_URL" not in self.environment:
            self._take_tables()
        with (self.data_dir / "log").open("ab") as log:
            command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
            self.process = subprocess.Popen(command, cwd=HERE, env=environment, stdout=log, stderr=log)
        wait_until(self.is_ready, f"the product at {self.url} ready", 60)
        return self

    def _link_static(self) -> None:
        """Static files were collected once by the set-up; each data folder borrows them."""
        collected = HERE / "var" / "static"
        if collected.is_dir() and not (self.data_dir / "static").exists():
            (self.data_dir / "static").symlink_to(collected)

    def _take_tables(self) -> None:
        if not (self.data_dir / "playground.sqlite3").exists():
            shutil.copy(migrated(), self.data_dir)

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            return httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGINT)

    def _end(self, sign: int) -> int:
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(sign)
        return self.process.wait(timeout=30)

    def manage(self, script: str) -> str:
        """Runs Python in the product's own database; answers what it prints."""
        environment = {**os.environ, "DATA_DIR": str(self.data_dir), "PORT": str(self.port), **self.environment}
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", script]
        done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()
