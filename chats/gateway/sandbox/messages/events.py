"""One answer as a stream of Claude's events, or as the whole message (text.md 5.2)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from chats.gateway.sandbox.chunks import FACE, Chunk, filler
from chats.gateway.sandbox.messages.blocks import Block, Writer
from chats.gateway.sandbox.messages.usage import Usage
from chats.gateway.sandbox.planning import Plan
from chats.gateway.sandbox.steps import Computed
from chats.gateway.sandbox.taking import Taken

REASONS = {"length": "max_tokens", "tool_calls": "tool_use", "pause": "pause_turn", "content_filter": "refusal"}
CONTAINER_LIFE = timedelta(hours=1)


class Message:
    def __init__(self, taken: Taken, plan: Plan) -> None:
        self._taken, self._plan, self._odd = taken, plan, taken.odd
        thinking = taken.asked.raw.get("thinking") or {}
        shows = taken.answer.think_shape != "hidden" and thinking.get("display") != "omitted"
        self._writer = Writer(taken.question.model, shows, taken.odd.tool, taken.asked.offered.code or {})
        self._usage = Usage(taken, plan)

    @cached_property
    def _blocks(self) -> list[Block]:
        return list(self._writer.blocks(self._plan.steps))

    def whole(self) -> dict[str, Any]:
        usage = {} if self._odd.usage == "none" else {"usage": self._usage.whole()}
        content = [block.whole for block in self._blocks]
        return self._message(content) | self._end() | usage

    def chunks(self) -> Iterator[Chunk]:
        begun = {} if self._odd.usage == "none" else {"usage": self._usage.at_first()}
        nothing = {"stop_reason": None, "stop_sequence": None}
        yield _chunk("message_start", {"message": self._message([]) | nothing | begun})
        yield _chunk("ping")
        for index, block in enumerate(self._blocks):
            yield from self._block(index, block)
        if self._odd.has_finish:
            usage = {} if self._odd.usage == "none" else {"usage": self._usage.at_last()}
            yield _chunk("message_delta", {"delta": self._end()} | usage, is_finish=True)
            yield _chunk("message_stop")

    def _message(self, content: list[dict[str, Any]]) -> dict[str, Any]:
        name = "msg_" + self._taken.call.entry.sha256[:24]
        return {
            "id": name,
            "type": "message",
            "role": "assistant",
            "model": self._taken.question.model,
            "content": content,
        }

    def _end(self) -> dict[str, Any]:
        reason = "stop_sequence" if self._plan.stop else REASONS.get(self._plan.finish, self._plan.finish)
        end = {"stop_reason": "end_turn" if reason == "stop" else reason, "stop_sequence": self._plan.stop or None}
        return end | ({"container": self._container()} if self._has_run else {})

    @property
    def _has_run(self) -> bool:
        return any(isinstance(step, Computed) for step in self._plan.steps)

    def _container(self) -> dict[str, Any]:
        """The one that the request goes on in, else a fresh one."""
        given = self._taken.asked.raw.get("container")
        name = given if isinstance(given, str) else f"container_{self._taken.call.entry.sha256[:24]}"
        return {"id": name, "expires_at": (datetime.now(UTC) + CONTAINER_LIFE).isoformat(timespec="seconds")}

    def _block(self, index: int, block: Block) -> Iterator[Chunk]:
        place: dict[str, Any] = {"index": index} if self._odd.has_index else {}
        yield _chunk("content_block_start", place | {"content_block": block.start}, wait_s=block.wait_s)
        for delta in self._with_oddities(index, block):
            for _ in range(self._odd.repeat):
                yield _chunk("content_block_delta", place | {"delta": delta}, is_delta=True)
        yield _chunk("content_block_stop", place)

    def _with_oddities(self, index: int, block: Block) -> Iterator[dict[str, Any]]:
        """In the first text: half a surrogate pair each in two deltas, and one delta of great length."""
        is_first = block.start["type"] == "text" and index == self._first_text
        if is_first and self._odd.big_event_bytes:
            yield {"type": "text_delta", "text": filler(self._odd.big_event_bytes)}
        for at, delta in enumerate(block.deltas):
            yield delta
            if is_first and at == 0 and self._odd.has_lone_surrogate:
                yield from ({"type": "text_delta", "text": half} for half in FACE)

    @cached_property
    def _first_text(self) -> int:
        return next((at for at, block in enumerate(self._blocks) if block.start["type"] == "text"), -1)


def _chunk(
    name: str, fields: dict[str, Any] | None = None, is_delta: bool = False, is_finish: bool = False, wait_s: float = 0
) -> Chunk:
    return Chunk({"type": name} | (fields or {}), is_delta, is_finish, name, wait_s)
