"""JSON that a model, a tool or a person wrote, read so that nobody who walks through it runs out of stack."""

import json
from typing import Any

DEEPEST = 100  # levels; Python itself gives up at 1,000, which others need as well


def parsed(text: str | bytes) -> Any:
    """Raises ValueError, also for what is nested deeper than anybody means it."""
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if _is_deeper(value):
        raise ValueError("nested too deep")
    return value


def _is_deeper(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
