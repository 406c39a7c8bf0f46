"""Sources of a reply: numbered, listed, and where in its words each is cited; for chats/messages/_citations.html."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import template

from chats.models import Message

register = template.Library()

# As the models are told to cite what a search of ours found; "[1](…" is a link of the model's own.
BRACKETED = re.compile(r" ?\[(\d{1,3})\](?!\(|:|\[(?!\d))")
IN_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)


@dataclass(frozen=True, slots=True)
class Source:
    number: int
    url: str
    title: str
    is_cited: bool

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


@register.filter
def sources(message: Message) -> list[Source]:
    """Those that the words cite, all where no place is known. A model may cite anything: only the web's are links."""
    cited = {number for part in _texts(message) for _start, _end, number in _bracketed(part["text"])}
    found = [
        Source(number, str(part["url"]), str(part.get("title") or ""), bool(part.get("spots")) or number in cited)
        for number, part in enumerate(_citations(message), 1)
        if _is_web(str(part.get("url", "")))
    ]
    return [source for source in found if source.is_cited] or found


@register.simple_tag
def cites(message: Message, index: int) -> str:
    """Of the text part `index`: JSON [[UTF-16 offset, characters replaced, number, url, title], …], or ""."""
    if message.is_live or message.role != Message.Role.ASSISTANT:
        return ""
    known = {number: part for number, part in enumerate(_citations(message), 1) if _is_web(str(part.get("url", "")))}
    found = sorted(_spots(message, index, known)) if known else []
    marks = [[at, length, n, known[n]["url"], known[n].get("title") or ""] for at, length, n in found]
    return json.dumps(marks, ensure_ascii=False) if marks else ""


def _spots(message: Message, index: int, known: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[int, int, int]]:
    for number, part in known.items():
        yield from ((at, 0, number) for where, at in part.get("spots") or () if where == index)
    text = message.parts[index].get("text", "")
    for start, end, number in _bracketed(text):
        if number in known:
            yield _utf16(text[:start]), end - start, number


def _citations(message: Message) -> list[Mapping[str, Any]]:
    return [part for part in message.parts if part.get("kind") == "citation"]


def _texts(message: Message) -> list[Mapping[str, Any]]:
    return [part for part in message.parts if part.get("kind") == "text" and part.get("text")]


def _bracketed(text: str) -> Iterator[tuple[int, int, int]]:
    code = [found.span() for found in IN_CODE.finditer(text)]
    for found in BRACKETED.finditer(text):
        if not any(start <= found.start() < end for start, end in code):
            yield found.start(), found.end(), int(found[1])


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _utf16(text: str) -> int:
    """As JavaScript counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
