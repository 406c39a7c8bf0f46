"""The turns of a prompt as `system` and `messages`, each of the model's own blocks as it came (text.md 5.1 and 5.3)."""

from collections.abc import Iterator, Sequence, Set
from datetime import UTC, datetime, timedelta
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway import nesting
from chats.gateway.past import is_same_model, is_same_vendor, paired, with_own_pictures
from chats.gateway.telling import told, told_call, told_result
from chats.gateway.values import Part, Prompt, Turn

from .parts import blocks, result, text
from .tools import plain_name

Block = dict[str, Any]

PROTOCOL = "messages"
CODE = "code_execution"
CONTAINER = "container"  # an opaque block that is no content: where code ran
_MARGIN = timedelta(minutes=1)


def system(prompt: Prompt) -> list[Block]:
    told = [prompt.parameters.get("system_prompt") or ""]
    told += [part.text for turn in prompt.turns if turn.role == "system" for part in turn.parts if part.kind == "text"]
    return [text(said) for said in told if said.strip()]


def thinks_on(spec: ModelSpec, turns: Sequence[Turn]) -> bool:
    """Whether the model may think in this call: inside a tool loop only where its own signed thoughts began it.
    A loop that another model began, or this one without thinking, is refused (VD extended thinking)."""
    # A question right after results stands in one message with them: the loop before it is still open.
    said = (n for n, turn in enumerate(turns) if turn.role == "user" and not (n and turns[n - 1].role == "tool"))
    asked = max(said, default=-1)
    loop = [turn for turn in turns[asked + 1 :] if turn.role == "assistant"]
    if not loop or not any(part.kind == "tool_call" and not part.is_vendors for turn in loop for part in turn.parts):
        return True
    if not is_same_model(spec, loop[0]):
        return False
    first = next((part for part in loop[0].parts if not _is_container(part)), None)
    # A model that measures its thoughts itself may have begun without one.
    return bool(spec.options.get("claude_adaptive")) or (first is not None and _is_thought(first))


def conversation(spec: ModelSpec, turns: Sequence[Turn], is_thinking: bool, declared: Sequence[Block]) -> Block:
    """`messages`, in which user and assistant take turns, and the container that the code of before may go on in.
    `declared` are this call's tools."""
    messages: list[Block] = []
    spoken = _Spoken(spec, is_thinking, declared)
    told_turns = with_own_pictures(spec, paired(turns))
    for n, turn in enumerate(told_turns):
        if turn.role == "system":
            continue
        role = "assistant" if turn.role == "assistant" else "user"
        content = list(spoken.blocks(turn, is_last=n == len(told_turns) - 1))
        if content and messages and messages[-1]["role"] == role:
            messages[-1]["content"] += content
        elif content:
            messages.append({"role": role, "content": content})
    goes_on = spoken.container and CODE in spoken.vendors
    return {"messages": messages} | ({CONTAINER: spoken.container} if goes_on else {})


class _Spoken:
    """What was said, as blocks for this call; `container` is the newest that is still open, `vendors` are the names
    of the vendor's own tools among those that are declared: a function of ours may be called the same."""

    def __init__(self, spec: ModelSpec, is_thinking: bool, declared: Sequence[Block]) -> None:
        self._spec, self._is_thinking, self._has_tools = spec, is_thinking, bool(declared)
        self.vendors = {str(tool["name"]) for tool in declared if "input_schema" not in tool}
        self.container = ""

    def blocks(self, turn: Turn, is_last: bool) -> Iterator[Block]:
        if turn.role == "user":
            for part in turn.parts:
                yield from blocks(part)
        elif turn.role == "tool":
            for part in turn.parts:
                if part.kind == "tool_result":
                    yield result(part) if self._has_tools else text(told_result(part))
        else:
            yield from self._assistant(turn, is_last)

    def _assistant(self, turn: Turn, is_last: bool) -> Iterator[Block]:
        whole = _whole_steps(turn, self.vendors, is_last) if is_same_vendor(self._spec, turn) else set()
        for part in turn.parts:
            if part.kind == "text":
                yield from blocks(part)
            elif part.kind == "tool_call":
                yield from self._call(part, whole)
            elif part.kind == "reasoning":
                if self._takes_thoughts(turn) and part.signature:
                    yield {"type": "thinking", "thinking": part.text, "signature": part.signature}
            elif part.kind == "opaque" and part.protocol == PROTOCOL:
                yield from self._opaque(turn, part.block, whole)

    def _call(self, part: Part, whole: set[str]) -> Iterator[Block]:
        if part.is_vendors:
            if part.call_id not in whole:
                yield text(told(part))
        elif self._has_tools:
            yield {
                "type": "tool_use",
                "id": part.call_id,
                "name": plain_name(part.name),
                "input": _object(part.arguments),
            }
        else:  # without a declaration of tools their use is refused (VD)
            yield text(told_call(part))

    def _opaque(self, turn: Turn, block: Any, whole: set[str]) -> Iterator[Block]:
        kind = block.get("type", "")
        if kind == CONTAINER:
            self.container = str(block.get("id") or "") if _is_open(block) else ""
        elif kind == "redacted_thinking":
            if self._takes_thoughts(turn):
                yield dict(block)
        elif _step_of(block) in whole:
            yield dict(block)

    def _takes_thoughts(self, turn: Turn) -> bool:
        return self._is_thinking and is_same_model(self._spec, turn)


def _is_container(part: Part) -> bool:
    return part.kind == "opaque" and part.block.get("type") == CONTAINER


def _is_thought(part: Part) -> bool:
    if part.kind == "opaque":
        return part.protocol == PROTOCOL and part.block.get("type") == "redacted_thinking"
    return part.kind == "reasoning" and bool(part.signature)


def _step_of(block: Any) -> str:
    return str(block.get("tool_use_id") or block.get("id") or "")


def _whole_steps(turn: Turn, vendors: Set[str], is_last: bool) -> set[str]:
    """Steps of the vendor's tools that can go back: begun and ended, or still open in a turn that goes on; and only
    while the tool is declared, as uses of any tool are refused otherwise."""
    kept = [part.block for part in turn.parts if part.kind == "opaque" and part.protocol == PROTOCOL]
    begun = {_step_of(block) for block in kept if "name" in block and _tool_of(block) in vendors}
    ended = {_step_of(block) for block in kept if "tool_use_id" in block}
    return begun if is_last else begun & ended


def _tool_of(block: Any) -> str:
    """One tool of code has several names of its own."""
    name = str(block.get("name"))
    return CODE if name.endswith(CODE) else name


def _is_open(block: Any) -> bool:
    try:
        ends_at = datetime.fromisoformat(str(block.get("expires_at")))
    except ValueError:
        return False
    ends_at = ends_at if ends_at.tzinfo else ends_at.replace(tzinfo=UTC)
    return ends_at - _MARGIN > datetime.now(UTC)


def _object(arguments: str) -> Any:
    try:
        found = nesting.parsed(arguments or "{}")
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"arguments": arguments}
