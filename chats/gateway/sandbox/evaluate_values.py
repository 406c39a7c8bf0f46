"""Expressions of the sandbox's Python: values, operators, comprehensions, calls of what is on a list."""

import ast
import operator
from collections import ChainMap
from collections.abc import Callable, Iterator
from typing import Any

from chats.gateway.sandbox import evaluate_methods
from chats.gateway.sandbox.evaluate_limits import Budget, check_bits, check_form, check_items
from chats.gateway.sandbox.evaluate_vector import Module, Vector, spread

OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
SIGNS: dict[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
COMPARED: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
SHOWN: dict[int, Callable[[Any], Any]] = {
    -1: lambda value: value,
    115: str,
    114: repr,
    97: ascii,
}  # what follows ! in an f-string
Names = dict[str, Any]
SIZED = (str, list, tuple)
# How many items of its value a method goes through in the time of one step.
COST_OF_METHODS = {"append": 10**9, "add": 10**9, "get": 10**9, "discard": 10**9, "pop": 500, "insert": 500}
FREE_TO_CALL = {len, isinstance}


class NotSupported(Exception):
    """Python that this small evaluator does not know."""


class Scope(ChainMap[str, Any]):
    """The names of a function's call over those around it."""

    def __init__(self, own: Names, outer: Any = None) -> None:
        super().__init__(own, *(outer.maps if isinstance(outer, ChainMap) else ()))


class Expressions:
    def __init__(self, budget: Budget, builtins: dict[str, Any]) -> None:
        self.budget, self._builtins = budget, builtins
        self.names: Any = Scope({})

    def value(self, node: ast.expr) -> Any:
        self.budget.spend()
        work = getattr(self, "_" + type(node).__name__.lower(), None)
        if work is None:
            raise NotSupported(f"{type(node).__name__} is not supported (line {node.lineno})")
        return work(node)

    def items(self, value: Any) -> Iterator[Any]:
        """Each counted, over a list of its own so that a growing one ends."""
        if isinstance(value, str | range | list | tuple | dict | set | frozenset):
            self.budget.spend(len(value) // 8)
            for one in value if isinstance(value, range | str) else list(value):
                self.budget.spend()
                yield one
            return
        raise TypeError(f"{type(value).__name__!r} object is not iterable")

    def assign(self, target: ast.expr, value: Any) -> None:
        match target:
            case ast.Name():
                self.names[target.id] = value
            case ast.Tuple() | ast.List():
                self._assign_each(target.elts, value)
            case ast.Subscript():
                self.value(target.value)[self._key(target.slice)] = value
            case _:
                raise NotSupported("only names and items can be assigned to")

    def _assign_each(self, targets: list[ast.expr], value: Any) -> None:
        values = list(self.items(value))
        if len(values) != len(targets):
            raise ValueError(f"cannot unpack {len(values)} values into {len(targets)}")
        for target, one in zip(targets, values, strict=True):
            self.assign(target, one)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.names:
            return self.names[node.id]
        if node.id in self._builtins:
            return self._builtins[node.id]
        raise NameError(f"name {node.id!r} is not defined")

    def _list(self, node: ast.List) -> list[Any]:
        return [one for item in node.elts for one in self._starred_or_one(item)]

    def _tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(one for item in node.elts for one in self._starred_or_one(item))

    def _set(self, node: ast.Set) -> set[Any]:
        return {self._hashable(one) for item in node.elts for one in self._starred_or_one(item)}

    def _starred_or_one(self, node: ast.expr) -> Iterator[Any]:
        if isinstance(node, ast.Starred):
            yield from self.items(self.value(node.value))
        else:
            yield self.value(node)

    def _dict(self, node: ast.Dict) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            made |= {self._hashable(self.value(key)): self.value(value)} if key else self.value(value)
        return made

    def _hashable(self, value: Any) -> Any:
        self.budget.weigh(value)
        return value

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        sign, value = SIGNS[type(node.op)], self.value(node.operand)
        return spread(sign, value) if isinstance(value, Vector) and not isinstance(node.op, ast.Not) else sign(value)

    def _binop(self, node: ast.BinOp) -> Any:
        return self.combined(node.op, self.value(node.left), self.value(node.right))

    def combined(self, sign: ast.operator, left: Any, right: Any) -> Any:
        if type(sign) not in OPERATORS:
            raise NotSupported(f"{type(sign).__name__} is not supported")
        if isinstance(left, Vector) or isinstance(right, Vector):
            self.budget.weigh([left, right])
            return spread(lambda one, other: self.combined(sign, one, other), left, right)
        self._check_growth(sign, left, right)
        return OPERATORS[type(sign)](left, right)

    def _check_growth(self, sign: ast.operator, left: Any, right: Any) -> None:
        """Before it is too late: some results are far larger than what they come from."""
        match sign, left, right:
            case ast.Pow(), int(), int():
                check_bits(left.bit_length() * max(right, 0))
            case ast.Mult(), int(), int():
                check_bits(left.bit_length() + right.bit_length())
            case ast.LShift(), int(), int():
                check_bits(left.bit_length() + right)
            case ast.Mult(), str() | list() | tuple(), int():
                self._check_size(len(left) * max(right, 0))
            case ast.Mult(), int(), str() | list() | tuple():
                self._check_size(len(right) * max(left, 0))
            case ast.Mod(), str(), _:
                check_form(left)
                self.budget.weigh(right)
            case _:
                self._check_size(sum(len(one) for one in (left, right) if isinstance(one, SIZED)))

    def _check_size(self, size: int) -> None:
        check_items(size)
        self.budget.spend(size // 8)

    def _boolop(self, node: ast.BoolOp) -> Any:
        value = None
        for one in node.values:
            value = self.value(one)
            if bool(value) is isinstance(node.op, ast.Or):
                return value
        return value

    def _compare(self, node: ast.Compare) -> Any:
        left = self.value(node.left)
        result: Any = True
        for sign, other in zip(node.ops, node.comparators, strict=True):
            right = self.value(other)
            self.budget.weigh((left, right))
            result = COMPARED[type(sign)](left, right)
            if not result:
                return result
            left = right
        return result

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def _joinedstr(self, node: ast.JoinedStr) -> str:
        text = "".join(str(self.value(one)) for one in node.values)
        self._check_size(len(text))
        return text

    def _formattedvalue(self, node: ast.FormattedValue) -> str:
        value = self.value(node.value)
        self.budget.weigh(value)
        form = self.value(node.format_spec) if node.format_spec else ""
        shown = SHOWN[node.conversion](value)
        return format(shown, check_form(form))

    def _subscript(self, node: ast.Subscript) -> Any:
        value, key = self.value(node.value), self._key(node.slice)
        if isinstance(key, slice):
            self.budget.weigh(value)
            found = value[key]
            return Vector(found) if isinstance(value, Vector) else found
        if not isinstance(value, str | list | tuple | dict | range):
            raise TypeError(f"{type(value).__name__!r} object is not subscriptable")
        return value[key]

    def _key(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            return slice(*(self.value(end) if end else None for end in (node.lower, node.upper, node.step)))
        return self._hashable(self.value(node))

    def _attribute(self, node: ast.Attribute) -> Any:
        value = self.value(node.value)
        if isinstance(value, Module):
            return value.attribute(node.attr)
        if isinstance(value, str | list | tuple | dict | set):
            self.budget.spend(len(value) // COST_OF_METHODS.get(node.attr, 8))
        return evaluate_methods.bound(value, node.attr)

    def _call(self, node: ast.Call) -> Any:
        work = self.value(node.func)
        given = [one for item in node.args for one in self._starred_or_one(item)]
        named = {one.arg: self.value(one.value) for one in node.keywords if one.arg}
        if work not in FREE_TO_CALL:
            self.budget.weigh([*given, *named.values()])
        if not callable(work):
            raise TypeError(f"{type(work).__name__!r} object is not callable")
        return work(*given, **named)

    def _listcomp(self, node: ast.ListComp) -> list[Any]:
        return self._comprehended(node.generators, lambda: self.value(node.elt))

    _generatorexp = _listcomp

    def _setcomp(self, node: ast.SetComp) -> set[Any]:
        return set(self._comprehended(node.generators, lambda: self._hashable(self.value(node.elt))))

    def _dictcomp(self, node: ast.DictComp) -> dict[Any, Any]:
        pairs = self._comprehended(
            node.generators, lambda: (self._hashable(self.value(node.key)), self.value(node.value))
        )
        return dict(pairs)

    def _comprehended(self, generators: list[ast.comprehension], element: Callable[[], Any]) -> list[Any]:
        before, self.names = self.names, Scope({}, self.names)
        try:
            return list(self._each(generators, element))
        finally:
            self.names = before

    def _each(self, generators: list[ast.comprehension], element: Callable[[], Any]) -> Iterator[Any]:
        if not generators:
            yield element()
            return
        first, *rest = generators
        for value in self.items(self.value(first.iter)):
            self.assign(first.target, value)
            if all(self.value(test) for test in first.ifs):
                yield from self._each(rest, element)
