"""Makes collected scripts and style sheets small with esbuild, and lays beside each a .gz and a .br.

Called by the storage when static files are collected; what stands in the source tree stays as it was written.
"""

import gzip
import re
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
from django.conf import settings

TEXTS = {".js", ".mjs", ".css", ".svg"}
WHOLE = re.compile(r"\.min\.(?:m?js|css)$|/chunks/")  # their makers have done it
# Lazy or rare, and large: brotli would take longer than it saves.
LARGE = re.compile(r"(?:^|/)(?:vendor/(?:mermaid|katex|@highlightjs)|admin)/")


def squeeze(root: Path, names: Iterable[str]) -> None:
    """Minifies those scripts and sheets below `root` in place; each stays a file of its own."""
    wanted = [name for name in names if name.endswith((".js", ".css")) and not WHOLE.search(name)]
    program = _esbuild()
    if not wanted or program is None:
        return
    options = ["--minify", "--format=esm", "--target=es2022", "--charset=utf8", "--legal-comments=none"]
    places = [f"--outbase={root}", f"--outdir={root}", "--allow-overwrite", "--log-level=warning"]
    subprocess.run([program, *options, *places, *wanted], cwd=root, check=True)  # noqa: S603


def _esbuild() -> Path | None:
    """The program inside the package for this platform: npm installs it without running a script."""
    found: Sequence[Path] = sorted(Path(settings.NODE_MODULES).glob("@esbuild/*/bin/esbuild"))
    return found[0] if found else None


def is_large(name: str) -> bool:
    return bool(LARGE.search(name))


def compress(paths: Iterable[Path]) -> None:
    with ThreadPoolExecutor() as threads:  # both libraries let go of the interpreter while they work
        list(threads.map(_compress, paths))


def _compress(path: Path) -> None:
    if path.suffix not in TEXTS:
        return
    data = path.read_bytes()
    _write(path, ".gz", gzip.compress(data, 9, mtime=0), len(data))
    if not is_large(str(path)):
        _write(path, ".br", brotli.compress(data), len(data))


def _write(path: Path, ending: str, data: bytes, size_bytes: int) -> None:
    if len(data) < size_bytes * 0.95:
        path.with_name(path.name + ending).write_bytes(data)
