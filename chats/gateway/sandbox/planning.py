"""Turns an answer's words into what the model does step by step: thoughts, tools of the vendor's own, words, calls."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from chats.gateway.sandbox import arguments
from chats.gateway.sandbox.describe import Describer
from chats.gateway.sandbox.pieces import count, pieces
from chats.gateway.sandbox.reporting import Report, opening
from chats.gateway.sandbox.steps import Called, Computed, Said, Searched, Step, Thought
from chats.gateway.sandbox.taking import Taken
from chats.gateway.sandbox.working import Worker

LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """`finish` is stop, length, tool_calls, pause or whatever was asked for; `stop` the sequence that ended it."""

    steps: tuple[Step, ...]
    finish: str
    stop: str = ""

    @property
    def output_tokens(self) -> int:
        return sum(map(_tokens, self.steps))

    @property
    def reasoning_tokens(self) -> int:
        return sum(_tokens(step) for step in self.steps if isinstance(step, Thought))

    @property
    def searches(self) -> int:
        searches = (step for step in self.steps if isinstance(step, Searched) and not step.failure)
        return sum(step.action == "search" for step in searches)

    def writing_s(self, pace: float) -> float:
        """How long an answer that does not stream is waited for."""
        return min(self.output_tokens / pace, LONGEST_WAIT_S) if pace else 0.0


@dataclass(frozen=True, slots=True)
class Way:
    """How a route lets its model think: at all, and between its tools; `legs` of this turn were told before.

    `announces`: it says a word before it turns to a tool of the vendor's, as Claude does.
    """

    is_thinking: bool = True
    is_interleaved: bool = True
    legs: int = 0
    announces: bool = False


async def plan(taken: Taken, way: Way) -> Plan:
    thoughts = _thoughts(taken, way)
    if taken.odd.is_empty:
        return Plan(thoughts, taken.odd.finish or "stop")
    if taken.odd.finish == "refusal":
        return Plan(
            (*thoughts, Said(Describer(taken.question.is_chinese).words["refuses"], is_refusal=True)), "refusal"
        )
    if taken.question.last_role != "user" or taken.answer.calls:
        return _spoken(taken, thoughts)
    worker = Worker(taken)
    first = _announced(taken, way)
    if way.legs < taken.odd.pauses and taken.asked.offered.search:
        return Plan((*thoughts, *first, worker.search(nth=way.legs)), "pause")
    if way.legs:
        told = [worker.search(nth=leg) for leg in range(way.legs)]
        return _spoken(taken, thoughts, Report(taken, way.announces).of(told))
    done = await worker.steps()
    if not done:
        return _spoken(taken, thoughts)
    said = Report(taken, way.announces).of(done)
    return _spoken(taken, (*thoughts, *first, *_between(taken, way, done)), said)


def _announced(taken: Taken, way: Way) -> tuple[Step, ...]:
    if not way.announces or way.legs or taken.asked.schema is not None:
        return ()
    return (Said(f"{opening(taken)}\n\n{Describer(taken.question.is_chinese).words['turns_to_tools']}"),)


def _thoughts(taken: Taken, way: Way) -> tuple[Thought, ...]:
    if not way.is_thinking or not taken.answer.reasoning:
        return ()
    thought = Thought(taken.answer.reasoning)
    return (thought, replace(thought, is_redacted=True)) if taken.odd.is_redacted else (thought,)


def _between(taken: Taken, way: Way, done: list[Step]) -> list[Step]:
    """Interleaved, a thought follows the tools' work before the words."""
    if not done or not way.is_interleaved or not taken.answer.reasoning or isinstance(done[-1], Thought):
        return done
    return [*done, Thought(Describer(taken.question.is_chinese).words["again"])]


def _spoken(taken: Taken, before: Sequence[Step], report: Said | None = None) -> Plan:
    said = report or Said(taken.answer.text)
    if taken.asked.schema is not None and not taken.answer.calls:
        said = _in_form(taken, taken.asked.schema, said.text)
    said, finish, stop = _cut(taken, said)
    steps = (*before, said, *map(Called, taken.answer.calls))
    return Plan(steps, finish if taken.odd.finish is None else taken.odd.finish, stop)


def _in_form(taken: Taken, schema: dict[str, Any], text: str) -> Said:
    """As the schema has it, with the question's own words; the plain answer where it only says that it is JSON."""
    value = (
        arguments.made_up(schema, taken.question.text)
        if schema.get("properties") or schema.get("items")
        else {"answer": text}
    )
    return Said(json.dumps(value, ensure_ascii=False))


def _cut(taken: Taken, said: Said) -> tuple[Said, str, str]:
    """Honours the sequences that stop it and the most tokens; a call needs no words and is never cut."""
    if taken.answer.calls:
        return said, "tool_calls", ""
    text, finish, stop = said.text, taken.answer.finish, ""
    places = [(place, word) for word in taken.asked.stops if word and (place := text.find(word)) >= 0]
    if places:
        place, stop = min(places)
        text, finish = text[:place], "stop"
    most = taken.question.max_tokens
    if most and len(cut := pieces(text)) > most:
        text, finish, stop = "".join(cut[:most]), "length", ""
    cited = tuple(one for one in said.cited if one.end <= len(text))
    return Said(text, cited), finish, stop


def _tokens(step: Step) -> int:
    match step:
        case Thought() | Said():
            return count(step.text)
        case Called():
            return count(step.call.arguments)
        case Searched():
            return count(step.query)
        case Computed():
            return count(step.code)
        case _:
            return 0
