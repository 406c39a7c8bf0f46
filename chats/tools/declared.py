"""The chosen tools as functions that a model is told of, and which tool each function is."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from chats.gateway import client
from chats.gateway.values import Credentials
from chats.models import FunctionSet

from .offered import FORMULA, FUNCTIONS, PAID_FORMULAS, WEB_SEARCH

FRESH_S = 3600

SEARCH = {
    "name": "web_search",
    "description": (
        "Searches the web with Google. Answers numbered results with title, address and an excerpt. "
        "Cite what you use by its number in brackets, such as [1]."
    ),
    "parameters": {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What to search for"},
            "count": {"type": "integer", "description": "How many results, 1 to 20", "minimum": 1, "maximum": 20},
            "recency": {"type": "string", "enum": ["hour", "day", "week", "month", "year"]},
            "country": {"type": "string", "description": "Two letters, such as cn or us"},
            "language": {"type": "string", "description": "Such as zh-cn or en"},
        },
        "required": ["query"],
    },
}


@dataclass(frozen=True, slots=True)
class Tool:
    """`key` as Message.tools names it; `result` is what a function of a set always answers."""

    key: str
    function: Mapping[str, Any]
    result: str | None = None

    @property
    def is_paid(self) -> bool:
        formula = self.key.removeprefix(FORMULA).partition(":")[0]
        return self.key == WEB_SEARCH or formula in PAID_FORMULAS

    @property
    def runs_itself(self) -> bool:
        """Else a person types the answer."""
        return not self.key.startswith(FUNCTIONS) or self.result is not None


@dataclass(frozen=True, slots=True)
class Declared:
    by_function: Mapping[str, Tool]

    def functions(self) -> tuple[dict[str, Any], ...]:
        """In OpenAI's form."""
        return tuple({"type": "function", "function": dict(tool.function)} for tool in self.by_function.values())


def sets_for(team_id: int, names: Iterable[str]) -> list[Tool]:
    """The functions of the chosen sets. Blocking. A set that was deleted meanwhile has none."""
    ids = [int(name.removeprefix(FUNCTIONS)) for name in names if name.startswith(FUNCTIONS)]
    rows = FunctionSet.objects.filter(team_id=team_id, pk__in=ids, deleted_at__isnull=True) if ids else ()
    return [_of_set(row.pk, function) for row in rows for function in row.functions]


def _of_set(pk: int, function: Mapping[str, Any]) -> Tool:
    told = {name: function[name] for name in ("name", "description", "parameters", "strict") if function.get(name)}
    return Tool(f"{FUNCTIONS}{pk}", told, function.get("result"))


async def declared(names: Iterable[str], sets: Iterable[Tool], credentials: Credentials) -> Declared:
    """Two of one name: the first stays. Raises GatewayError where Kimi's declarations cannot be had."""
    tools: list[Tool] = []
    for name in names:
        if name == WEB_SEARCH:
            tools.append(Tool(WEB_SEARCH, SEARCH))
        elif name.startswith(FORMULA):
            found = await _formula(name.removeprefix(FORMULA), credentials)
            tools += [Tool(name, tool["function"]) for tool in found if tool.get("function", {}).get("name")]
    by_function: dict[str, Tool] = {}
    for tool in [*tools, *sets]:
        by_function.setdefault(tool.function["name"], tool)
    return Declared(by_function)


async def _formula(formula: str, credentials: Credentials) -> tuple[dict[str, Any], ...]:
    """What it declares hardly ever changes, and every reply needs it."""
    place = hashlib.sha256(f"{credentials.base_url} {formula}".encode()).hexdigest()[:32]
    kept = await cache.aget(f"formula:{place}")
    if kept is None:
        kept = await client.formula_tools(formula, credentials)
        await cache.aset(f"formula:{place}", kept, FRESH_S)
    return kept
