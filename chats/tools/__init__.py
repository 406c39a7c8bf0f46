"""Tools a model may call: which there are, what they are declared as, how they run, and how a person answers one."""

from .answering import OPEN, Answer, NotWaiting, answer
from .declared import Declared, Tool, declared, sets_for
from .offered import ROUNDS, can_call, clean, offered
from .running import Outcome, run

__all__ = [
    "OPEN",
    "ROUNDS",
    "Answer",
    "Declared",
    "NotWaiting",
    "Outcome",
    "Tool",
    "answer",
    "can_call",
    "clean",
    "declared",
    "offered",
    "run",
    "sets_for",
]
