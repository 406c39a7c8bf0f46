"""The answers of Google's own form, streamed or whole, as events (text.md 6.2, images.md 7.4)."""

import json
from collections.abc import Iterator

from chats.gateway import errors
from chats.gateway.characters import storable
from chats.gateway.errors import GatewayError
from chats.gateway.pictures import decoded
from chats.gateway.streamed import Payload, Reading
from chats.gateway.values import (
    Event,
    FinishReason,
    MediaKind,
    MediaOut,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    Usage,
)

INTERPRETER = "code_interpreter"
_STOPPED = frozenset({"STOP", "FINISH_REASON_UNSPECIFIED", "NO_IMAGE", "IMAGE_OTHER"})
_BREAKDOWNS = frozenset({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"})
_KINDS = ("text", "image", "video", "audio")
_FAMILIES: dict[str, MediaKind] = {"image": "image", "video": "video", "audio": "audio"}


class GoogleReading(Reading):
    """What one reply has told so far."""

    def __init__(self) -> None:
        super().__init__()
        self._calls = 0  # tools the vendor ran itself among them
        self._own_calls = 0
        self._media = 0

    def told(self, payload: Payload) -> Iterator[Event]:
        candidates = payload.get("candidates")
        if payload.get("error") or (not candidates and errors.is_error(payload)):
            raise errors.from_payload(payload)
        for candidate in candidates or ():
            if not candidate.get("index"):
                yield from self._candidate(candidate)
        if told := payload.get("usageMetadata"):  # cumulative: the last one counts
            self.usage = _usage(told)
        blocked = (payload.get("promptFeedback") or {}).get("blockReason")
        if blocked and not candidates:
            raise GatewayError("content_refused", 200, storable(blocked), "The prompt was refused.")

    def reason(self) -> FinishReason:
        if self.finish in _BREAKDOWNS:
            raise GatewayError("upstream", 200, self.finish, is_retryable=True)
        if self._own_calls:
            return "tool_calls"  # Google says STOP all the same
        if self.finish == "MAX_TOKENS":
            return "length"
        return "stop" if self.finish in _STOPPED else "content_filter"

    def _candidate(self, candidate: Payload) -> Iterator[Event]:
        for part in (candidate.get("content") or {}).get("parts") or ():
            yield from self._part(part)
        self.finish = str(candidate.get("finishReason") or self.finish)
        for chunk in (candidate.get("groundingMetadata") or {}).get("groundingChunks") or ():
            source = chunk.get("web") or {}
            yield from self.cited(source.get("uri"), source.get("title"))

    def _part(self, part: Payload) -> Iterator[Event]:
        signature = storable(part.get("thoughtSignature"))
        if part.get("thought"):
            # Pictures among the thoughts are drafts (images.md 7.4).
            if part.get("text") or signature:
                yield ReasoningDelta(storable(part.get("text")), signature)
            return
        if inline := part.get("inlineData") or part.get("inline_data"):
            yield from self._inline(inline, signature)
        elif call := part.get("functionCall"):
            yield from self._call(call, signature)
        elif code := part.get("executableCode"):
            yield from self._code(code)
        elif part.get("text") or signature:  # the last part may be a signature alone
            self.has_answer = self.has_answer or bool(part.get("text"))
            yield TextDelta(storable(part.get("text")), signature)

    def _inline(self, inline: Payload, signature: str) -> Iterator[Event]:
        content_type = storable(inline.get("mimeType") or inline.get("mime_type") or "image/png")
        if data := decoded(inline.get("data") or ""):
            self.has_answer = True
            self._media += 1
            yield MediaOut(_kind(content_type), data, "", content_type, key=f"part-{self._media}", signature=signature)

    def _call(self, call: Payload, signature: str) -> Iterator[Event]:
        """Whole in one piece; an id is made up where Google gives none."""
        index = self._next_call()
        self._own_calls += 1
        arguments = json.dumps(call.get("args") or {}, ensure_ascii=False)
        call_id = storable(call.get("id")) or f"call-{index + 1}"
        yield ToolCallDelta(index, call_id, storable(call.get("name")), arguments, signature)

    def _code(self, code: Payload) -> Iterator[Event]:
        arguments = json.dumps({"code": storable(code.get("code"))}, ensure_ascii=False)
        yield ToolCallDelta(self._next_call(), name=INTERPRETER, arguments=arguments)

    def _next_call(self) -> int:
        self.has_answer = True
        self._calls += 1
        return self._calls - 1


def _kind(content_type: str) -> MediaKind:
    return _FAMILIES.get(content_type.partition("/")[0], "file")


def _usage(told: Payload) -> Usage | None:
    """Google counts thoughts beside the answer; here they are part of the completion, as everywhere else."""
    prompt, answer, thoughts = (
        told.get(name) for name in ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount")
    )
    if not (prompt or answer or thoughts):
        return None
    by_kind = {
        kind: count
        for entry in told.get("promptTokensDetails") or ()
        if (kind := str(entry.get("modality", "")).lower()) in _KINDS and (count := entry.get("tokenCount")) is not None
    }
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=None if answer is None and thoughts is None else (answer or 0) + (thoughts or 0),
        total_tokens=told.get("totalTokenCount"),
        reasoning_tokens=thoughts,
        cached_tokens=told.get("cachedContentTokenCount"),
        by_kind=by_kind if any(by_kind.values()) else {},
        raw=dict(told),
    )
