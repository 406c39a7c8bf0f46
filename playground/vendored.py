"""Serves an allow-list out of node_modules as static files, with hashed names that the import map carries."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import ManifestFilesMixin, StaticFilesStorage
from django.core.files.storage import FileSystemStorage

from playground import squeezing

ALLOWED = (
    "markdown-it/dist/browser/markdown-it.esm.min.mjs",
    "@highlightjs/cdn-assets/es/highlight.min.js",
    "@highlightjs/cdn-assets/es/languages/*.min.js",
    "markdown-it-cjk-friendly/dist/index.js",
    "get-east-asian-width/*.js",
    "lit-html/lit-html.js",
    "lit-html/directive*.js",
    "lit-html/directives/live.js",  # each that is served stands twice in the import map of every page
    "lit-html/directives/repeat.js",
    "idiomorph/dist/idiomorph.esm.js",
    "katex/dist/katex.min.js",
    "katex/dist/katex.min.css",
    "katex/dist/fonts/*",
    "mermaid/dist/mermaid.esm.min.mjs",
    "mermaid/dist/chunks/mermaid.esm.min/*.mjs",
    "dompurify/dist/purify.es.mjs",
    "diff/libesm/diff/base.js",
    "diff/libesm/diff/line.js",
    "diff/libesm/diff/word.js",
    "diff/libesm/util/*.js",
)
ICONS = "lucide-static/icons"


class VendorFinder(BaseFinder):
    """`vendor/<package>/<file>` for the files of ALLOWED, and the icons that our style sheets name."""

    def __init__(self, app_names=None, *args, **kwargs):
        self.storage = FileSystemStorage(location=settings.NODE_MODULES)
        self.storage.prefix = "vendor"
        super().__init__(*args, **kwargs)

    def check(self, **kwargs):
        return []

    def find(self, path, find_all=False, **kwargs):
        name = path.removeprefix("vendor/")
        full = Path(settings.NODE_MODULES) / name
        found = path.startswith("vendor/") and ".." not in path and full.is_file() and is_allowed(name)
        if not found:
            return []
        return [str(full)] if find_all else str(full)

    def list(self, ignore_patterns) -> Iterator[tuple[str, FileSystemStorage]]:
        root = Path(settings.NODE_MODULES)
        for pattern in (*ALLOWED, *(f"{ICONS}/{name}.svg" for name in named_icons())):
            for path in sorted(root.glob(pattern)):
                yield str(path.relative_to(root)), self.storage


def is_allowed(name: str) -> bool:
    return any(Path(name).match(p) for p in ALLOWED) or (name.startswith(ICONS) and name.endswith(".svg"))


def named_icons() -> set[str]:
    """Icons named by `url(".../lucide-static/icons/<name>.svg")` in our style sheets."""
    marker = f"{ICONS}/"
    names: set[str] = set()
    for sheet in (settings.BASE_DIR / "static" / "css").glob("*.css"):
        for piece in sheet.read_text().split(marker)[1:]:
            names.add(piece.split(".svg")[0])
    return names


class HashedStorage(ManifestFilesMixin, StaticFilesStorage):
    """Hashed names for everything; only url() in style sheets is rewritten, scripts go through the import map.

    Django's own rewriting of scripts skips .mjs, misses imports without a semicolon and fails on bare names.
    """

    patterns = (
        (
            "*.css",
            (
                r"""(?P<matched>url\((?P<quote>['"]{0,1})\s*(?P<url>.*?)(?P=quote)\))""",
                (r"""(?P<matched>@import\s*["']\s*(?P<url>.*?)["'])""", """@import url("%(url)s")"""),
            ),
        ),
    )
    manifest_strict = False

    def post_process(self, paths, dry_run=False, **options):
        """Small first, because the hash is of what is served; then each compressed, because it is served often."""
        if not dry_run:
            squeezing.squeeze(Path(self.location), [name for name in paths if not name.startswith("admin/")])
        here = {name: (self, name) for name in paths}  # Django would read the files where they came from
        yield from super().post_process(here, dry_run, **options)
        if not dry_run:
            plain = [name for name in paths if squeezing.is_large(name)]  # reached without their hashes
            squeezing.compress(Path(self.path(name)) for name in {*plain, *self.hashed_files.values()})

    def url(self, name, force=False):
        """Before anything was collected (tests, a first start) the finders serve each file under its own name."""
        if not self.hashed_files:
            return StaticFilesStorage.url(self, name)
        return super().url(name, force)
