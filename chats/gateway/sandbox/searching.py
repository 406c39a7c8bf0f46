"""GET and POST /v1/serper/search and /v1/jina/reader: the built-in web searched, and one page of any as Markdown."""

import re
from typing import Any
from urllib.parse import urlsplit

from chats.gateway.sandbox import admitting, corpus, fetch, misbehave
from chats.gateway.sandbox.errors import Fault, Refusal
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.web_page import readable
from chats.gateway.sandbox.workshop import Workshop

PATH = re.compile(r"/v1/(?P<engine>[a-z]+)/(?P<action>[a-z_]+)")
ENGINES = frozenset({"serper", "jina"})
# Engines that exist but not here; any other two words after /v1/ are no search at all.
UNKNOWN_ENGINES = frozenset({"google", "bing", "tavily", "brave", "exa", "searchapi", "duckduckgo", "baidu"})
DAYS = {"h": 0, "d": 1, "w": 7, "m": 31, "y": 366}
USUAL_RESULTS = 10
MOST_RESULTS = 100
USUAL_LANGUAGES = {"cn": True, "tw": True, "hk": True, "us": False, "gb": False}
LANGUAGE_OF_NAMES = {"zh": True, "en": False}


def is_search(path: str, method: str) -> bool:
    found = PATH.fullmatch(path)
    return found is not None and method in {"GET", "POST"} and found["engine"] in ENGINES | UNKNOWN_ENGINES


async def find(call: Call, shop: Workshop) -> None:
    """Errors are plain sentences here (envelope F)."""
    found = PATH.fullmatch(call.exchange.path)
    engine = found["engine"] if found else ""
    asked = _asked(call)
    words = str(asked.get("q") or asked.get("url") or "")
    await admitting.admitted(call, words, envelope="F")
    if engine == "serper":
        await call.exchange.answer_json(_enveloped(_searched(asked)))
    elif engine == "jina" and found and found["action"] == "reader":
        await call.exchange.answer_json(_enveloped(await _read(asked, shop)))
    else:
        raise _refused(400, "search engine not implemented")


def _asked(call: Call) -> dict[str, Any]:
    """Of the query of a GET, of the JSON of a POST; a GET that calls itself JSON is read as JSON and found empty."""
    is_json = call.exchange.headers.get("content-type", "").startswith("application/json")
    if call.exchange.method == "GET" and not is_json:
        return {name: values[0] for name, values in call.exchange.query.items()}
    try:
        return admitting.parsed(call)
    except Refusal as refusal:
        raise _refused(400, refusal.fault.message) from refusal


def _enveloped(data: dict[str, Any]) -> dict[str, Any]:
    return {"success": True, "message": "", "data": data}


def _searched(asked: dict[str, Any]) -> dict[str, Any]:
    query = misbehave.split_text(str(asked.get("q") or ""))[0]
    if not query:
        raise _refused(400, "q is required")
    count, page = _number(asked, "num", USUAL_RESULTS, MOST_RESULTS), _number(asked, "page", 1, 1000)
    found = corpus.search(query, count, chinese=_language(asked), within_days=_within(asked), skip=(page - 1) * count)
    first = (page - 1) * count + 1
    organic = [organic_of(one, at) for at, one in enumerate(found, first)]
    empty = {"knowledge_graph": None, "people_also_ask": None, "related_searches": None}
    return {"credits": 1 if count <= USUAL_RESULTS else 2, "organic": organic or None} | empty


def organic_of(page: corpus.Page, position: int) -> dict[str, Any]:
    return {
        "title": page.title,
        "link": page.link,
        "snippet": page.snippet,
        "position": position,
        "date": page.date,
        "sitelinks": None,
    }


def _language(asked: dict[str, Any]) -> bool | None:
    """Chinese, English, or as the query is: by `hl`, else by `gl`."""
    language = str(asked.get("hl") or "").lower()[:2]
    return LANGUAGE_OF_NAMES.get(language, USUAL_LANGUAGES.get(str(asked.get("gl") or "").lower()))


def _within(asked: dict[str, Any]) -> int | None:
    found = re.search(r"qdr:([hdwmy])(\d*)", str(asked.get("tbs") or ""))
    return DAYS[found[1]] * int(found[2] or 1) if found else None


def _number(asked: dict[str, Any], name: str, usual: int, most: int) -> int:
    value = str(asked.get(name) or usual)
    if not value.isdigit() or not 1 <= int(value) <= most:
        raise _refused(500, "bad status code: 400")
    return int(value)


async def _read(asked: dict[str, Any], shop: Workshop) -> dict[str, Any]:
    """A page of the built-in web, or one of the real web as far as this sandbox may reach it."""
    url = misbehave.split_text(str(asked.get("url") or asked.get("q") or ""))[0]
    if urlsplit(url).scheme not in {"http", "https"}:
        raise _refused(400, "url is required")
    title, text = await page_of(url, shop)
    budget = str(asked.get("token_budget") or "")
    text = text[: int(budget) * 4] if budget.isdigit() else text
    body = text if asked.get("return_format") == "text" else f"# {title}\n\n{text}"
    return {"title": title, "url": url, "content": body, "usage": {"tokens": max(len(body) // 4, 1)}}


async def page_of(url: str, shop: Workshop) -> tuple[str, str]:
    """Title and text."""
    if known := corpus.page_at(url):
        return known.title, known.text
    if url.startswith(corpus.SITE):
        raise _refused(500, "bad status code: 404")
    try:
        content = await fetch.source_bytes(url, shop.settings)
    except Refusal as refusal:
        raise _refused(500, f"bad status code: {refusal.fault.status}; {refusal.fault.message}") from refusal
    return readable(content, url)


def _refused(status: int, message: str) -> Refusal:
    return Refusal(Fault(status, "F", "", message))
