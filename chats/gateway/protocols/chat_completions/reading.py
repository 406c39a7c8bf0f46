"""The payloads of a chat completion, streamed or whole, as events; tolerant of everything text.md 3.10 has seen."""

from collections.abc import Iterable, Iterator

from chats.gateway import errors
from chats.gateway.characters import Characters, storable
from chats.gateway.errors import GatewayError
from chats.gateway.streamed import Payload, Reading
from chats.gateway.values import Citation, Event, FinishReason, MediaOut, ReasoningDelta, TextDelta, ToolCallDelta

from .content import MediaSplitter, ThinkSplitter
from .media import pcm, picture
from .tools import ToolCalls
from .usage import usage

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
_RARE = frozenset({"audio", "images", "tool_calls", "function_call", "annotations"})
# The vendor's machines gave up in the middle: OpenRouter, GLM, DeepSeek (VD).
_BREAKDOWNS = frozenset({"error", "network_error", "insufficient_system_resource"})


class ChatReading(Reading):
    """What one reply has told so far."""

    def __init__(self) -> None:
        super().__init__()
        self.media = MediaSplitter()
        self._think = ThinkSplitter()
        self._text, self._reasoning = Characters(), Characters()
        self._calls = ToolCalls()
        self._has_content = False  # so that a transcript of the same words is not added
        self._pictures = 0

    def told(self, payload: Payload) -> Iterator[Event]:
        choices = payload.get("choices")
        if payload.get("error") or (not choices and errors.is_error(payload)):
            raise errors.from_payload(payload)
        for choice in choices or ():
            if not choice.get("index"):  # one answer is asked for; a second one would mix with it
                yield from self._choice(choice)
        if info := payload.get("tool_info"):
            yield from self._called(self._calls.interpreter(info))
        if told := payload.get("usage"):
            self.usage = usage(told) or self.usage
        if not choices and isinstance(pictures := payload.get("data"), list):  # a proxy's image form (images.md 9)
            self.finish = self.finish or "stop"  # that form has no word for its end
            yield from self._pictures_of(pictures)

    def reason(self) -> FinishReason:
        if self.finish.lower() in _BREAKDOWNS:
            raise GatewayError("upstream", 200, self.finish, is_retryable=True)
        reason = _REASONS.get(self.finish.lower(), "stop")
        # Some converters say stop all the same (text.md 3.7).
        return "tool_calls" if reason == "stop" and self._calls.has_own else reason

    def _choice(self, choice: Payload) -> Iterator[Event]:
        if choice.get("error"):  # OpenRouter's place for it
            raise errors.from_payload(choice)
        self.finish = str(choice.get("finish_reason") or self.finish)
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
            yield from self._called(self._calls.deltas(calls))
        if call := delta.get("function_call"):
            yield from self._called(self._calls.deltas([{"index": 0, "function": call}]))
        if annotations := delta.get("annotations"):
            yield from self._sources(annotations)

    def _parts(self, content: list[Payload]) -> Iterator[Event]:
        """Gemini's picture models, in one piece (GS relay-gemini.go)."""
        for part in content:
            if part.get("type") == "text":
                yield from self._said(self._text.whole(part.get("text") or ""))
            else:
                yield from self._pictures_of([part])

    def _said(self, text: str) -> Iterable[Event]:
        if self._think.is_settled and self.media.is_plain(text):  # nearly every delta
            self.has_answer = True
            return (TextDelta(text),) if text else ()
        return self._split(text) if text else ()

    def _split(self, text: str) -> Iterator[Event]:
        for is_reasoning, piece in self._think.split(text):
            if is_reasoning:
                yield ReasoningDelta(piece)
            else:
                self.has_answer = True
                yield from self.media.split(piece)

    def _audio(self, audio: Payload) -> Iterator[Event]:
        transcript = audio.get("transcript")
        if transcript and not self._has_content:
            # The older omni models, and gpt-audio, say what they speak here and leave content empty (text.md 3.6).
            yield from self._said(self._text.whole(transcript))
        if (sound := pcm(audio)) is not None:
            self.has_answer = True
            yield sound

    def _pictures_of(self, parts: list[Payload]) -> Iterator[MediaOut]:
        for part in parts:
            if found := picture(part, f"picture-{self._pictures + 1}"):
                self._pictures += 1
                self.has_answer = True
                yield found

    def _sources(self, annotations: list[Payload]) -> Iterator[Citation]:
        for annotation in annotations:
            source = annotation.get("url_citation") or annotation
            end = source.get("end_index")
            at = end if isinstance(end, int) and end > 0 else None  # converters that do not know write 0
            yield from self.cited(source.get("url"), source.get("title"), at)

    def _called(self, deltas: Iterable[ToolCallDelta]) -> Iterator[ToolCallDelta]:
        for delta in deltas:
            self.has_answer = True
            yield delta

    def rest(self) -> Iterator[Event]:
        if half := self._reasoning.rest():
            yield ReasoningDelta(half)
        if half := self._text.rest():
            yield from self._said(half)
        if held := self._think.rest():
            yield ReasoningDelta(held) if self._think.is_thinking else TextDelta(held)
        yield from self.media.rest(is_whole=bool(self.finish))
        yield from self._calls.rest()


def _reasoning(delta: Payload) -> str:
    """The three keys it may have (text.md 3.10); the fourth shape stands inside the content."""
    if reasoning := delta.get("reasoning_content") or delta.get("reasoning"):
        return reasoning if isinstance(reasoning, str) else ""
    details = delta.get("reasoning_details")
    return "".join(detail.get("text") or "" for detail in details) if details else ""
