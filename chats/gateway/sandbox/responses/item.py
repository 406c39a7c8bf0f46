"""One item of a response: how it is announced, the events it grows by, and its whole."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of an item: its type and what it holds beside the item's place."""

    type: str
    fields: dict[str, Any] = field(default_factory=dict)
    is_delta: bool = False
    wait_s: float = 0


@dataclass(frozen=True, slots=True)
class Item:
    added: dict[str, Any]
    happenings: tuple[Happening, ...]
    done: dict[str, Any]
