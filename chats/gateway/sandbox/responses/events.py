"""One answer as a stream of response events, or as the whole response (text.md 4.2, 4.3)."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from chats.gateway.sandbox.chunks import CREATED, Chunk
from chats.gateway.sandbox.planning import Plan
from chats.gateway.sandbox.responses.items import Item, Writer
from chats.gateway.sandbox.responses.usage import Usage
from chats.gateway.sandbox.taking import Taken

INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
WELL = frozenset({"stop", "tool_calls", "refusal"})
TOLD_BACK = (
    "instructions",
    "metadata",
    "max_output_tokens",
    "max_tool_calls",
    "temperature",
    "top_p",
    "reasoning",
    "text",
)


class Response:
    def __init__(self, taken: Taken, plan: Plan) -> None:
        raw, self._taken, self._plan, self._odd = taken.asked.raw, taken, plan, taken.odd
        is_open = taken.answer.think_shape != "hidden"
        shown = "text" if is_open else "summary" if (raw.get("reasoning") or {}).get("summary") else ""
        include = frozenset(raw.get("include") or ())
        self._usage = Usage(taken, plan)
        self._writer = Writer(taken.question.model, taken.call.entry.sha256, include, shown, taken.odd)

    @cached_property
    def _items(self) -> list[Item]:
        return list(self._writer.items(self._plan.steps))

    def whole(self) -> dict[str, Any]:
        ended = self._ended()
        return self._response(ended.pop("status"), [item.done for item in self._items]) | ended

    def chunks(self) -> Iterator[Chunk]:
        """With their numbers, which count every event."""
        for number, chunk in enumerate(self._happen()):
            chunk.payload["sequence_number"] = number
            yield chunk

    def _happen(self) -> Iterator[Chunk]:
        begun = self._response("in_progress", []) | {"usage": self._nothing()}
        yield _chunk("response.created", {"response": begun})
        yield _chunk("response.in_progress", {"response": begun})
        for index, item in enumerate(self._items):
            yield from self._item(index, item)
        if self._odd.has_finish:
            whole = self.whole()
            yield _chunk(f"response.{whole['status']}", {"response": whole}, is_finish=True)

    def _item(self, index: int, item: Item) -> Iterator[Chunk]:
        place: dict[str, Any] = {"output_index": index} if self._odd.has_index else {}
        yield _chunk("response.output_item.added", place | {"item": item.added})
        for one in item.happenings:
            fields = {"item_id": item.added["id"], **place, **one.fields}
            for _ in range(self._odd.repeat if one.is_delta else 1):
                yield _chunk(one.type, dict(fields), one.is_delta, wait_s=one.wait_s)
        yield _chunk("response.output_item.done", place | {"item": item.done})

    def _response(self, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
        raw = self._taken.asked.raw
        return {
            "id": f"resp_{self._taken.call.entry.sha256[:48]}",
            "object": "response",
            "created_at": CREATED,
            "status": status,
            "model": self._taken.question.model,
            "error": None,
            "incomplete_details": None,
            "output": output,
            "parallel_tool_calls": raw.get("parallel_tool_calls") is not False,
            "tool_choice": raw.get("tool_choice") or "auto",
            "tools": raw.get("tools") or [],
            "store": raw.get("store") is not False,
        } | {name: raw.get(name) for name in TOLD_BACK}

    def _ended(self) -> dict[str, Any]:
        """Status and what goes with it; any other finish that was asked for is the reason it is incomplete."""
        finish = self._plan.finish
        usage = {} if self._odd.usage == "none" else {"usage": self._usage.told()}
        if finish == "failed":
            error = {"code": self._odd.code or "server_error", "message": "The sandbox failed, as it was asked to."}
            return {"status": "failed", "error": error} | usage
        if finish in WELL:
            return {"status": "completed"} | usage
        return {"status": "incomplete", "incomplete_details": {"reason": INCOMPLETE.get(finish, finish)}} | usage

    def _nothing(self) -> dict[str, Any] | None:
        zeros = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
        return zeros if self._odd.usage == "zero_first" else None


def _chunk(
    name: str, fields: dict[str, Any], is_delta: bool = False, is_finish: bool = False, wait_s: float = 0
) -> Chunk:
    return Chunk({"type": name} | fields, is_delta, is_finish, name, wait_s)
