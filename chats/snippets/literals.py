"""Values as a person would write them in Python: short ones in a line, long ones a line for each entry."""

from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 88
STEP = "    "


class Code(str):
    """Text that stands as it is."""

    __slots__ = ()


def literal(value: Any, indent: str = "") -> str:
    short = _flat(value)
    if len(indent) + len(short) <= WIDTH or not isinstance(value, dict | list | tuple) or not value:
        return short
    inner = indent + STEP
    if isinstance(value, dict):
        lines = [f"{inner}{_flat(name)}: {literal(one, inner)},\n" for name, one in value.items()]
        return "{\n" + "".join(lines) + indent + "}"
    lines = [f"{inner}{literal(one, inner)},\n" for one in value]
    begin, end = ("(", ")") if isinstance(value, tuple) else ("[", "]")
    return f"{begin}\n{''.join(lines)}{indent}{end}"


def call_of(function: str, arguments: Mapping[str, Any], first: Sequence[Any] = ()) -> str:
    """`function(first, …, name=value, …)`."""
    short = ", ".join([*map(_flat, first), *(f"{name}={_flat(value)}" for name, value in arguments.items())])
    if len(function) + len(short) + 2 <= WIDTH:
        return f"{function}({short})"
    lines = [f"{STEP}{literal(value, STEP)},\n" for value in first]
    lines += [f"{STEP}{name}={literal(value, STEP)},\n" for name, value in arguments.items()]
    return f"{function}(\n{''.join(lines)})"


def _flat(value: Any) -> str:
    if isinstance(value, Code):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flat(name)}: {_flat(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_flat, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value)


def _quoted(text: str) -> str:
    """In double quotes where that needs no more backslashes."""
    written = repr(text)
    if written.startswith("'") and '"' not in text and "\\'" not in written:
        return f'"{written[1:-1]}"'
    return written
