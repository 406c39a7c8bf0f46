"""Compiles locale/*/*.po to .mo with polib, so that a start needs no gettext programs: python -m <this>."""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_all() -> None:
    for path in LOCALE.rglob("*.po"):
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


if __name__ == "__main__":
    compile_all()
