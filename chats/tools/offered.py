"""What a person may switch on for a model, and whether a choice of theirs holds."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats import catalog
from chats.catalog import ModelSpec
from chats.models import FunctionSet, Team

WEB_SEARCH = "web_search"
FORMULA, FUNCTIONS = "formula:", "functions:"
MOST_NAMES = 20
MOST_ROUNDS = 20
ROUNDS = 8  # text.md 7 suggests it
KINDS = frozenset({"chat", "omni"})
PAID_FORMULAS = frozenset({"moonshot/web-search"})  # text.md 7; of the others nothing is said

_FORMULAS = {
    "web-search": (gettext_lazy("Kimi web search"), gettext_lazy("Searches the web; only Kimi can read what it finds")),
    "convert": (gettext_lazy("Convert units"), gettext_lazy("Length, mass, temperature, currency and more")),
    "rethink": (gettext_lazy("Rethink"), gettext_lazy("Lets the model put its thoughts in order")),
    "random-choice": (gettext_lazy("Random choice"), gettext_lazy("Draws lots")),
    "mew": (gettext_lazy("Mew"), gettext_lazy("A cat that mews")),
    "memory": (gettext_lazy("Memory"), gettext_lazy("Keeps notes at Moonshot")),
    "excel": (gettext_lazy("Tables"), gettext_lazy("Reads Excel and CSV files")),
    "date": (gettext_lazy("Date and time"), gettext_lazy("Calendars and time zones")),
    "base64": (gettext_lazy("Base64"), gettext_lazy("Encodes and decodes")),
    "fetch": (gettext_lazy("Fetch a page"), gettext_lazy("Reads a web page as text")),
    "quickjs": (gettext_lazy("JavaScript"), gettext_lazy("Runs a script at Moonshot")),
    "code_runner": (gettext_lazy("Python"), gettext_lazy("Runs code at Moonshot")),
}


def can_call(spec: ModelSpec) -> bool:
    return spec.takes_functions and spec.kind in KINDS


def formulas() -> list[str]:
    """With the version the wire wants (text.md 7)."""
    return [f"{name}:latest" for name in catalog.get("kimi-formulas").options["formulas"]]


def offered(user, team: Team, spec: ModelSpec) -> list[dict[str, Any]]:
    """As the composer's menu shows them; `why` says what is missing where a tool is not available."""
    why = "" if can_call(spec) else _("%(model)s cannot call tools.") % {"model": spec.label}
    tools = [
        _tool(WEB_SEARCH, _("Web search"), _("Google through the gateway; sources are numbered"), why, is_paid=True)
    ]
    if spec.vendor == "moonshot":
        for formula in formulas():
            label, words = _FORMULAS.get(_short(formula), (_short(formula), ""))
            is_paid = formula.partition(":")[0] in PAID_FORMULAS
            tools.append(_tool(FORMULA + formula, str(label), str(words), why, is_paid=is_paid))
    return tools


def _tool(name: str, label: str, words: str, why: str, *, is_paid: bool) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "description": words,
        "is_paid": is_paid,
        "is_available": not why,
        "why": why,
        "functions": [],
    }


def _short(formula: str) -> str:
    return formula.partition("/")[2].partition(":")[0]


def clean(user, team: Team, spec: ModelSpec, raw: Mapping[str, Any]) -> dict[str, Any]:
    """`raw` as a reply keeps it: {} with no tool on; ValueError says plainly what is wrong."""
    names = raw.get("names") or []
    if not isinstance(names, list) or len(names) > MOST_NAMES or not all(isinstance(name, str) for name in names):
        raise ValueError(_("The list of tools is not right."))
    if not names:
        return {}
    if not can_call(spec):
        raise ValueError(_("%(model)s cannot call tools.") % {"model": spec.label})
    known = {tool["name"] for tool in offered(user, team, spec)} | set(_sets(user, team))
    for name in names:
        if name not in known:
            raise ValueError(_("One of the tools is not there any more. Choose the tools again."))
    rounds = raw.get("most_rounds") or ROUNDS
    if isinstance(rounds, bool) or not isinstance(rounds, int) or not 1 <= rounds <= MOST_ROUNDS:
        raise ValueError(_("Between 1 and %(most)s rounds of calls are possible.") % {"most": MOST_ROUNDS})
    return {"names": list(dict.fromkeys(names)), "is_auto": raw.get("is_auto") is True, "most_rounds": rounds}


def _sets(user, team: Team) -> list[str]:
    rows = FunctionSet.objects.visible_to(user).filter(team=team)
    return [f"{FUNCTIONS}{pk}" for pk in rows.values_list("pk", flat=True)]
