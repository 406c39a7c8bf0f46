"""Generations: paid jobs whose row is the truth; begun by a question, driven by the sweep, each step may run twice."""

from .acts import NotNow, cancel, cancel_all, check, filled_form, runs_of
from .beginning import Given, Run, Runs, begin, check_runs
from .engine import drain
from .points import reach
from .showing import dressed, frame_facts
from .sweeping import keep_sweeping, sweep

__all__ = [
    "Given",
    "NotNow",
    "Run",
    "Runs",
    "begin",
    "cancel",
    "cancel_all",
    "check",
    "check_runs",
    "drain",
    "dressed",
    "filled_form",
    "frame_facts",
    "keep_sweeping",
    "reach",
    "runs_of",
    "sweep",
]
