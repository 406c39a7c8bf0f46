"""What one run of a program may spend: steps, sizes, printed characters; so that none can hold the sandbox up."""

import re
from collections.abc import Callable
from typing import Any

STEPS = 600_000
MOST_PRINTED = 20_000
MOST_ITEMS = 100_000
MOST_BITS = 20_000  # of a whole number, about 6,000 digits
DEEPEST = 40
ITEMS_A_STEP = 8
WIDE = re.compile(r"\d{4,}|\*")  # a width that would fill the memory


class TooMuch(Exception):
    """The program asked for more than it may have; it cannot catch this."""


class Budget:
    def __init__(self) -> None:
        self._left, self._size = STEPS, 0
        self._printed: list[str] = []
        self.has_printed = False

    def spend(self, steps: int = 1) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooMuch(f"the program took more than {STEPS:,} steps")

    def weigh(self, value: Any, depth: int = 0) -> None:
        """Pays for whatever walks through the value: a list of lists of itself can be endless to print."""
        if depth > DEEPEST:
            raise TooMuch("the value is nested too deeply")
        match value:
            case str() | range():
                self.spend(len(value) // ITEMS_A_STEP)
            case list() | tuple() | set() | frozenset():
                self.spend(1 + len(value) // ITEMS_A_STEP)
                self._weigh_all(value, depth)
            case dict():
                self.spend(1 + len(value) // ITEMS_A_STEP)
                self._weigh_all(value.values(), depth)

    def _weigh_all(self, values: Any, depth: int) -> None:
        for value in values:
            if isinstance(value, str | list | tuple | set | frozenset | dict | range):
                self.spend()
                self.weigh(value, depth + 1)

    def print_values(self, *values: Any, sep: str = " ", end: str = "\n", shows: Callable[[Any], str] = str) -> None:
        self.weigh(values)
        self.has_printed = True
        text = str(sep).join(shows(value) for value in values) + str(end)
        if self._size + len(text) > MOST_PRINTED:
            self._printed.append(text[: MOST_PRINTED - self._size] + "…")
            raise TooMuch(f"the program printed more than {MOST_PRINTED:,} characters")
        self._printed.append(text)
        self._size += len(text)

    def printed(self) -> str:
        return "".join(self._printed)


def check_items(count: int) -> None:
    if count > MOST_ITEMS:
        raise TooMuch(f"more than {MOST_ITEMS:,} items at once")


def check_bits(bits: float) -> None:
    if bits > MOST_BITS:
        raise TooMuch("the number is too large")


def check_form(form: str) -> str:
    """A format or its width, before Python fills it."""
    if WIDE.search(form):
        raise TooMuch("the width is too large")
    return form
