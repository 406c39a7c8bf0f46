"""One chat/completions body, checked as the gateway checks it and taken apart into what the answer needs."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from chats.gateway.sandbox import content, misbehave
from chats.gateway.sandbox.content import Medium
from chats.gateway.sandbox.errors import refused

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
GO_ON = re.compile(r"\s*(?:please )?(?:continue|go on)\b|\s*(?:请)?(?:继续|接着)", re.IGNORECASE)
EFFORTS = frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"})
ABSURD_TOKENS = 2**30
LARGE_BODY_BYTES = 256 * 1024  # from here on parsing is left to a thread


@dataclass(frozen=True, slots=True)
class Question:
    """`text` is the last user message without its directives; `asked` holds every user text, oldest first."""

    model: str
    raw: dict[str, Any]
    text: str
    directives: str
    asked: tuple[str, ...]
    media: tuple[Medium, ...]
    messages: int
    characters: int
    system_characters: int
    last_role: str
    tool_result: str = ""
    texts: tuple[str, ...] = field(default=(), repr=False)
    prefix: str = ""  # what an answer that is to be continued said already

    @property
    def streams(self) -> bool:
        return bool(self.raw.get("stream"))

    @property
    def turn(self) -> int:
        return len(self.asked)

    @property
    def is_chinese(self) -> bool:
        worded = self.text or next((text for text in reversed(self.asked) if text), "")
        return bool(HAN.search(worded))

    @property
    def wants_audio(self) -> bool:
        return "audio" in (self.raw.get("modalities") or [])

    @property
    def audio(self) -> dict[str, Any]:
        return self.raw.get("audio") or {}

    @property
    def audio_format(self) -> str:
        return str(self.audio.get("format") or "wav")

    @property
    def max_tokens(self) -> int | None:
        return self.raw.get("max_completion_tokens") or self.raw.get("max_tokens")

    @property
    def stops(self) -> tuple[str, ...]:
        stop = self.raw.get("stop") or ()
        return tuple(word for word in ([stop] if isinstance(stop, str) else stop) if isinstance(word, str))

    @property
    def wants_usage(self) -> bool:
        return bool((self.raw.get("stream_options") or {}).get("include_usage"))


def read(body: bytes) -> Question:
    """Raises Refusal with the gateway's own 400s (errors.md 3)."""
    return of_raw(parsed(body))


def of_raw(raw: dict[str, Any]) -> Question:
    """Of a body that was read already, or put into this form by another route."""
    _check(raw)
    messages = raw["messages"]
    roles = [message.get("role") for message in messages]
    if roles[-3:] == ["user", "assistant", "user"] and GO_ON.match(content.text(messages[-1].get("content"))):
        directives = misbehave.split_text(content.text(messages[-1].get("content")))[1]
        return replace(_continued(raw, messages[:-2], messages[-2]), directives=directives)
    if roles[-2:] == ["user", "assistant"]:
        return _continued(raw, messages[:-1], messages[-1])
    return _taken_apart(raw, messages)


def _continued(raw: dict[str, Any], before: list[dict[str, Any]], partial: dict[str, Any]) -> Question:
    """The earlier question again, of whose answer only the rest is wanted."""
    texts = tuple(content.text(message.get("content")) for message in raw["messages"])
    return replace(_taken_apart(raw, before), prefix=content.text(partial.get("content")), texts=texts)


def _taken_apart(raw: dict[str, Any], messages: list[dict[str, Any]]) -> Question:
    users = [message for message in messages if message.get("role") == "user"]
    asked = tuple(misbehave.split_text(content.text(message.get("content"))) for message in users)
    last = messages[-1]
    texts = tuple(content.text(message.get("content")) for message in messages)
    return Question(
        model=raw["model"],
        raw=raw,
        text=asked[-1][0] if asked else "",
        directives=asked[-1][1] if asked else "",
        asked=tuple(text for text, _ in asked),
        media=tuple(m for turn, message in enumerate(users, 1) for m in content.media(message.get("content"), turn)),
        messages=len(messages),
        characters=sum(map(len, texts)),
        system_characters=sum(
            len(content.text(m.get("content"))) for m in messages if m.get("role") in {"system", "developer"}
        ),
        last_role=str(last.get("role")),
        tool_result=content.text(last.get("content")) if last.get("role") == "tool" else "",
        texts=texts,
    )


def parsed(body: bytes) -> dict[str, Any]:
    """The object in a body; raises Refusal where there is none."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise refused(f"invalid request body: {error}", code="bad_request_body") from error
    if not isinstance(raw, dict):
        raise refused("invalid request body: an object is needed", code="bad_request_body")
    return raw


def _check(raw: dict[str, Any]) -> None:
    if not raw.get("model") or not isinstance(raw["model"], str):
        raise refused("model is required", param="model")
    if not content.is_list_of_objects(raw.get("messages")) or not raw["messages"]:
        raise refused("field messages is required", param="messages")
    for message in raw["messages"]:
        if not isinstance(message.get("role") or "", str) or not isinstance(message.get("tool_calls") or [], list):
            raise refused("messages has a role or tool_calls of the wrong type", param="messages")
    for name in NUMBERS:
        if not isinstance(raw.get(name) or 0, int) or not 0 <= (raw.get(name) or 0) < ABSURD_TOKENS:
            raise refused(f"{name} is invalid", param=name)
    _check_choices(raw)


OBJECTS = (
    "stream_options",
    "audio",
    "thinking",
    "reasoning",
    "extra_body",
    "chat_template_kwargs",
    "web_search_options",
)
LISTS = ("tools", "modalities")
NUMBERS = ("max_tokens", "max_completion_tokens", "thinking_budget")


def _check_choices(raw: dict[str, Any]) -> None:
    wrong = [name for name in OBJECTS if not isinstance(raw.get(name) or {}, dict)]
    wrong += [name for name in LISTS if not isinstance(raw.get(name) or [], list)]
    wrong += [name for name in ("stop",) if not isinstance(raw.get(name) or [], str | list)]
    wrong += [name for name in ("reasoning_effort",) if not isinstance(raw.get(name) or "", str)]
    if wrong:
        raise refused(f"{wrong[0]} has the wrong type", param=wrong[0])
    if (raw.get("reasoning_effort") or "none") not in EFFORTS:
        raise refused("reasoning_effort is invalid", param="reasoning_effort")
    size = (raw.get("web_search_options") or {}).get("search_context_size") or "low"
    if size not in {"low", "medium", "high"}:
        raise refused("invalid search_context_size, must be one of: high, medium, low")


def parts_of(read: Question) -> list[dict[str, object]]:
    """For the record: what came in, without its contents."""
    texts: list[dict[str, object]] = [{"type": "text", "characters": len(text)} for text in read.texts if text]
    media: list[dict[str, object]] = [
        {
            "type": medium.wire_type,
            "kind": medium.kind,
            "turn": medium.turn,
            "is_link": medium.source.startswith(("http://", "https://")),
            "characters": len(medium.source) + sum(map(len, medium.frames)),
            "frames": len(medium.frames),
            "name": medium.name,
            "format": medium.format,
            "fps": medium.fps,
        }
        for medium in read.media
    ]
    return texts + media
