"""The methods that a program of the sandbox may call; by the value's exact type, so that nothing leads further."""

from collections.abc import Callable
from typing import Any

from chats.gateway.sandbox.evaluate_limits import check_items
from chats.gateway.sandbox.evaluate_vector import Vector

STRING = (
    "capitalize count endswith find index isalnum isalpha isdigit islower isspace isupper lower lstrip removeprefix "
    "removesuffix rfind rstrip split splitlines startswith strip swapcase title upper center ljust rjust zfill"
)
METHODS: dict[type, frozenset[str]] = {
    str: frozenset(STRING.split()),
    list: frozenset({"append", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"}),
    tuple: frozenset({"count", "index"}),
    dict: frozenset({"copy", "get", "pop", "setdefault", "update"}),
    set: frozenset({"add", "copy", "difference", "discard", "intersection", "issubset", "union"}),
    int: frozenset({"bit_length"}),
    float: frozenset({"is_integer"}),
}
WIDENING = frozenset({"center", "ljust", "rjust", "zfill"})


def bound(value: Any, name: str) -> Any:
    """The method, bound; raises AttributeError for all that is not on the list."""
    if isinstance(value, Vector):
        return _of_vector(value, name)
    if isinstance(value, str) and name in WIDENING:
        return _widening(getattr(value, name))
    if special := SPECIAL.get((type(value), name)):
        return special(value)
    if name not in METHODS.get(type(value), ()):
        raise AttributeError(f"{type(value).__name__!r} object has no attribute {name!r}")
    return getattr(value, name)


def _widening(method: Callable[..., str]) -> Callable[..., str]:
    def widened(width: int, *fill: str) -> str:
        check_items(width)
        return method(width, *fill)

    return widened


def _replacing(text: str) -> Callable[[str, str], str]:
    def replaced(old: str, new: str) -> str:
        check_items(len(text) + text.count(old) * len(new))
        return text.replace(old, new)

    return replaced


def _joining(separator: str) -> Callable[[Any], str]:
    def joined(values: Any) -> str:
        texts = list(values)
        check_items(sum(len(text) for text in texts) + len(separator) * len(texts))
        return separator.join(texts)

    return joined


def _of_vector(value: Vector, name: str) -> Any:
    whole: dict[str, Callable[[], Any]] = {
        "sum": lambda: sum(value),
        "mean": lambda: sum(value) / len(value),
        "max": lambda: max(value),
        "min": lambda: min(value),
        "tolist": lambda: list(value),
        "copy": lambda: Vector(value),
    }
    if name in {"size", "shape"}:
        return len(value) if name == "size" else (len(value),)
    if name not in whole:
        raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
    return whole[name]


SPECIAL: dict[tuple[type, str], Callable[[Any], Any]] = {
    (str, "replace"): _replacing,
    (str, "join"): _joining,
    # as lists, so that the evaluator counts what is walked through
    (dict, "items"): lambda value: lambda: list(value.items()),
    (dict, "keys"): lambda value: lambda: list(value),
    (dict, "values"): lambda value: lambda: list(value.values()),
}
