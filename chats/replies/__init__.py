"""Replies: ask, answer again, go on, stop, and end those whose writer is gone."""

from .asking import Asked, ask, ask_again, go_on, settle
from .checking import Column, Question, Refused
from .endings import storable
from .interruptions import mark_interrupted, stop
from .writer import live, shutdown, start, wait_for

__all__ = [
    "Asked",
    "Column",
    "Question",
    "Refused",
    "ask",
    "ask_again",
    "go_on",
    "live",
    "mark_interrupted",
    "settle",
    "shutdown",
    "start",
    "stop",
    "storable",
    "wait_for",
]
