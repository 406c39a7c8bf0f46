"""The turns of a prompt as `contents`; camelCase throughout, for only that gets through (text.md 6.1)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.past import NOTHING, is_same_model, is_same_vendor, paired, with_own_pictures
from chats.gateway.telling import told, told_call, told_result
from chats.gateway.values import Part, Turn

from .calls import call, result
from .media import frame, medium

Content = dict[str, Any]

PROTOCOL = "generate_content"
_SIGNATURE = re.compile(r"[\w+/-]+={0,2}")
_OWN_STEPS = ("web_search", "url_context")  # facts about an answer, no parts of it
_MEDIA = ("image", "video", "audio", "file")


def system(turns: Sequence[Turn], told_first: str) -> list[Content]:
    said = [told_first, *(part.text for turn in turns if turn.role == "system" for part in turn.parts)]
    return [{"text": text} for text in said if text]


def contents(spec: ModelSpec, turns: Sequence[Turn]) -> list[Content]:
    """Neighbours of one role are one content: user and model take turns."""
    foreign = {n for n, turn in enumerate(turns) if turn.role == "assistant" and not is_same_vendor(spec, turn)}
    spoken = _Spoken(spec)
    said: list[Content] = []
    for turn in with_own_pictures(spec, paired(turns, NOTHING), foreign):
        if turn.role == "system":
            continue
        role = "model" if turn.role == "assistant" else "user"
        parts = list(spoken.parts(turn))
        if parts and said and said[-1]["role"] == role:
            said[-1]["parts"] += parts
        elif parts:
            said.append({"role": role, "parts": parts})
    return said


class _Spoken:
    """What was said, as parts for this call."""

    def __init__(self, spec: ModelSpec) -> None:
        self._spec = spec
        # Gemini 3 takes no call of its own without a signature (text.md 6.1).
        self._must_sign = (spec.options.get("thinking") or {}).get("control") == "google.thinking_level"
        self._calls: dict[str, Part] = {}  # that went as such, by id

    def parts(self, turn: Turn) -> Iterator[Content]:
        if turn.role == "assistant":
            yield from self._model(turn)
            return
        for part in turn.parts:
            if part.kind == "tool_result":
                asked = self._calls.get(part.call_id)
                yield result(part, asked) if asked else {"text": told_result(part)}
            else:
                yield from _pieces(part)

    def _model(self, turn: Turn) -> Iterator[Content]:
        """Thoughts only to the model whose signature they bear, blocks only to their vendor."""
        is_own, is_same = is_same_vendor(self._spec, turn), is_same_model(self._spec, turn)
        takes_calls = not self._must_sign or (is_same and _has_signed_call(turn))
        blocks = set(map(id, _whole_steps(turn))) if is_own else set()
        for part in turn.parts:
            kept = part if is_same else replace(part, signature="")
            if part.kind == "tool_call":
                yield from self._call(kept, takes_calls, is_own, has_blocks=bool(blocks))
            elif part.kind == "reasoning":
                # Where two signatures were joined with their thoughts it would be refused as well.
                if is_same and _SIGNATURE.fullmatch(part.signature):
                    yield _signed({"text": part.text, "thought": True}, kept)
            elif part.kind == "opaque":
                if id(part) in blocks:
                    yield _block(part, is_same)
            elif is_own or part.kind not in _MEDIA:
                yield from _pieces(kept)

    def _call(self, part: Part, takes_calls: bool, is_own: bool, has_blocks: bool) -> Iterator[Content]:
        if part.is_vendors:
            if not (is_own and (has_blocks or part.name in _OWN_STEPS)):
                yield {"text": told(part)}
        elif takes_calls:
            self._calls[part.call_id] = part
            yield _signed(call(part), part)
        else:
            yield {"text": told_call(part)}


def _has_signed_call(turn: Turn) -> bool:
    """Of calls made at once only the first bears one."""
    return any(part.kind == "tool_call" and part.signature for part in turn.parts)


def _whole_steps(turn: Turn) -> list[Part]:
    """Code with what came of it, as parts that go back; half a step does not."""
    own = [part for part in turn.parts if part.kind == "opaque" and part.protocol == PROTOCOL]
    kept: list[Part] = []
    for part, following in zip(own, [*own[1:], None], strict=False):
        is_code = "executableCode" in part.block
        if not is_code or (following is not None and "codeExecutionResult" in following.block):
            kept.append(part)
    return kept


def _block(part: Part, is_same: bool) -> Content:
    return {name: value for name, value in part.block.items() if is_same or name != "thoughtSignature"}


def _pieces(part: Part) -> Iterable[Content]:
    if part.kind == "frames":
        return [frame(data) for data in part.frames]
    if part.kind == "text":
        return [_signed({"text": part.text}, part)] if part.text or part.signature else []
    return [_signed(medium(part), part)] if part.kind in _MEDIA else []


def _signed(piece: Content, part: Part) -> Content:
    return piece | {"thoughtSignature": part.signature} if part.signature else piece
