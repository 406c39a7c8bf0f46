"""Runs one call: a web search, a system tool of Kimi or a function of a set; a failure is a result the model sees."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chats.gateway import client
from chats.gateway.errors import GatewayError
from chats.gateway.recording import OnExchange
from chats.gateway.values import Credentials, Found, Search

from .declared import Tool
from .offered import FORMULA, WEB_SEARCH

RECENCIES = {"hour": "qdr:h", "day": "qdr:d", "week": "qdr:w", "month": "qdr:m", "year": "qdr:y"}
Number = Callable[[str, str], int]  # of a source, by address and title


@dataclass(frozen=True, slots=True)
class Outcome:
    """`text` is what the model reads; an encrypted one must not be cut."""

    text: str
    is_error: bool = False
    is_encrypted: bool = False
    seconds: float = 0.0
    sources: tuple[Mapping[str, str], ...] = field(default=())


async def run(
    tool: Tool, arguments: str, credentials: Credentials, number: Number, on_exchange: OnExchange | None = None
) -> Outcome:
    """Never raises GatewayError: the model is told why it has no result and may try something else."""
    began = time.monotonic()
    try:
        outcome = await _run(tool, arguments, credentials, number, on_exchange)
    except GatewayError as error:
        outcome = Outcome(f"Error: {error.message or error.cause}", is_error=True)
    return Outcome(
        outcome.text, outcome.is_error, outcome.is_encrypted, round(time.monotonic() - began, 3), outcome.sources
    )


async def _run(
    tool: Tool, arguments: str, credentials: Credentials, number: Number, on_exchange: OnExchange | None
) -> Outcome:
    if tool.result is not None:
        return Outcome(tool.result)
    if tool.key.startswith(FORMULA):
        formula, name = tool.key.removeprefix(FORMULA), str(tool.function["name"])
        done = await client.run_formula(formula, name, arguments, credentials, on_exchange=on_exchange)
        return Outcome(done.text, done.is_error, done.is_encrypted)
    if tool.key == WEB_SEARCH:
        return await _search(arguments, credentials, number, on_exchange)
    return Outcome("Error: nobody runs this function; a person has to answer it.", is_error=True)


async def _search(arguments: str, credentials: Credentials, number: Number, on_exchange: OnExchange | None) -> Outcome:
    asked = _object(arguments)
    query = str(asked.get("query") or asked.get("q") or "").strip()
    if not query:
        return Outcome('Error: the arguments need a "query".', is_error=True)
    found = await client.search(_parameters(query, asked), credentials, on_exchange=on_exchange)
    return _told(found, number)


def _parameters(query: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {"q": query, "num": 10}
    count = asked.get("count")
    if isinstance(count, int) and not isinstance(count, bool):
        wanted["num"] = max(1, min(count, 20))
    for name, wire in (("country", "gl"), ("language", "hl")):
        if asked.get(name):
            wanted[wire] = str(asked[name])[:20]
    if recency := RECENCIES.get(str(asked.get("recency"))):
        wanted["tbs"] = recency
    return wanted


def _told(found: Search, number: Number) -> Outcome:
    if not found.results:
        return Outcome("The search found nothing.")
    numbered = [(number(one.url, one.title), one) for one in found.results]
    sources = tuple({"url": one.url, "title": one.title} for one in found.results)
    return Outcome("\n\n".join(_lines(place, one) for place, one in numbered), sources=sources)


def _lines(place: int, one: Found) -> str:
    said = " — ".join(words for words in (one.date, one.snippet) if words)
    return f"[{place}] {one.title}\n{one.url}\n{said}"


def _object(arguments: str) -> dict[str, Any]:
    try:
        found = json.loads(arguments or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
