"""The names that a program of the sandbox finds: built-in functions, and the modules it may import."""

import math
import random
import statistics
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from chats.gateway.sandbox.chart import Chart
from chats.gateway.sandbox.evaluate_limits import Budget, TooMuch, check_bits, check_form, check_items
from chats.gateway.sandbox.evaluate_vector import Module, Vector, spread

PLAIN = (abs, all, any, bool, chr, dict, divmod, float, frozenset, int, isinstance, len, list, max, min, ord, repr)
PLAIN_TOO = (round, set, sorted, str, sum, tuple, bin, hex, oct, complex)
PROBLEMS = (Exception, ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, ArithmeticError)
LARGEST_FACTORIAL = 1_500
FUNCTIONS = "sin cos tan arcsin arccos arctan sinh cosh tanh exp log log2 log10 sqrt floor ceil abs"


def builtins(budget: Budget) -> dict[str, Any]:
    """Whatever Python makes lazily is a list here: each item is counted."""
    names = {one.__name__: one for one in (*PLAIN, *PLAIN_TOO, *PROBLEMS)}
    return names | {
        "print": budget.print_values,
        "range": _range,
        "enumerate": lambda values, start=0: list(enumerate(values, start)),
        "zip": lambda *many: list(zip(*many, strict=False)),
        "map": lambda work, *many: list(map(work, *many)),
        "filter": lambda work, values: list(filter(work, values)),
        "reversed": lambda values: list(reversed(values)),
        "pow": _pow,
        "format": lambda value, form="": format(value, check_form(form)),
    }


def module(name: str, budget: Budget, chart: Chart) -> Module:
    """Raises ModuleNotFoundError, as for one that is not installed."""
    found = _modules(chart).get(name)
    if found is None:
        raise ModuleNotFoundError(f"No module named {name!r}")
    return Module(name, found())


def _modules(chart: Chart) -> dict[str, Callable[[], dict[str, Any]]]:
    return {
        "math": _math,
        "cmath": lambda: {"sqrt": __import__("cmath").sqrt, "pi": math.pi},
        "statistics": _statistics,
        "random": _random,
        "collections": lambda: {"Counter": _counter},
        "numpy": _numpy,
        "matplotlib": lambda: {"use": lambda name: None, "pyplot": Module("matplotlib.pyplot", chart.names())},
        "matplotlib.pyplot": chart.names,
    }


def _range(*ends: int) -> range:
    made = range(*ends)
    check_items(len(made))
    return made


def _pow(base: Any, exponent: Any, modulus: int | None = None) -> Any:
    if modulus is not None:
        check_bits(max(base.bit_length(), exponent.bit_length(), modulus.bit_length()))
        return pow(base, exponent, modulus)
    if isinstance(base, int) and isinstance(exponent, int):
        check_bits(base.bit_length() * max(exponent, 0))
    return pow(base, exponent)


def _math() -> dict[str, Any]:
    names = {name: value for name, value in vars(math).items() if not name.startswith("_")}
    bounded = {name: partial(_bounded, names[name]) for name in ("factorial", "comb", "perm", "lcm", "prod")}
    return names | bounded


def _bounded(work: Callable[..., Any], *values: Any) -> Any:
    numbers = [one for value in values for one in (value if isinstance(value, list | tuple) else [value])]
    if len(numbers) <= 2 and any(number > LARGEST_FACTORIAL for number in numbers) and work is not math.lcm:
        raise TooMuch("the number is too large")
    check_bits(sum(number.bit_length() for number in numbers if isinstance(number, int)))
    return work(*values)


def _statistics() -> dict[str, Any]:
    names = ("mean", "median", "mode", "stdev", "pstdev", "variance", "pvariance", "fmean", "geometric_mean")
    return {name: getattr(statistics, name) for name in names}


def _random() -> dict[str, Any]:
    """The same numbers in each run: the same question has the same answer."""
    chance = random.Random(0)  # noqa: S311
    names = ("random", "randint", "uniform", "choice", "shuffle", "gauss", "seed")
    return {name: getattr(chance, name) for name in names}


def _counter(values: Any = ()) -> dict[Any, int]:
    return dict(Counter(values).most_common())


def _numpy() -> dict[str, Any]:
    def on_each(name: str) -> Callable[[Any], Any]:
        work: Callable[[Any], Any] = abs if name == "abs" else getattr(math, name.replace("arc", "a"))
        return lambda value: spread(work, value) if isinstance(value, list) else work(value)

    return {name: on_each(name) for name in FUNCTIONS.split()} | {
        "pi": math.pi,
        "e": math.e,
        "array": Vector,
        "linspace": _linspace,
        "arange": _arange,
        "zeros": lambda count: Vector([0.0] * _checked(count)),
        "ones": lambda count: Vector([1.0] * _checked(count)),
        "sum": sum,
        "mean": statistics.fmean,
        "median": statistics.median,
        "std": statistics.pstdev,
        "max": max,
        "min": min,
    }


def _checked(count: int) -> int:
    check_items(count)
    return count


def _linspace(start: float, stop: float, num: int = 50) -> Vector:
    step = (stop - start) / max(_checked(num) - 1, 1)
    return Vector(start + step * at for at in range(num))


def _arange(*ends: float) -> Vector:
    start, stop, step = (0, *ends, 1) if len(ends) == 1 else (*ends, 1)[:3]
    count = max(math.ceil((stop - start) / step), 0)
    return Vector(start + step * at for at in range(_checked(count)))
