"""Tool calls as they grow, and the vendor's own code interpreter, which looks like one (text.md 3.7 and 8)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chats.gateway.characters import Characters, storable
from chats.gateway.values import ToolCallDelta

INTERPRETER = "code_interpreter"


class ToolCalls:
    """Tells calls apart by `index`, by a new id where the index is missing or was used for another call."""

    def __init__(self) -> None:
        self._ids: list[str] = []  # by our index
        self._names: list[str] = []
        self._arguments: list[Characters] = []
        self._by_wire: dict[int, int] = {}  # the vendor's index to ours
        self._code = ""  # of the interpreter's newest call
        self._code_index = -1
        self._code_calls = 0
        self._unknown: Mapping[str, Any] | None = None

    @property
    def has_any(self) -> bool:
        return bool(self._ids)

    @property
    def has_own(self) -> bool:
        """Whether one of them waits for an answer of ours."""
        return len(self._ids) > self._code_calls

    def deltas(self, calls: list[Mapping[str, Any]]) -> Iterator[ToolCallDelta]:
        for call in calls:
            function = call.get("function") or {}
            call_id = storable(call.get("id"))
            index = self._index(call.get("index"), call_id)
            name = storable(function.get("name"))
            arguments = function.get("arguments") or ""
            if not isinstance(arguments, str):  # an object where its text is meant
                arguments = json.dumps(arguments, ensure_ascii=False)
            yield from self._delta(index, call_id, name, self._arguments[index].whole(arguments))

    def rest(self) -> Iterator[ToolCallDelta]:
        for index, characters in enumerate(self._arguments):
            if half := characters.rest():
                yield ToolCallDelta(index, arguments=half)
        if self._code:
            yield self._coded(self._code_index, '"}')
        elif self._unknown:
            yield self._coded(self._new_code_call(), json.dumps(self._unknown), INTERPRETER)

    def interpreter(self, info: list[Mapping[str, Any]]) -> Iterator[ToolCallDelta]:
        """Its inner shape is the vendor's own: `code` where there is one, else the newest entry as it is."""
        for entry in info:
            inner = entry.get(INTERPRETER)
            code = inner.get("code") if isinstance(inner, Mapping) else inner
            if code and isinstance(code, str):
                yield from self._written(code)
            else:
                self._unknown = entry

    def _written(self, code: str) -> Iterator[ToolCallDelta]:
        """Code grows or repeats from chunk to chunk: only what is new counts."""
        if self._code.startswith(code):
            return
        if not self._code or not code.startswith(self._code):
            if self._code:
                yield self._coded(self._code_index, '"}')
            self._code, self._code_index = "", self._new_code_call()
            yield self._coded(self._code_index, '{"code": "', INTERPRETER)
        new = self._arguments[self._code_index].whole(code[len(self._code) :])
        self._code = code
        yield self._coded(self._code_index, json.dumps(new, ensure_ascii=False)[1:-1])

    def _coded(self, index: int, arguments: str, name: str = "") -> ToolCallDelta:
        call_id = f"code-{index + 1}" if name else ""
        return ToolCallDelta(index, call_id, name, arguments, is_vendors=True)

    def _new_code_call(self) -> int:
        self._code_calls += 1
        return self._new()

    def _delta(self, index: int, call_id: str, name: str, arguments: str) -> Iterator[ToolCallDelta]:
        """Id and name once: later deltas repeat them or say ""."""
        call_id = "" if self._ids[index] and call_id == self._ids[index] else call_id
        name = "" if self._names[index] else name
        self._ids[index] = self._ids[index] or call_id
        self._names[index] = self._names[index] or name
        if call_id or name or arguments:
            yield ToolCallDelta(index, call_id, name, arguments)

    def _index(self, wire: int | None, call_id: str) -> int:
        if call_id and call_id in self._ids:
            return self._ids.index(call_id)
        if wire is None:
            return self._new() if call_id or not self._ids else len(self._ids) - 1
        known = self._by_wire.get(wire)
        if known is None or (call_id and self._ids[known] and self._ids[known] != call_id):
            known = self._by_wire[wire] = self._new()
        return known

    def _new(self) -> int:
        self._ids.append("")
        self._names.append("")
        self._arguments.append(Characters())
        return len(self._ids) - 1
