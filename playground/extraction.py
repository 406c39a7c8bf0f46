"""Writes the message catalogues anew from the sources: python -m playground.extraction (needs Debian's gettext).

Django's makemessages knows templates and Python; our scripts say `t("…")` and `nt("…", "…", n)`.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import polib

HERE = Path(__file__).resolve().parent.parent
CATALOGUES = HERE / "locale" / "zh_Hans" / "LC_MESSAGES"
TEXT = r'"((?:[^"\\]|\\.)*)"'
SAID = re.compile(rf"\b(n?t)\(\s*{TEXT}(?:,\s*{TEXT})?")
PLURALS = "nplurals=1; plural=0;"


def extract() -> None:
    """Keeps translations; entries that no source has any more go."""
    left_out = [f"--ignore={name}" for name in ("node_modules/*", ".venv/*", "var/*", "tests/*", "bench/*")]
    command = [sys.executable, "manage.py", "makemessages", "--locale", "zh_Hans", "--no-obsolete"]
    subprocess.run([*command, "--no-wrap", "--add-location", "file", *left_out], cwd=HERE, check=True)  # noqa: S603
    _extract_scripts()
    for path in CATALOGUES.glob("*.po"):
        _tidy(path)


def _extract_scripts() -> None:
    """With a pattern, because xgettext 0.21 loses its way in nested template literals."""
    place = CATALOGUES / "djangojs.po"
    kept = polib.pofile(str(place)) if place.exists() else polib.POFile()
    kept.merge(_said_in_scripts())
    for entry in [entry for entry in kept if entry.obsolete]:
        kept.remove(entry)
    kept.save(str(place))


def _said_in_scripts() -> polib.POFile:
    found: dict[str, polib.POEntry] = {}
    for path in sorted((HERE / "static" / "js").rglob("*.js")):
        for name, one, many in SAID.findall(path.read_text()):
            msgid = json.loads(f'"{one}"')
            plural = {"msgid_plural": json.loads(f'"{many}"'), "msgstr_plural": {0: ""}} if name == "nt" else {}
            entry = found.setdefault(msgid, polib.POEntry(msgid=msgid, **plural))
            entry.occurrences.append((str(path.relative_to(HERE)), ""))
    catalogue = polib.POFile()
    catalogue.extend(found.values())
    return catalogue


def _tidy(path: Path) -> None:
    """No dates and no tool names in the header: a catalogue changes when a sentence does."""
    catalogue = polib.pofile(str(path), wrapwidth=0)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "zh_Hans",
        "Plural-Forms": PLURALS,
    }
    catalogue.header = ""
    catalogue.save(str(path))


if __name__ == "__main__":
    extract()
