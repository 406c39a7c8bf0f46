"""`GET` and `POST /v1/serper/search`: Google's results through the gateway (text.md 9)."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from chats.catalog import ModelSpec
from chats.gateway.characters import storable
from chats.gateway.errors import GatewayError
from chats.gateway.protocols import CallProtocol
from chats.gateway.values import Found, Request, Search

PATH = "/v1/serper/search"
NAMES = ("q", "gl", "hl", "location", "tbs", "num", "page")
READ_TIMEOUT_S = 60.0


class Protocol(CallProtocol):
    """Asked: `q`, any other of NAMES, and `method`, GET or POST."""

    def request(self, spec: ModelSpec, asked: Mapping[str, Any]) -> Request:
        wanted = {name: asked[name] for name in NAMES if asked.get(name) not in (None, "")}
        if asked.get("method") == "GET":
            return Request("GET", f"{PATH}?{urlencode(wanted)}", read_timeout_s=READ_TIMEOUT_S)
        return Request("POST", PATH, json=wanted, read_timeout_s=READ_TIMEOUT_S)

    def read(self, body: Mapping[str, Any]) -> Search:
        found = body.get("data")
        if not isinstance(found, Mapping):
            raise GatewayError("upstream", 200, "bad_answer", str(body)[:300], is_retryable=True)
        credits = found.get("credits")
        return Search(
            tuple(_results(found.get("organic"))),
            credits if isinstance(credits, int) else None,
            tuple(_related(found)),
        )


def _results(organic: Any) -> Iterator[Found]:
    """One without an address leads nowhere."""
    for place, entry in enumerate(_tables(organic), start=1):
        url = storable(entry.get("link"))
        if not url.startswith(("http://", "https://")):
            continue
        position = entry.get("position")
        yield Found(
            position if isinstance(position, int) else place,
            storable(entry.get("title")) or url,
            url,
            storable(entry.get("snippet")),
            storable(entry.get("date")),
            tuple(
                (storable(link.get("title")), storable(link["link"]))
                for link in _tables(entry.get("sitelinks"))
                if link.get("link")
            ),
        )


def _related(found: Mapping[str, Any]) -> Iterator[str]:
    """Declared in snake_case while the vendor answers in camelCase, so mostly empty (text.md 9)."""
    for entry in _tables(found.get("related_searches") or found.get("relatedSearches")):
        if entry.get("query"):
            yield storable(entry["query"])


def _tables(entries: Any) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in entries if isinstance(entry, Mapping)) if isinstance(entries, list) else iter(())
