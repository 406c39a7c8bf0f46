"""Runs a small part of Python by walking its syntax tree: nothing reaches the machine, and every step is counted."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox import evaluate_names
from chats.gateway.sandbox.chart import Chart
from chats.gateway.sandbox.evaluate_limits import Budget, TooMuch
from chats.gateway.sandbox.evaluate_values import Expressions, Names, NotSupported, Scope

MOST_SOURCE = 20_000
DEEPEST_CALLS = 40


@dataclass(frozen=True, slots=True)
class Ran:
    """What was printed, the error's last line if there was one, and the chart (PNG) if one was drawn."""

    output: str
    error: str = ""
    picture: bytes | None = None


def run(code: str) -> Ran:
    """Never raises; the value of a last expression is printed as in a notebook when nothing else was."""
    program, error = Program(), ""
    try:
        program.run(_parsed(code))
    except Exception as problem:  # whatever a wrong program can raise is its result
        error = _told(problem)
    picture = program.chart.drawn() if program.chart.has_marks else None
    return Ran(program.budget.printed(), error, picture)


def _parsed(code: str) -> ast.Module:
    if len(code) > MOST_SOURCE:
        raise TooMuch("the program is too long")
    return ast.parse(code)


def _told(problem: Exception) -> str:
    if isinstance(problem, SyntaxError):
        return f"SyntaxError: {problem.msg} (line {problem.lineno})"
    if isinstance(problem, RecursionError):
        return "RecursionError: maximum recursion depth exceeded"
    text = repr(problem.args[0]) if isinstance(problem, KeyError) and problem.args else str(problem)
    return f"{type(problem).__name__}: {text}".removesuffix(": ")


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class Function:
    """A `def` or a `lambda` of the program; built-in functions may call it back."""

    def __init__(self, name: str, arguments: ast.arguments, defaults: list[Any], work: Callable[[Names], Any]) -> None:
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
            raise NotSupported("only plain parameters are supported")
        self.name, self._names = name, [one.arg for one in arguments.args]
        self._defaults = dict(zip(self._names[len(self._names) - len(defaults) :], defaults, strict=True))
        self._work = work

    def __call__(self, *values: Any, **named: Any) -> Any:
        if len(values) > len(self._names) or set(named) - set(self._names):
            raise TypeError(f"{self.name}() got arguments it does not know")
        given = self._defaults | dict(zip(self._names, values, strict=False)) | named
        if missing := [name for name in self._names if name not in given]:
            raise TypeError(f"{self.name}() missing required argument: {missing[0]!r}")
        return self._work(given)


class Program(Expressions):
    """One run: its names, what it printed, what it drew, what it may still spend."""

    def __init__(self) -> None:
        self.budget, self.chart = Budget(), Chart()
        super().__init__(self.budget, evaluate_names.builtins(self.budget))
        self._depth = 0

    def run(self, module: ast.Module) -> None:
        *before, last = module.body or [ast.Pass()]
        self._block(before)
        if not isinstance(last, ast.Expr):
            self._block([last])
            return
        value = self.value(last.value)
        if value is not None and not self.budget.has_printed and not self.chart.has_marks:
            self.budget.print_values(value, shows=repr)

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self.budget.spend()
            work = getattr(self, "_do_" + type(statement).__name__.lower(), None)
            if work is None:
                raise NotSupported(f"{type(statement).__name__} is not supported (line {statement.lineno})")
            work(statement)

    def _do_expr(self, node: ast.Expr) -> None:
        self.value(node.value)

    def _do_assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _do_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value))

    def _do_augassign(self, node: ast.AugAssign) -> None:
        here = ast.copy_location(_as_read(node.target), node.target)
        self.assign(node.target, self.combined(node.op, self.value(here), self.value(node.value)))

    def _do_if(self, node: ast.If) -> None:
        self._block(node.body if self.value(node.test) else node.orelse)

    def _do_for(self, node: ast.For) -> None:
        for value in self.items(self.value(node.iter)):
            self.assign(node.target, value)
            try:
                self._block(node.body)
            except _Continue:
                continue
            except _Break:
                return
        self._block(node.orelse)

    def _do_while(self, node: ast.While) -> None:
        while self.value(node.test):
            self.budget.spend()
            try:
                self._block(node.body)
            except _Continue:
                continue
            except _Break:
                return
        self._block(node.orelse)

    def _do_break(self, _: ast.Break) -> None:
        raise _Break

    def _do_continue(self, _: ast.Continue) -> None:
        raise _Continue

    def _do_pass(self, _: ast.Pass) -> None:
        pass

    def _do_assert(self, node: ast.Assert) -> None:
        if not self.value(node.test):
            raise AssertionError(self.value(node.msg) if node.msg else "")

    def _do_raise(self, node: ast.Raise) -> None:
        problem = self.value(node.exc) if node.exc else RuntimeError("nothing to raise again")
        problem = problem() if isinstance(problem, type) else problem
        if not isinstance(problem, Exception):
            raise TypeError("exceptions must derive from BaseException")
        raise problem

    def _do_try(self, node: ast.Try) -> None:
        try:
            self._block(node.body)
        except (TooMuch, _Break, _Continue, _Return):
            raise
        except Exception as problem:  # the program's own
            self._handle(node, problem)
        else:
            self._block(node.orelse)
        self._block(node.finalbody)

    def _handle(self, node: ast.Try, problem: Exception) -> None:
        for handler in node.handlers:
            if handler.type is None or isinstance(problem, self.value(handler.type)):
                self.names.update({handler.name: str(problem)} if handler.name else {})
                self._block(handler.body)
                return
        raise problem

    def _do_functiondef(self, node: ast.FunctionDef) -> None:
        def work() -> Any:
            try:
                self._block(node.body)
            except _Return as returned:
                return returned.value
            return None

        self.names[node.name] = self._function(node.name, node.args, work)

    def _lambda(self, node: ast.Lambda) -> Any:
        return self._function("<lambda>", node.args, lambda: self.value(node.body))

    def _function(self, name: str, arguments: ast.arguments, work: Callable[[], Any]) -> Function:
        outer = self.names

        def called(given: Names) -> Any:
            self.budget.spend()
            if self._depth >= DEEPEST_CALLS:
                raise RecursionError
            before, self.names, self._depth = self.names, Scope(given, outer), self._depth + 1
            try:
                return work()
            finally:
                self.names, self._depth = before, self._depth - 1

        return Function(name, arguments, [self.value(one) for one in arguments.defaults], called)

    def _do_return(self, node: ast.Return) -> None:
        raise _Return(self.value(node.value) if node.value else None)

    def _do_import(self, node: ast.Import) -> None:
        for alias in node.names:
            module = evaluate_names.module(alias.name, self.budget, self.chart)
            self.names[alias.asname or alias.name.partition(".")[0]] = module

    def _do_importfrom(self, node: ast.ImportFrom) -> None:
        module = evaluate_names.module(node.module or "", self.budget, self.chart)
        for alias in node.names:
            self.names[alias.asname or alias.name] = module.attribute(alias.name)


def _as_read(target: ast.expr) -> ast.expr:
    """`x` on the left of `x += 1`, to be read first."""
    match target:
        case ast.Name():
            return ast.Name(target.id, ast.Load())
        case ast.Subscript():
            return ast.Subscript(target.value, target.slice, ast.Load())
        case _:
            raise NotSupported("only names and items can be changed in place")


def outcome(ran: Ran) -> Iterator[str]:
    """What a model would read of it: the output, then the error."""
    yield from (text for text in (ran.output.rstrip("\n"), ran.error) if text)
