"""A reply's row as the turns it was on the wire: what the model said, what its calls came to, what it said then."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chats.gateway.values import Part, Turn

StoredPart = Mapping[str, Any]


def turns_of(parts: Sequence[StoredPart], model: str, pictures: Mapping[int, Part] | None = None) -> list[Turn]:
    """Assistant and tool turns in order; `pictures` are made ones that may be shown again, by attachment id."""
    return _Turns(model, pictures or {}, _has_whole_blocks(parts)).of(parts)


def _has_whole_blocks(parts: Sequence[StoredPart]) -> bool:
    """Blocks hang together: where one was too long to be kept, the vendor is told none of them."""
    return not any(part.get("is_left_out") and "block" not in part for part in parts)


class _Turns:
    def __init__(self, model: str, pictures: Mapping[int, Part], takes_blocks: bool) -> None:
        self._model, self._pictures, self._takes_blocks = model, pictures, takes_blocks
        self._turns: list[Turn] = []
        self._said: list[Part] = []
        self._results: list[Part] = []
        self._round = -1

    def of(self, parts: Sequence[StoredPart]) -> list[Turn]:
        for part in parts:
            if part["kind"] == "tool_call" and "result" in part and not part.get("is_vendors"):
                self._call(part)
            elif spoken := self._spoken(part):
                if self._results and not self._is_of_this_round(part):
                    self._end()
                self._said.append(spoken)
        self._end()
        return self._turns

    def _call(self, part: StoredPart) -> None:
        """Calls of one round are answered together."""
        if self._results and part.get("round") != self._round:
            self._end()
        self._round = part.get("round", -1)
        result = part["result"]
        is_told = part.get("edited_from") and not result.get("is_encrypted")  # a seal must stand at the beginning
        edited = f"[the user changed the arguments to {part['arguments']}]\n" if is_told else ""
        self._said.append(
            Part(
                "tool_call",
                name=part["name"],
                call_id=part["call_id"],
                arguments=part.get("edited_from") or part["arguments"],  # a signature is for what the model wrote
                signature=part.get("signature", ""),
            )
        )
        self._results.append(
            Part(
                "tool_result",
                edited + result["text"],
                name=part["name"],
                call_id=part["call_id"],
                is_error=bool(result.get("is_error")),
            )
        )

    def _is_of_this_round(self, part: StoredPart) -> bool:
        """What a vendor adds after its calls, such as the container they ran in, is still of that answer."""
        return part["kind"] == "opaque" and part.get("round") == self._round

    def _end(self) -> None:
        if self._said:
            self._turns.append(Turn("assistant", tuple(self._said), self._model))
        if self._results:
            self._turns.append(Turn("tool", tuple(self._results)))
        self._said, self._results = [], []

    def _spoken(self, part: StoredPart) -> Part | None:
        match part["kind"]:
            case "text" | "reasoning" if part.get("text") or part.get("signature"):
                return Part(part["kind"], part.get("text", ""), signature=part.get("signature", ""))
            case "opaque" if self._takes_blocks:
                return Part("opaque", protocol=part["protocol"], block=part["block"])
            case "generation":
                return Part("text", f"[made with {self._model}; what came of it follows]")
            case "attachment":
                picture = self._pictures.get(part.get("id") or 0)
                return replace(picture, signature=part.get("signature", "")) if picture else None
            case "tool_call":
                return self._step(part)
        return None

    def _step(self, part: StoredPart) -> Part:
        """A vendor's own tool; or a call that nobody answered, which would wait for ever, so it is told in words."""
        if part.get("is_vendors"):
            done = part.get("result", {}).get("text", "")
            return Part(
                "tool_call",
                done,
                call_id=part["call_id"],
                name=part["name"],
                arguments=part["arguments"],
                is_vendors=True,
            )
        return Part("text", f"[called {part['name']}({part['arguments']}), which nobody answered]")
