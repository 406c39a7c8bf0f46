"""Starts the sandbox in a process of its own, for tests and benchmarks that need it over real HTTP."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

ROOT = Path(__file__).parents[3]
KEY = "sandbox"


@dataclass(frozen=True)
class Handle:
    """A running sandbox; `url` is what GATEWAY_BASE_URL wants, without /v1."""

    url: str
    process: subprocess.Popen[bytes]
    folder: tempfile.TemporaryDirectory[str] | None = None

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        if self.folder:
            self.folder.cleanup()

    def __enter__(self) -> "Handle":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def requests(self) -> list[dict[str, Any]]:
        """What it was asked, oldest first (record.Entry as JSON)."""
        return self._call("GET", "/sandbox/requests").json()["requests"]

    def body(self, request_id: str) -> Any:
        """The JSON body of one of them."""
        return self._call("GET", f"/sandbox/requests/{request_id}/body").json()

    def clear(self) -> None:
        self._call("DELETE", "/sandbox/requests")

    def submits(self, after: int = 0) -> list[dict[str, Any]]:
        """The paid calls it accepted, oldest first: n, id, model, prompt, key_hash, at, route, polls."""
        return self._call("GET", f"/sandbox/submits?after={after}").json()["submits"]

    def submit(self, remote_id: str) -> dict[str, Any]:
        """All of one of them: also `sent`, what the adaptor gave the vendor, and `recipes` of what is made."""
        return self._call("GET", f"/sandbox/submits/{quote(remote_id, safe='')}").json()

    def polls(self) -> int:
        return self._call("GET", f"/sandbox/submits?after={2**60}").json()["polls"]

    def forget_submits(self) -> None:
        self._call("DELETE", "/sandbox/submits")

    def wait_for(self, fact: Callable[[list[dict[str, Any]]], Any], within_s: float = 10.0) -> Any:
        """The first true value of `fact(requests())`; raises TimeoutError with what there was instead."""
        until = time.monotonic() + within_s
        while not (found := fact(seen := self.requests())):
            if time.monotonic() > until:
                raise TimeoutError(f"not so within {within_s} s: {seen}")
            time.sleep(0.02)
        return found

    def _call(self, method: str, path: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.request(method, self.url + path, headers=headers, trust_env=False).raise_for_status()


def start(port: int = 0, env: Mapping[str, str] | None = None) -> Handle:
    """Returns when it listens; `env` holds SANDBOX_… settings. It ends with this process at the latest.

    Without SANDBOX_DATA_DIR its tasks lie in a temporary folder, gone with the handle.
    """
    folder = None
    if "SANDBOX_DATA_DIR" not in {**os.environ, **(env or {})}:
        folder = tempfile.TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True)
        env = {**(env or {}), "SANDBOX_DATA_DIR": folder.name}
    command = [sys.executable, "-m", "chats.gateway.sandbox", "--port", str(port), "--until-stdin-closes"]
    process = subprocess.Popen(  # noqa: S603 - our own module, no shell
        command, cwd=ROOT, env={**os.environ, **(env or {})}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    line = process.stdout.readline().decode() if process.stdout else ""
    if "http://" not in line:
        process.kill()
        raise RuntimeError(f"the sandbox did not start: {line or 'see its messages above'}")
    return Handle(line.split()[-1], process, folder)
