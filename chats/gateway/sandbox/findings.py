"""What tools brought since the person last spoke: sources with their numbers, plain results, errors, sealed ones."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox import content, corpus, sealing
from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.describe import Describer, escaped
from chats.gateway.sandbox.question import Question

NUMBERED = re.compile(r"^\[(\d+)\] (.+)\n(https?://\S+)(?:\n(.+))?", re.MULTILINE)
LISTS = ("results", "organic", "data", "items", "webPages", "value", "pages")
BEST = 3
QUOTED = 300
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Source:
    number: int
    title: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """`text` is what the tool said, opened where this model can; `is_sealed` where it cannot."""

    name: str
    text: str
    sources: tuple[Source, ...] = ()
    is_sealed: bool = False

    @property
    def is_error(self) -> bool:
        return self.text.startswith("Error")


def results(question: Question) -> list[Result]:
    """In the order of the calls' answers; sources without a number are counted on."""
    names: dict[Any, str] = {}
    found: list[Result] = []
    for message in _since(question):
        for call in message.get("tool_calls") or ():
            names[as_object(call).get("id")] = str(as_object(as_object(call).get("function")).get("name"))
        if message.get("role") == "tool":
            name = names.get(message.get("tool_call_id"), "tool")
            start = 1 + sum(len(one.sources) for one in found)
            found.append(_result(name, content.text(message.get("content")), question.model, start))
    return found


def blocks(question: Question, describer: Describer) -> list[str]:
    """For the answer; what a source says is cited by its number."""
    found = results(question)
    told: list[str] = []
    for one in found:
        text = _quoted(one.text)
        if one.is_sealed:
            told.append(describer.say("tool_sealed", name=one.name))
        elif one.sources:
            told.append(describer.say("tool_found", name=one.name, count=len(one.sources)))
            told.append("\n".join(_cited(one.sources, question.text)))
        elif one.is_error:
            told.append(describer.say("tool_failed", name=one.name, text=text))
        else:
            plain = describer.say("tool_result", characters=len(one.text), text=text)
            told.append(f"**{escaped(one.name)}**: {plain}" if len(found) > 1 else plain)
    return told


def _since(question: Question) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = question.raw["messages"]
    last = max((at for at, message in enumerate(messages) if message.get("role") == "user"), default=-1)
    return messages[last + 1 :]


def _result(name: str, text: str, model: str, start: int) -> Result:
    if sealing.is_sealed(text):
        opened = sealing.opened(text, model)
        if opened is None:
            return Result(name, text, is_sealed=True)
        text = opened
    return Result(name, text, tuple(_sources(text, start)))


def _sources(text: str, start: int) -> Iterator[Source]:
    numbered = list(NUMBERED.finditer(text))
    if numbered:
        yield from (Source(int(found[1]), found[2], found[3], found[4] or found[2]) for found in numbered)
        return
    try:
        rows = _rows(json.loads(text))
    except (ValueError, RecursionError):
        return
    for number, row in enumerate(rows, start):
        said = str(row.get("snippet") or row.get("content") or row.get("text") or row.get("title") or "")
        yield Source(number, str(row.get("title") or ""), str(row.get("url") or row.get("link")), said)


def _rows(value: Any, depth: int = 0) -> list[dict[str, Any]]:
    """The list of what has addresses, wherever it is in a tool's answer."""
    if isinstance(value, list):
        return [row for row in value if isinstance(row, dict) and (row.get("url") or row.get("link"))]
    if isinstance(value, dict) and depth < DEEPEST:
        return next((rows for name in LISTS if (rows := _rows(value.get(name), depth + 1))), [])
    return []


def _cited(sources: tuple[Source, ...], question: str) -> Iterator[str]:
    for source in sources[:BEST]:
        said = corpus.snippet(source.text.rpartition(" — ")[2], question)
        yield f"- {escaped(' '.join(said.split()))} [{source.number}]"


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return escaped(line if len(line) <= QUOTED else line[:QUOTED] + "…")
