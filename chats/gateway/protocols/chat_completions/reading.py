"""The payloads of a chat completion, streamed or whole, as events; tolerant of everything text.md 3.10 has seen."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chats.gateway import errors
from chats.gateway.characters import Characters, storable
from chats.gateway.errors import GatewayError
from chats.gateway.values import Citation, Event, Finished, FinishReason, MediaOut, ReasoningDelta, TextDelta, Usage

from .content import MediaSplitter, ThinkSplitter
from .media import pcm, picture
from .tools import ToolCalls
from .usage import usage

Payload = Mapping[str, Any]

_decode = json.JSONDecoder().raw_decode  # a third quicker than json.loads, and this runs for every delta

_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",  # GLM and Claude (VD)
    "repetition_truncation": "length",  # MiMo cuts an answer that repeats itself (VD)
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "refusal": "content_filter",
    "sensitive": "content_filter",  # GLM (VD)
    "safety": "content_filter",
    "prohibited_content": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "spii": "content_filter",
}
UNREADABLE = "bad_stream_data"
_RARE = frozenset({"audio", "images", "tool_calls", "function_call", "annotations"})
# The vendor's machines gave up in the middle: OpenRouter, GLM, DeepSeek (VD).
_BREAKDOWNS = frozenset({"error", "network_error", "insufficient_system_resource"})


class Reading:
    """What one reply has told so far."""

    def __init__(self) -> None:
        self.media = MediaSplitter()
        self._think = ThinkSplitter()
        self._text, self._reasoning = Characters(), Characters()
        self._calls = ToolCalls()
        self._citations: set[str] = set()
        self._usage: Usage | None = None
        self._finish = ""
        self._has_content = False  # so that a transcript of the same words is not added
        self._has_answer = False  # something besides reasoning came
        self._pictures = 0

    def events(self, data: bytes) -> Iterator[Event]:
        """What one event of the stream says; raises GatewayError for an error inside a 200."""
        try:
            yield from self._events(_parsed(data))
        except (AttributeError, TypeError, ValueError) as error:  # a shape nobody has seen yet
            raise _unreadable(data) from error

    def _events(self, payload: Payload) -> Iterator[Event]:
        choices = payload.get("choices")
        if payload.get("error") or (not choices and errors.is_error(payload)):
            raise errors.from_payload(payload)
        for choice in choices or ():
            if not choice.get("index"):  # one answer is asked for; a second one would mix with it
                yield from self._choice(choice)
        if info := payload.get("tool_info"):
            yield from self._calls.interpreter(info)
        if told := payload.get("usage"):
            self._usage = usage(told) or self._usage
        if not choices and isinstance(pictures := payload.get("data"), list):  # a proxy's image form (images.md 9)
            self._finish = self._finish or "stop"  # that form has no word for its end
            yield from self._pictures_of(pictures)

    def close(self) -> Iterator[Event]:
        """What was held back, usage and the end; raises GatewayError when the end was not reached."""
        for event in self._rest():
            self._has_answer |= not isinstance(event, ReasoningDelta)
            yield event
        if self._usage:
            yield self._usage
        if not self._finish:
            raise GatewayError("incomplete", 200, is_retryable=True)
        reason = _REASONS.get(self._finish.lower(), "stop")
        if self._finish.lower() in _BREAKDOWNS:
            raise GatewayError("upstream", 200, self._finish, is_retryable=True)
        if reason == "stop" and self._calls.has_own:
            reason = "tool_calls"  # some converters say stop all the same (text.md 3.7)
        if not self._has_answer and not self._calls.has_any and reason in ("stop", "tool_calls"):
            raise GatewayError("upstream", 200, "empty_reply", is_retryable=True)
        yield Finished(reason)

    def _choice(self, choice: Payload) -> Iterator[Event]:
        if choice.get("error"):  # OpenRouter's place for it
            raise errors.from_payload(choice)
        self._finish = str(choice.get("finish_reason") or self._finish)
        delta = choice.get("delta") or choice.get("message")
        if not delta:
            return
        if reasoning := _reasoning(delta):
            self._think.skip()
            if text := self._reasoning.whole(reasoning):
                yield ReasoningDelta(text)
        if signature := delta.get("signature"):
            yield ReasoningDelta("", storable(signature))
        if content := delta.get("content") or delta.get("refusal"):
            self._has_content = True
            if isinstance(content, str):
                yield from self._said(self._text.whole(content))
            else:
                yield from self._parts(content)
        if not _RARE.isdisjoint(delta):
            yield from self._rare(delta)

    def _rare(self, delta: Payload) -> Iterator[Event]:
        if audio := delta.get("audio"):
            yield from self._audio(audio)
        if pictures := delta.get("images"):  # OpenRouter's form (images.md 9)
            yield from self._pictures_of(pictures)
        if calls := delta.get("tool_calls"):
            yield from self._calls.deltas(calls)
        if call := delta.get("function_call"):
            yield from self._calls.deltas([{"index": 0, "function": call}])
        if annotations := delta.get("annotations"):
            yield from self._cited(annotations)

    def _parts(self, content: list[Payload]) -> Iterator[Event]:
        """Gemini's picture models, in one piece (GS relay-gemini.go)."""
        for part in content:
            if part.get("type") == "text":
                yield from self._said(self._text.whole(part.get("text") or ""))
            else:
                yield from self._pictures_of([part])

    def _said(self, text: str) -> Iterable[Event]:
        if self._think.is_settled and self.media.is_plain(text):  # nearly every delta
            self._has_answer = True
            return (TextDelta(text),) if text else ()
        return self._split(text) if text else ()

    def _split(self, text: str) -> Iterator[Event]:
        for is_reasoning, piece in self._think.split(text):
            if is_reasoning:
                yield ReasoningDelta(piece)
            else:
                self._has_answer = True
                yield from self.media.split(piece)

    def _audio(self, audio: Payload) -> Iterator[Event]:
        transcript = audio.get("transcript")
        if transcript and not self._has_content:
            # The older omni models, and gpt-audio, say what they speak here and leave content empty (text.md 3.6).
            yield from self._said(self._text.whole(transcript))
        if (sound := pcm(audio)) is not None:
            self._has_answer = True
            yield sound

    def _pictures_of(self, parts: list[Payload]) -> Iterator[MediaOut]:
        for part in parts:
            if found := picture(part, f"picture-{self._pictures + 1}"):
                self._pictures += 1
                self._has_answer = True
                yield found

    def _cited(self, annotations: list[Payload]) -> Iterator[Citation]:
        for annotation in annotations:
            source = annotation.get("url_citation") or annotation
            url = storable(source.get("url"))
            if url and url not in self._citations:
                self._citations.add(url)
                yield Citation(url, storable(source.get("title")))

    def _rest(self) -> Iterator[Event]:
        if half := self._reasoning.rest():
            yield ReasoningDelta(half)
        if half := self._text.rest():
            yield from self._said(half)
        if held := self._think.rest():
            yield ReasoningDelta(held) if self._think.is_thinking else TextDelta(held)
        yield from self.media.rest(is_whole=bool(self._finish))
        yield from self._calls.rest()


def _parsed(data: bytes) -> Payload:
    text = data.decode("utf-8", "replace").strip()
    if not text:
        return {}
    payload, _end = _decode(text)
    return payload


def _unreadable(data: bytes) -> GatewayError:
    return GatewayError("upstream", 200, UNREADABLE, data[:1000].decode("utf-8", "replace"), is_retryable=True)


def _reasoning(delta: Payload) -> str:
    """The three keys it may have (text.md 3.10); the fourth shape stands inside the content."""
    if reasoning := delta.get("reasoning_content") or delta.get("reasoning"):
        return reasoning if isinstance(reasoning, str) else ""
    details = delta.get("reasoning_details")
    return "".join(detail.get("text") or "" for detail in details) if details else ""
