"""An answer as the wire has it: the chunks of a stream (text.md 3.10) or one whole completion."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from chats.gateway.sandbox import signing, speech, tools
from chats.gateway.sandbox.answers import Answer
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.pieces import pieces

CREATED = 1767061944  # a constant: the same question has the same answer, byte for byte
EXPIRES_AT = CREATED + 3600
DATA_URL = "data:image/png;base64,"
AUDIO_BYTES = 11_520  # 0.24 s a chunk
FACE = "\ud83d", "\ude42"  # 🙂 as two halves of a surrogate pair


@dataclass(frozen=True, slots=True)
class Chunk:
    """`is_delta`: it carries a piece of the answer, so `after:N` counts it; `event` is its name if it has one.

    `wait_s` is how long the vendor was at work before it; nobody waits where no pace is kept.
    """

    payload: dict[str, Any]
    is_delta: bool = False
    is_finish: bool = False
    event: str = ""
    wait_s: float = 0


class Chunks:
    """All chunks of one answer, with what was asked to be odd about them."""

    def __init__(self, answer: Answer, odd: Misbehaviour, wants_usage: bool) -> None:
        self._answer, self._odd = answer, odd
        self._wants_usage = wants_usage and odd.usage != "none"

    def __iter__(self) -> Iterator[Chunk]:
        yield self._chunk({"role": "assistant", "content": "", "reasoning_content": None})
        if not self._odd.is_empty:
            for delta in self._deltas():
                for _ in range(self._odd.repeat):
                    yield self._chunk(delta, is_delta=True)
        if self._odd.has_finish:
            finish = self._answer.finish if self._odd.finish is None else self._odd.finish
            yield self._chunk(_content(""), finish=finish)
        if self._wants_usage:
            yield Chunk(self._base() | {"choices": [], "usage": self._answer.usage})

    def _base(self) -> dict[str, Any]:
        return {
            "id": self._answer.id,
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": self._answer.model,
            "system_fingerprint": None,
        }

    def _chunk(self, delta: dict[str, Any], is_delta: bool = False, finish: str | None = None) -> Chunk:
        place = {"index": 0} if self._odd.has_index else {}
        choice = place | {"delta": delta, "logprobs": None, "finish_reason": finish}
        nothing = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
        usage = nothing if self._odd.usage == "zero_first" else None
        return Chunk(self._base() | {"choices": [choice], "usage": usage}, is_delta, finish is not None)

    def _deltas(self) -> Iterator[dict[str, Any]]:
        yield from _reasoning(self._answer)
        if self._odd.big_event_bytes:
            yield _content(filler(self._odd.big_event_bytes))
        yield from _spread(self._text(), _sound(self._answer))
        if self._answer.picture:
            yield from _shown(self._answer.picture, self._odd.image_form or "markdown")
        if self._answer.annotations:
            yield {"annotations": list(self._answer.annotations)}
        for call in tools.deltas(self._answer.calls, self._odd.tool):
            yield {"tool_calls": [call if self._odd.has_index else _without_index(call)]}

    def _text(self) -> list[dict[str, Any]]:
        texts = pieces(self._answer.text)
        if self._answer.speech_form in {"transcript", "openai"}:
            return [{"audio": {"transcript": text}} for text in texts]
        halves = FACE if self._odd.has_lone_surrogate else ()
        return [_content(text) for text in chain(texts[:1], halves, texts[1:])]


def _content(text: str) -> dict[str, Any]:
    return {"content": text, "reasoning_content": None}


def _reasoning(answer: Answer) -> Iterator[dict[str, Any]]:
    texts = pieces(answer.reasoning)
    match answer.think_shape:
        case "reasoning_content" | "signature":
            yield from ({"content": None, "reasoning_content": text} for text in texts)
        case "reasoning":
            yield from ({"content": None, "reasoning": text} for text in texts)
        case "details":
            yield from ({"reasoning_details": [{"type": "reasoning.text", "text": text}]} for text in texts)
        case "tag":
            yield from map(_content, ("<think>", *texts, "</think>", "\n\n"))
    if answer.think_shape == "signature":
        yield {"signature": signing.sign(answer.model, answer.reasoning)}


def _sound(answer: Answer) -> list[dict[str, Any]]:
    name = _audio_id(answer)
    data = (answer.pcm[at : at + AUDIO_BYTES] for at in range(0, len(answer.pcm), AUDIO_BYTES))
    encoded = (base64.b64encode(piece).decode() for piece in data)
    return [{"audio": {"data": text, "expires_at": EXPIRES_AT, "id": name}} for text in encoded]


def _spread(texts: list[dict[str, Any]], sounds: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The sound evenly among the text, as vendors send it."""
    placed: Iterable[tuple[float, int, dict[str, Any]]] = chain(
        ((at / max(len(texts), 1), 0, text) for at, text in enumerate(texts)),
        ((at / max(len(sounds), 1), 1, sound) for at, sound in enumerate(sounds)),
    )
    yield from (delta for _, _, delta in sorted(placed, key=lambda row: row[:2]))


def _shown(picture: str, form: str) -> Iterator[dict[str, Any]]:
    """A picture in a stream: Markdown in one chunk or in several, or beside the content (images.md 9)."""
    if form == "images":
        yield {"content": "", "images": _images(picture)}
        return
    whole = DATA_URL + picture if form == "data" else f"\n\n![image]({DATA_URL}{picture})"
    size = len(whole) // 4 + 1 if form == "pieces" else len(whole)
    yield from (_content(whole[at : at + size]) for at in range(0, len(whole), size))


def _with_picture(answer: Answer, form: str) -> Any:
    """A Gemini channel answers with parts, others with Markdown (images.md 9)."""
    text = {"type": "text", "text": answer.text}
    match form:
        case "list":
            return [text, {"type": "image_url", "image_url": {"url": DATA_URL + answer.picture}}]
        case "bare":
            image = {"url": answer.picture, "mime_type": "image/png"}
            return [text, {"type": "image_url", "image_url": image}]
        case "data":
            return f"{answer.text}\n{DATA_URL}{answer.picture}"
        case _:
            return f"{answer.text}\n\n![image]({DATA_URL}{answer.picture})"


def _images(picture: str) -> list[dict[str, Any]]:
    return [{"type": "image_url", "image_url": {"url": DATA_URL + picture}, "index": 0}]


def _without_index(call: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in call.items() if key != "index"}


def filler(size: int) -> str:
    line = "0123456789 " * 9 + "\n"
    return (line * (size // len(line) + 1))[:size]


def _audio_id(answer: Answer) -> str:
    return "audio_" + answer.id.removeprefix("chatcmpl-")


def completion(answer: Answer, odd: Misbehaviour, audio_format: str) -> dict[str, Any]:
    """The whole answer to a request that does not stream."""
    finish = answer.finish if odd.finish is None else odd.finish
    place = {"index": 0} if odd.has_index else {}
    message = {"role": "assistant", "content": "" if odd.is_empty else _message_content(answer, odd.image_form)}
    message |= {} if odd.is_empty else _message_extras(answer, audio_format)
    if answer.picture and odd.image_form == "images" and not odd.is_empty:
        message["images"] = _images(answer.picture)
    return {
        "id": answer.id,
        "object": "chat.completion",
        "created": CREATED,
        "model": answer.model,
        "system_fingerprint": None,
        "choices": [
            place | {"message": message, "finish_reason": finish if odd.has_finish else None, "logprobs": None}
        ],
        "usage": None if odd.usage == "none" else answer.usage,
    }


def _message_content(answer: Answer, image_form: str) -> Any:
    if answer.speech_form == "openai":
        return None
    if answer.picture and image_form != "images":
        return _with_picture(answer, image_form or "list")
    if answer.think_shape == "tag":
        return f"<think>{answer.reasoning}</think>\n\n{answer.text}"
    return answer.text


def _message_extras(answer: Answer, audio_format: str) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    match answer.think_shape:
        case "reasoning_content" | "signature":  # without a signature (text.md 3.5)
            extras["reasoning_content"] = answer.reasoning
        case "reasoning":
            extras["reasoning"] = answer.reasoning
        case "details":
            extras["reasoning_details"] = [{"type": "reasoning.text", "text": answer.reasoning}]
    if answer.calls:
        extras["tool_calls"] = [call.as_wire() for call in answer.calls]
    if answer.annotations:
        extras["annotations"] = list(answer.annotations)
    if answer.pcm:
        sound = answer.pcm if audio_format == "pcm16" else speech.as_wav(answer.pcm)
        data = base64.b64encode(sound).decode()
        extras["audio"] = {"id": _audio_id(answer), "data": data, "expires_at": EXPIRES_AT, "transcript": answer.text}
    return extras
