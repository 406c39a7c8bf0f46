"""What a person asked of a model's thinking, read from the parameters the same way for every wire format."""

from collections.abc import Mapping
from typing import Any


class Wish:
    """On, off or None for not said; how hard, and at most how many tokens."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.effort: str = values.get("effort") or ""
        self.budget: int | None = values.get("budget")
        said = {True: True, False: False, "on": True, "off": False}.get(values.get("thinking", ""))
        self.is_on: bool | None = True if said is None and (self.effort or self.budget) else said


def effort(facts: Mapping[str, Any], wish: Wish) -> str:
    """The word for it, of those in `facts["values"]`; "" leaves it to the vendor."""
    values = facts.get("values") or ()
    if wish.is_on is False:  # where there is no off, the least it can
        return values[0] if values and values[0] in ("none", "minimal", "low") else ""
    if wish.is_on and not wish.effort and "none" in values:
        return "medium"  # gpt-5.1 and later do not think unless told to (models-text.json)
    return wish.effort
