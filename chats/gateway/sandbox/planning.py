"""Turns an answer's words into what the model does step by step: thoughts, tools of the vendor's own, words, calls."""

from dataclasses import dataclass

from chats.gateway.sandbox.pieces import count, pieces
from chats.gateway.sandbox.steps import Called, Computed, Said, Searched, Step, Thought
from chats.gateway.sandbox.taking import Taken

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
        return sum(isinstance(step, Searched) and step.action == "search" for step in self.steps)

    def writing_s(self, pace: float) -> float:
        """How long an answer that does not stream is waited for."""
        return min(self.output_tokens / pace, LONGEST_WAIT_S) if pace else 0.0


def plan(taken: Taken, is_thinking: bool) -> Plan:
    answer, odd = taken.answer, taken.odd
    thought = (Thought(answer.reasoning),) if is_thinking and answer.reasoning else ()
    if odd.is_empty:
        return Plan(thought, odd.finish or "stop")
    said, finish, stop = _cut(answer.text, taken.asked.stops, answer.finish)
    called = tuple(map(Called, answer.calls))
    steps = (*thought, Said(said), *called)
    return Plan(steps, finish if odd.finish is None else odd.finish, stop)


def _cut(text: str, stops: tuple[str, ...], finish: str) -> tuple[str, str, str]:
    """Before the first of the sequences that were to stop it."""
    places = [(place, stop) for stop in stops if stop and (place := text.find(stop)) >= 0]
    if not places or finish == "tool_calls":
        return text, finish, ""
    place, stop = min(places)
    return text[:place], "stop", stop


def within(text: str, most: int | None) -> tuple[str, bool]:
    """At most so many tokens of it, and whether something is missing."""
    cut = pieces(text)
    return ("".join(cut[:most]), True) if most and len(cut) > most else (text, False)


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
