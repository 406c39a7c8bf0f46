"""Two values of the sandbox's Python that Python does not have built in: a module, and an array of numbers."""

from collections.abc import Callable, Mapping
from typing import Any


class Module:
    """Holds only the names that were put there."""

    def __init__(self, name: str, names: Mapping[str, Any]) -> None:
        self.name, self._names = name, names

    def attribute(self, name: str) -> Any:
        if name not in self._names:
            raise AttributeError(f"module {self.name!r} has no attribute {name!r}")
        return self._names[name]


class Vector(list[Any]):
    """Numpy's array, as far as a list of numbers goes: operators work on each item."""

    def __repr__(self) -> str:
        return f"array({list(self)!r})"

    def __str__(self) -> str:
        return "[" + " ".join(f"{item:.8g}" if isinstance(item, float) else str(item) for item in self) + "]"


def spread(work: Callable[..., Any], *values: Any) -> Vector:
    """`work` on each item; what is no vector stands beside every one of them."""
    lengths = {len(value) for value in values if isinstance(value, list)}
    if len(lengths) > 1:
        raise ValueError(f"operands could not be broadcast together with shapes {sorted(lengths)}")
    length = lengths.pop()
    columns = [value if isinstance(value, list) else [value] * length for value in values]
    return Vector(work(*row) for row in zip(*columns, strict=True))
