"""Steps of a reply as people read them: what was called with what, what came of it; for chats/parts/_tool_call.html."""

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chats.gateway import nesting
from chats.models import Message

from .tool_words import ACTION_GISTS, ACTIONS, Words, words_of

register = template.Library()

GIST_CHARACTERS = 90
SHOWN_CHARACTERS = 8_000  # of a result; the rest is a file
FLAT_KEYS = 8
FLAT_CHARACTERS = 300
LINE_CHARACTERS = 64  # of a short list in JSON
OPEN_LINES = 24  # code up to here is shown unfolded
ENCRYPTED = "----MOONSHOT ENCRYPTED BEGIN----"  # only Kimi reads it (text.md 7)
_FEW = re.compile(r"[\[{]\n[^\[\]{}]*\n\s*[\]}]")


@dataclass(frozen=True, slots=True)
class ShownCall:
    """One call with everything its card says."""

    state: str
    name: str
    icon: str
    title: str
    gist: str
    mark: str  # differs where anything the card shows differs
    is_vendors: bool
    may_run: bool
    facts: tuple[tuple[str, str], ...]
    code: str
    language: str
    arguments: str
    result: "ShownResult | None"
    warning: str
    is_over: bool  # the rounds that the person allowed are used up
    marks: str  # of a place on the screenshot: JSON for <spatial-picture>
    is_open: bool
    is_edited: bool
    is_asked: bool

    @property
    def has_more(self) -> bool:
        """Is there anything below the line?"""
        return bool(
            self.code or self.facts or self.arguments or self.is_edited or (self.result and self.result.is_told)
        )


@dataclass(frozen=True, slots=True)
class ShownResult:
    text: str
    is_json: bool
    is_error: bool
    is_encrypted: bool
    is_refused: bool
    is_cut: bool
    by: str
    seconds: float | None
    attachment: int | None
    sources: tuple[Mapping[str, str], ...]

    @property
    def is_told(self) -> bool:
        return bool(self.text or self.sources or self.by != "vendor") and not self.is_refused


@register.simple_tag
def shown_call(values: Mapping[str, Any], message: Message) -> ShownCall:
    """A tool_call part, ready to be drawn."""
    name, state = str(values.get("name") or ""), _state(values, message)
    words, given = words_of(name), _parsed(values.get("arguments"))
    is_action = name in ACTIONS
    warning = _warning(given)
    if warning and isinstance(given, Mapping):
        given = {key: value for key, value in given.items() if key != "safety_decision"}
    code, language = _code(words, given, values.get("arguments"))
    gist = _gist(given, ACTION_GISTS if is_action else words.gist)
    result = _result(values.get("result"))
    return ShownCall(
        state=state,
        name=name,
        icon="mouse-pointer-click" if is_action else words.icon,
        title=_title(name, words, state, result, bool(values.get("is_vendors"))),
        gist=gist,
        mark=_mark(values, state, message.status == Message.Status.WAITING),
        is_vendors=bool(values.get("is_vendors")),
        may_run=bool(values.get("can_run")),
        facts=_flat(given, gist) if not code else (),
        code=code,
        language=language,
        arguments=_laid_out(given, values.get("arguments")) if not code and not _is_said(given, gist) else "",
        result=result,
        warning=warning,
        is_over=values.get("why") == "limit",
        marks=_place(name, given),
        is_edited=bool(values.get("edited_from")),
        is_asked=message.status == Message.Status.WAITING and state in ("asked", "doubt"),
        is_open=bool(code) and code.count("\n") < OPEN_LINES,
    )


def _state(values: Mapping[str, Any], message: Message) -> str:
    """The vendor's own calls have none, and ours none while the model still writes them."""
    state = str(values.get("state") or "")
    if state == "doubt" or (state and (message.is_live or message.status == Message.Status.WAITING)):
        return state  # in a reply that was ended nothing comes next and nobody is asked
    if values.get("result") or not message.is_live:
        return "done"
    return "running" if values.get("is_vendors") else "written"


def _title(name: str, words: Words, state: str, result: "ShownResult | None", is_vendors: bool) -> str:
    if name in ACTIONS:
        return str(ACTIONS[name])
    if state in ("approved", "running", "written"):
        return str(words.doing)
    is_done = state == "done" and (is_vendors or (result is not None and not result.is_refused))
    return str(words.done if is_done else words.asks)


def _mark(*shown: Any) -> str:
    return f"{zlib.crc32(json.dumps(shown, sort_keys=True, default=str).encode()):x}"


def _parsed(arguments: object) -> Any:
    """The arguments as JSON says them; None where they are not JSON, which models do write, or too deep."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return nesting.parsed(arguments or "{}")
    except ValueError:
        return None


def _code(words: Words, given: Any, raw: object) -> tuple[str, str]:
    if not words.language:
        return "", ""
    if isinstance(given, Mapping):
        found = given.get("code") or given.get("command") or given.get("input") or ""
        language = str(given.get("language") or words.language).lower()
        return (found if isinstance(found, str) else "", language)
    return str(raw or ""), words.language


def _gist(given: Any, names: Sequence[str]) -> str:
    if not isinstance(given, Mapping):
        return ""
    found = next((given[name] for name in names if given.get(name)), "")
    words = ", ".join(map(str, found)) if isinstance(found, list) else str(found)
    words = " ".join(words.split())
    return words if len(words) <= GIST_CHARACTERS else words[: GIST_CHARACTERS - 1] + "…"


def _is_said(given: Any, gist: str) -> bool:
    """Does the title say all of it already?"""
    return given == {} or (isinstance(given, Mapping) and len(given) == 1 and str(next(iter(given.values()))) == gist)


def _flat(given: Any, gist: str) -> tuple[tuple[str, str], ...]:
    """Few short values read better as a list than as JSON."""
    if not isinstance(given, Mapping) or _is_said(given, gist) or len(given) > FLAT_KEYS:
        return ()
    flat = all(isinstance(value, str | int | float | None) for value in given.values())
    if not flat or any(len(str(value)) > FLAT_CHARACTERS for value in given.values()):
        return ()
    return tuple((str(name), value if isinstance(value, str) else json.dumps(value)) for name, value in given.items())


def _laid_out(given: Any, raw: object) -> str:
    return str(raw or "") if given is None else _pretty(given)


def _pretty(value: Any) -> str:
    """Indented, with short lists and objects of plain values on one line."""
    return _FEW.sub(_on_one_line, json.dumps(value, ensure_ascii=False, indent=2))


def _on_one_line(found: re.Match[str]) -> str:
    first, *values, last = (line.strip() for line in found[0].split("\n"))
    space = " " if first == "{" else ""
    line = f"{first}{space}{' '.join(values)}{space}{last}"
    return line if len(line) <= LINE_CHARACTERS else found[0]


@register.filter
def laid_out(arguments: object) -> str:
    """Arguments as a person edits them."""
    return _laid_out(_parsed(arguments), arguments)


def _result(values: Any) -> ShownResult | None:
    if not isinstance(values, Mapping):
        return None
    text = str(values.get("text") or "")
    found = _parsed(text) if text.lstrip()[:1] in ("{", "[") else None
    shown = text if found is None else _pretty(found)
    sources = values.get("sources")
    return ShownResult(
        text=shown[:SHOWN_CHARACTERS].rstrip("\n"),
        is_json=found is not None,
        is_error=bool(values.get("is_error")),
        is_encrypted=bool(values.get("is_encrypted")) or text.startswith(ENCRYPTED),
        is_refused=bool(values.get("is_refused")),
        is_cut=len(shown) > SHOWN_CHARACTERS,
        by=str(values.get("by") or ""),
        seconds=values.get("seconds"),
        attachment=values.get("attachment"),
        sources=tuple(source for source in sources if is_web(source)) if isinstance(sources, list) else (),
    )


def is_web(source: Mapping[str, Any]) -> bool:
    """A model may name anything as an address; only the web's are made links."""
    return str(source.get("url", "")).lower().startswith(("http://", "https://"))


def _warning(given: Any) -> str:
    """What the vendor wants a person to be asked about before the action."""
    decision = given.get("safety_decision") if isinstance(given, Mapping) else None
    return str(decision.get("explanation") or "") if isinstance(decision, Mapping) else ""


def _place(name: str, given: Any) -> str:
    if name not in ACTIONS or not isinstance(given, Mapping):
        return ""
    ends = (("x", "y"), ("destination_x", "destination_y"))
    found = [(given.get(x), given.get(y)) for x, y in ends]
    points = [(x, y) for x, y in found if isinstance(x, int | float) and isinstance(y, int | float)]
    labels = [str(ACTIONS[name]), _("to here")]
    marks = [{"point": [y, x], "label": label} for (x, y), label in zip(points, labels, strict=False)]
    return json.dumps(marks) if marks else ""


@register.filter
def asked_count(message: Message) -> int:
    return sum(part.get("kind") == "tool_call" and part.get("state") in ("asked", "doubt") for part in message.parts)


@register.filter
def runnable_count(message: Message) -> int:
    calls = [part for part in message.parts if part.get("kind") == "tool_call"]
    return sum(part.get("state") in ("asked", "doubt") and bool(part.get("can_run")) for part in calls)


@register.filter
def calls_wait(count: int) -> str:
    words = ngettext("%(count)s call waits for you.", "%(count)s calls wait for you.", count)
    return words % {"count": count}
