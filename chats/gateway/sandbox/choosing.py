"""Which of the offered functions a question leads to, and what is still to be called after the results so far."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox import arguments, coding, corpus, leading, meaning
from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.question import Question

ASKS = re.compile(r"[?？]|^\s*(?:who|what|when|where|which|how|why)\b|什么|多少|怎么|谁|哪|吗|几", re.IGNORECASE)
SEARCHES = re.compile(r"search|browse|google|web|搜索|检索", re.IGNORECASE)
COMPUTES = re.compile(r"(?<![a-z])(?:code|python|calc|eval|interpret|quickjs|math|compute)|计算|代码", re.IGNORECASE)
# Of names and descriptions; they fit nearly every question.
GENERIC = frozenset(
    corpus.words_of("get set run do call make function tool use user return value give find look new fetch read show")
)
MOST_CALLS = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """One call before it has a name: the function and its arguments; `clause` counts what "then" separates."""

    function: dict[str, Any]
    arguments: dict[str, Any]
    clause: int = 0

    @property
    def name(self) -> str:
        return str(self.function["name"])


def due(question: Question) -> list[Wanted]:
    """What is to be called now; nothing when all was called since the person last spoke."""
    if question.raw.get("tool_choice") == "none":
        return []
    called = Counter(_called(question))
    left = []
    for one in wanted(question):
        if called[one.name]:
            called[one.name] -= 1
        else:
            left.append(one)
    if question.raw.get("parallel_tool_calls") is False:
        return left[:1]
    return [one for one in left if one.clause == left[0].clause]


def rounds(question: Question) -> int:
    """How many answers with calls there were since the person last spoke."""
    return sum(bool(message.get("tool_calls")) for message in _since(question))


def wanted(question: Question) -> list[Wanted]:
    """All that the question leads to, in order."""
    offered = functions(question)
    found = [
        Wanted(function, given, nth)
        for nth, clause in enumerate(leading.THEN.split(question.text))
        for function in _fitting(offered, clause)
        for given in arguments.all_for(function, clause)
    ]
    return found[:MOST_CALLS]


def functions(question: Question) -> list[dict[str, Any]]:
    tools = question.raw.get("tools") or []
    found = (as_object(as_object(tool).get("function")) for tool in tools)
    return [function for function in found if isinstance(function.get("name"), str) and function["name"]]


def _fitting(offered: list[dict[str, Any]], clause: str) -> list[dict[str, Any]]:
    """Those named in the words alone if there are any; of several that search, or compute, the first."""
    named = [function for function in offered if _is_named(function, clause)]
    if named:
        return sorted(named, key=lambda function: clause.lower().find(function["name"].lower()))
    fits = [(function, told) for function in offered if (told := _fits(function, clause))]
    best = [function for function, told in fits if not any(told < other for _, other in fits)]
    fitting = list(_first_of_a_kind(best))
    narrower = [function for function in fitting if not SEARCHES.search(function["name"])]
    return narrower if narrower and not leading.wants_search(clause) else fitting


def _first_of_a_kind(fitting: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen: set[re.Pattern[str]] = set()
    for function in fitting:
        kind = next((kind for kind in (SEARCHES, COMPUTES) if kind.search(function["name"])), None)
        if kind is None or kind not in seen:
            yield function
        if kind:
            seen.add(kind)


def _is_named(function: dict[str, Any], clause: str) -> bool:
    name = function["name"].lower()
    spaced = re.sub(r"[_-]+", " ", name)
    return any(re.search(rf"(?<![\w-]){re.escape(form)}(?![\w-])", clause.lower()) for form in {name, spaced})


def _fits(function: dict[str, Any], clause: str) -> frozenset[str]:
    """What of the clause leads to it; nothing where it does not fit."""
    name, description = function["name"], str(function.get("description") or "")
    if SEARCHES.search(name):
        return _if(leads_to_search(clause), "search")
    if COMPUTES.search(name):
        return _if(coding.is_asked_for(clause), "compute")
    return _if(arguments.has_all(function, clause), name) or _about(name, description, clause)


def _if(fits: bool, why: str) -> frozenset[str]:
    return frozenset({why}) if fits else frozenset()


def leads_to_search(clause: str) -> bool:
    return leading.wants_search(clause) or asks_the_web(clause)


def asks_the_web(clause: str) -> bool:
    """A question that the built-in web knows something about, and that is no sum."""
    return bool(ASKS.search(clause)) and bool(corpus.search(clause, 1)) and not coding.is_asked_for(clause)


def _about(name: str, description: str, clause: str) -> frozenset[str]:
    """Words or meanings of its name, the verb its description begins with, or two of its other words."""
    said = _words(clause)
    by_name = said & _words(re.sub(r"[_-]+|(?<=[a-z])(?=[A-Z])", " ", name))
    by_verb = said & _words(description.split(" ", 1)[0])
    told = said & _words(description)
    return frozenset(by_name | by_verb | told if by_name or by_verb or len(told) >= 2 else ())


def _words(text: str) -> set[str]:
    return (set(corpus.words_of(text)) | meaning.meanings(text)) - GENERIC


def _since(question: Question) -> list[dict[str, Any]]:
    """The messages after the person's last."""
    messages = question.raw["messages"]
    last = max((at for at, message in enumerate(messages) if message.get("role") == "user"), default=-1)
    return [message for message in messages[last + 1 :] if message.get("role") == "assistant"]


def _called(question: Question) -> Iterator[str]:
    for message in _since(question):
        for call in message.get("tool_calls") or ():
            yield str(as_object(as_object(call).get("function")).get("name"))
