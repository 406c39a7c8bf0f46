"""The answers of Google's own form, streamed or whole, as events (text.md 6.2, images.md 7.4)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from chats.gateway import errors
from chats.gateway.characters import Characters, storable
from chats.gateway.errors import GatewayError
from chats.gateway.pictures import decoded
from chats.gateway.streamed import Payload, Reading
from chats.gateway.values import (
    Event,
    FinishReason,
    MediaKind,
    MediaOut,
    Opaque,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolResult,
)

from .grounding import Grounding
from .usage import usage

PROTOCOL = "generate_content"
INTERPRETER = "code_interpreter"
_STOPPED = frozenset({"STOP", "FINISH_REASON_UNSPECIFIED", "NO_IMAGE", "IMAGE_OTHER"})
_BREAKDOWNS = frozenset({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"})
_FAMILIES: dict[str, MediaKind] = {"image": "image", "video": "video", "audio": "audio"}
_HARMLESS = ("NEGLIGIBLE", "LOW")


class GoogleReading(Reading):
    """What one reply has told so far."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._thought = Characters(), Characters()
        self._pieces: list[str] = []  # of the answer's text, which sources point into
        self._calls = 0  # tools the vendor ran itself among them
        self._code = -1  # our index of the newest code it ran
        self._own_calls = 0
        self._media = 0
        self._grounding = Grounding()
        self._counted: Payload = {}
        self._ratings: list[Payload] = []

    def told(self, payload: Payload) -> Iterable[Event]:
        candidates = payload.get("candidates")
        if payload.get("error") or (not candidates and errors.is_error(payload)):
            raise errors.from_payload(payload)
        if counted := payload.get("usageMetadata"):  # cumulative: the last one counts
            self._counted = counted
        if not candidates:
            self._refuse(payload.get("promptFeedback") or {})
            return ()
        return self._candidate(next((one for one in candidates if not one.get("index")), {}))

    def rest(self) -> Iterator[Event]:
        if half := self._thought.rest():
            yield ReasoningDelta(half)
        if half := self._text.rest():
            yield self._said(half)
        for name, arguments, result, is_error in self._grounding.steps() if self.has_answer else ():
            index = self._next_call()
            yield ToolCallDelta(index, f"{name}-{index + 1}", name, arguments, is_vendors=True)
            yield ToolResult(index, result, is_error)
        if self._counted and (used := usage(self._counted)):
            self.usage = replace(used, searches=self._grounding.searches or None)

    def reason(self) -> FinishReason:
        if self.finish in _BREAKDOWNS:
            raise GatewayError("upstream", 200, self.finish, is_retryable=True)
        if self.finish == "MAX_TOKENS":
            return "length"
        if self.finish not in _STOPPED:  # what came before is kept
            raise GatewayError("content_refused", 200, self.finish, _rated("The answer was stopped.", self._ratings))
        return "tool_calls" if self._own_calls else "stop"  # Google says STOP all the same

    def _refuse(self, feedback: Payload) -> None:
        if reason := feedback.get("blockReason"):
            said = _rated("The prompt was refused.", feedback.get("safetyRatings") or ())
            raise GatewayError("content_refused", 200, storable(reason), said)

    def _candidate(self, candidate: Payload) -> Iterator[Event]:
        for part in (candidate.get("content") or {}).get("parts") or ():
            if len(part) == 1 and "text" in part:  # nearly every one
                if text := self._text.whole(part["text"] or ""):
                    yield self._said(text)
            else:
                yield from self._part(part)
        if finish := candidate.get("finishReason"):
            self.finish = str(finish)
            self._ratings = candidate.get("safetyRatings") or self._ratings
        if told := candidate.get("groundingMetadata"):
            for url, title, at in self._grounding.sources(told, "".join(self._pieces)):
                yield from self.cited(url, title, at)
        if told := candidate.get("urlContextMetadata"):
            self._grounding.read(told)

    def _said(self, text: str, signature: str = "") -> TextDelta:
        self.has_answer = self.has_answer or bool(text)
        self._pieces.append(text)
        return TextDelta(text, signature)

    def _part(self, part: Payload) -> Iterator[Event]:
        signature = storable(part.get("thoughtSignature"))
        if part.get("thought"):
            # Pictures among the thoughts are drafts (images.md 7.4).
            text = self._thought.whole(part.get("text") or "")
            if text or signature:
                yield ReasoningDelta(text, signature)
        elif inline := part.get("inlineData") or part.get("inline_data"):
            yield from self._inline(inline, signature)
        elif call := part.get("functionCall"):
            yield from self._call(call, signature)
        elif code := part.get("executableCode"):
            yield from self._ran(code)
            yield Opaque(PROTOCOL, dict(part))
        elif result := part.get("codeExecutionResult"):
            yield from self._came_of(result)
            yield Opaque(PROTOCOL, dict(part))
        elif part.get("text") or signature:  # the last part may be a signature alone
            text = self._text.whole(part.get("text") or "")
            if text or signature:
                yield self._said(text, signature)

    def _inline(self, inline: Payload, signature: str) -> Iterator[Event]:
        content_type = storable(inline.get("mimeType") or inline.get("mime_type") or "image/png")
        if data := decoded(inline.get("data") or ""):
            self.has_answer = True
            self._media += 1
            kind = _FAMILIES.get(content_type.partition("/")[0], "file")
            yield MediaOut(kind, data, "", content_type, key=f"part-{self._media}", signature=signature)

    def _call(self, call: Payload, signature: str) -> Iterator[Event]:
        """Whole in one piece; an id is made up where Google gives none."""
        index = self._next_call()
        self._own_calls += 1
        arguments = json.dumps(call.get("args") or {}, ensure_ascii=False)
        call_id = storable(call.get("id")) or f"call-{index + 1}"
        yield ToolCallDelta(index, call_id, storable(call.get("name")), arguments, signature)

    def _ran(self, code: Payload) -> Iterator[Event]:
        self._code = self._next_call()
        arguments = _arguments(code=storable(code.get("code")), language=storable(code.get("language")).lower())
        yield ToolCallDelta(self._code, f"code-{self._code + 1}", INTERPRETER, arguments, is_vendors=True)

    def _came_of(self, result: Payload) -> Iterator[Event]:
        outcome = storable(result.get("outcome"))
        is_error = outcome not in ("", "OUTCOME_OK", "OUTCOME_UNSPECIFIED")
        said = storable(result.get("output")) or (outcome.removeprefix("OUTCOME_").lower() if is_error else "")
        if self._code >= 0:
            yield ToolResult(self._code, said, is_error)

    def _next_call(self) -> int:
        self.has_answer = True
        self._calls += 1
        return self._calls - 1


def _arguments(**facts: str) -> str:
    return json.dumps({name: value for name, value in facts.items() if value}, ensure_ascii=False)


def _rated(said: str, ratings: Iterable[Any]) -> str:
    """With the categories that were rated as worse than low, or that blocked it."""
    harms = [
        storable(rating.get("category")).removeprefix("HARM_CATEGORY_")
        for rating in ratings
        if rating.get("blocked") or rating.get("probability", "LOW") not in _HARMLESS
    ]
    return f"{said} {', '.join(harms)}".strip()
