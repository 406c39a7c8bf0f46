"""Generations: paid jobs whose row is the truth; begun by a question, driven by the sweep, each step may run twice."""

from .acts import NotNow, again, cancel, check, filled_form, runs_of
from .beginning import Given, Run, Runs, begin, check_runs
from .engine import drain
from .points import reach
from .showing import dressed, frame_facts
from .sweeping import sweep

__all__ = [
    "Given",
    "NotNow",
    "Run",
    "Runs",
    "again",
    "begin",
    "cancel",
    "check",
    "check_runs",
    "drain",
    "dressed",
    "filled_form",
    "frame_facts",
    "reach",
    "runs_of",
    "sweep",
]
