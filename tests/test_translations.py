"""Each sentence a person can read is in the catalogue, in Chinese too, and with the same blanks to fill in."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

HERE = Path(__file__).resolve().parent.parent
CATALOGUES = "locale/zh_Hans/LC_MESSAGES"
BLANK = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)
BLOCK = re.compile(r"\{% (blocktranslate|comment)\b.*?%\}.*?\{% end\1 %\}", re.S)
MARKUP = re.compile(r"<(script|style|code|kbd|svg)\b.*?</\1>|<[^>]*>", re.S)
ATTRIBUTE = re.compile(r'\b(?:aria-label|title|placeholder|alt|aria-description)="([^"]*)"')
WORD = re.compile(r"[A-Za-z]{2,}")
NAMES = {  # the same in each language
    *("Playground", "English", "简体中文", "https", "UTC", "CSV", "JSON", "GET", "POST", "cn", "zh"),
    *("JavaScript", "Python", "cURL"),
}
SPOKEN = re.compile(
    r"""(?:textContent|ariaLabel|title|placeholder|alt)\s*=\s*(["'`])((?:(?!\1).)*[A-Za-z]{3}(?:(?!\1).)*)\1"""
)


def catalogue(name: str) -> polib.POFile:
    return polib.pofile(str(HERE / CATALOGUES / f"{name}.po"))


def wordings(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("name", ["django", "djangojs"])
def test_every_sentence_is_translated_and_keeps_its_blanks(name):
    for entry in catalogue(name):
        assert entry.translated(), f"not translated: {entry.msgid}"
        assert "fuzzy" not in entry.flags, entry.msgid
        wanted = set(BLANK.findall(entry.msgid_plural or entry.msgid))
        for wording in wordings(entry):
            assert set(BLANK.findall(wording)) <= wanted, entry.msgid
            assert wanted - set(BLANK.findall(wording)) <= {"%(count)s"} & wanted or not wanted, entry.msgid


def test_the_catalogues_hold_what_the_sources_say_and_no_more(tmp_path):
    for folder in ("chats", "playground", "templates", "static/js", "locale"):
        ignored = shutil.ignore_patterns("__pycache__", "*.mo")
        shutil.copytree(HERE / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(HERE / "manage.py", tmp_path)
    command = [sys.executable, "-m", "playground.extraction"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("django", "djangojs"):
        fresh = {entry.msgid for entry in polib.pofile(str(tmp_path / CATALOGUES / f"{name}.po"))}
        kept = {entry.msgid for entry in catalogue(name)}
        assert fresh - kept == set(), "run python -m playground.extraction and translate"
        assert kept - fresh == set()


def test_no_template_says_a_word_outside_the_catalogue():
    found = []
    for path in (HERE / "templates").rglob("*.html"):
        text = path.read_text()
        if text.startswith("data-"):  # attributes that several templates share
            text = f"<p {text}>"
        text = TAG.sub("\x00", BLOCK.sub("\x00", text))
        said = [*ATTRIBUTE.findall(text), MARKUP.sub("\x00", text)]
        words = {word for piece in said for word in WORD.findall(piece)} - NAMES
        if words:
            found.append((str(path.relative_to(HERE)), sorted(words)))
    assert not found


def test_no_script_says_a_sentence_outside_the_catalogue():
    found = []
    for path in (HERE / "static" / "js").rglob("*.js"):
        found += [(path.name, said) for _, said in SPOKEN.findall(path.read_text()) if "${" not in said]
    assert not found
