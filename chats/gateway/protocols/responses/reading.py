"""The events of a response, or a whole one, as ours; unknown ones are skipped, new ones appear often (text.md 4)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from chats.gateway import errors
from chats.gateway.characters import Characters, storable
from chats.gateway.errors import GatewayError
from chats.gateway.pictures import of_address
from chats.gateway.protocols.chat_completions.usage import usage
from chats.gateway.streamed import Payload, Reading
from chats.gateway.values import (
    Event,
    FinishReason,
    MediaOut,
    Opaque,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolResult,
)

from . import steps
from .input import PROTOCOL

_REASONS: dict[str, FinishReason] = {
    "completed": "stop",
    "max_output_tokens": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
}
_TEXTS = {"output_text": "text", "refusal": "refusal"}  # kinds of a message's content, and where each has its words


@dataclass(slots=True)
class _Item:
    """One item while it grows; `call` is our index of a tool, -1 for none."""

    kind: str = ""
    call: int = -1
    is_named: bool = False
    is_done: bool = False
    has_arguments: bool = False
    arguments: Characters = field(default_factory=Characters)
    spoken: set[tuple[str, int]] = field(default_factory=set)  # the kind and number of parts that came in pieces


class ResponseReading(Reading):
    """What one reply has told so far."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._thought = Characters(), Characters()
        self._said = 0  # characters of the answer's text
        self._place: tuple[Any, Any] | None = None  # the item and part whose text is being said
        self._base = 0  # how much was said before that part
        self._items: dict[Any, _Item] = {}
        self._ids: dict[str, Any] = {}  # where the item of an id stands
        self._calls = 0
        self._has_own = self._is_refused = self._has_thought = False
        self._searches = 0
        self._handlers: dict[str, Callable[[Payload], Iterable[Event]]] = {
            "response.output_item.added": lambda payload: self._begun(_place(payload), payload["item"]),
            "response.output_item.done": lambda payload: self._done(_place(payload), payload["item"]),
            "response.output_text.delta": self._spoken,
            "response.output_text.annotation.added": lambda payload: self._annotated(payload["annotation"]),
            "response.refusal.delta": self._refused,
            "response.reasoning_summary_text.delta": lambda payload: self._thinks("summary", payload),
            "response.reasoning_text.delta": lambda payload: self._thinks("content", payload),
            "response.function_call_arguments.delta": self._asked,
            "response.code_interpreter_call_code.delta": self._coded,
            "response.completed": lambda payload: self._ended(payload["response"]),
            "response.incomplete": lambda payload: self._ended(payload["response"]),
            "response.failed": lambda payload: self._failed(payload["response"]),
            "error": self._broken,
        }

    def told(self, payload: Payload) -> Iterable[Event]:
        kind = payload.get("type")
        if kind == "response.output_text.delta":  # nearly every event
            return self._spoken(payload)
        if handler := self._handlers.get(str(kind)):
            return handler(payload)
        if kind is None and payload.get("object") == "response":
            return self._ended(payload)
        if errors.is_error(payload):
            raise errors.from_payload(payload)
        return ()

    def rest(self) -> Iterator[Event]:
        yield from self._last_words()
        for item in self._items.values():
            if not item.is_done and item.has_arguments:
                yield from (
                    self._ended_code(item)
                    if item.kind == "code_interpreter_call"
                    else self._grown(item, item.arguments.rest())
                )

    def reason(self) -> FinishReason:
        if self._is_refused:
            return "content_filter"
        reason = _REASONS.get(self.finish, "stop")
        return "tool_calls" if reason == "stop" and self._has_own else reason

    # ---- words

    def _spoken(self, payload: Payload) -> Iterable[Event]:
        place = (_place(payload), payload.get("content_index"))
        if place != self._place:
            return self._first_spoken(place, payload["delta"])
        if not (text := self._text.whole(payload["delta"])):
            return ()
        self._said += len(text)
        return (TextDelta(text),)

    def _first_spoken(self, place: tuple[Any, Any], text: str) -> Iterator[Event]:
        """Another message, or part of one, is a paragraph of its own."""
        if self._place and self._said and place[0] != self._place[0]:
            yield from self._say("\n\n")
        self._place, self._base = place, self._said
        self._item(place[0]).spoken.add(("output_text", place[1] or 0))
        yield from self._say(text)

    def _say(self, text: str) -> Iterator[Event]:
        if text := self._text.whole(text):
            self.has_answer = True
            self._said += len(text)
            yield TextDelta(text)

    def _refused(self, payload: Payload) -> Iterator[Event]:
        self._is_refused = True
        self._item(_place(payload)).spoken.add(("refusal", payload.get("content_index") or 0))
        yield from self._say(payload["delta"])

    def _thinks(self, kind: str, payload: Payload) -> Iterator[Event]:
        part = (kind, payload.get("summary_index", payload.get("content_index")) or 0)
        item = self._item(_place(payload))
        if part not in item.spoken:
            item.spoken.add(part)
            yield from self._next_thought()
        if text := self._thought.whole(payload["delta"]):
            yield ReasoningDelta(text)

    def _next_thought(self) -> Iterator[Event]:
        if self._has_thought:
            yield ReasoningDelta("\n\n")
        self._has_thought = True

    def _annotated(self, annotation: Payload) -> Iterable[Event]:
        """Offsets count the part's own text. Files in a container cannot be fetched here (text.md 1.1)."""
        if annotation.get("type", "url_citation") != "url_citation":
            return ()
        ends_at = annotation.get("end_index")
        at = self._base + ends_at if isinstance(ends_at, int) else None
        return self.cited(annotation.get("url"), annotation.get("title"), at)

    def _last_words(self) -> Iterator[Event]:
        if half := self._thought.rest():
            yield ReasoningDelta(half)
        if half := self._text.rest():
            yield from self._say(half)

    # ---- items

    def _item(self, place: Any) -> _Item:
        if place not in self._items:
            self._items[place] = _Item()
        return self._items[place]

    def _place_of(self, number: int, item: Payload) -> Any:
        """Of an item of the whole response: some leave out what their events had, and then its number misleads."""
        item_id, kind = item.get("id"), item.get("type")
        if item_id in self._ids:
            return self._ids[item_id]
        known = self._items.get(number)
        return number if known is None or known.kind in ("", kind) else ("late", number)

    def _begun(self, place: Any, item: Payload) -> Iterator[Event]:
        known = self._item(place)
        known.kind = str(item.get("type"))
        if item.get("id"):
            self._ids[item["id"]] = place
        is_own = known.kind == "function_call"
        if known.call >= 0 or not (is_own or steps.is_step(item)):
            return
        known.call, self._calls = self._calls, self._calls + 1
        self._place, self._has_thought = None, False  # what comes after a call stands apart from what was before
        self.has_answer = True
        self._has_own |= is_own
        name = storable(item.get("name")) if is_own else steps.name_of(item)
        known.is_named = bool(name)
        call_id = storable(item.get("call_id") if is_own else item.get("id"))
        yield ToolCallDelta(known.call, call_id, name, is_vendors=not is_own)

    def _asked(self, payload: Payload) -> Iterator[Event]:
        item = self._item(_place(payload))
        if item.call >= 0:  # else it is told whole when it is done
            yield from self._grown(item, item.arguments.whole(payload["delta"]))

    def _grown(self, item: _Item, arguments: str) -> Iterator[Event]:
        if arguments:
            item.has_arguments = True
            yield ToolCallDelta(item.call, arguments=arguments)

    def _coded(self, payload: Payload) -> Iterator[Event]:
        item = self._item(_place(payload))
        if item.call >= 0:
            yield from self._wrote(item, item.arguments.whole(payload["delta"]))

    def _wrote(self, item: _Item, code: str) -> Iterator[Event]:
        """Code grows as the one argument of a call."""
        opening = "" if item.has_arguments else '{"code": "'
        item.has_arguments = True
        yield ToolCallDelta(item.call, arguments=opening + json.dumps(code, ensure_ascii=False)[1:-1], is_vendors=True)

    def _ended_code(self, item: _Item) -> Iterator[Event]:
        yield from self._wrote(item, item.arguments.rest())
        yield ToolCallDelta(item.call, arguments='"}', is_vendors=True)

    def _done(self, place: Any, item: Payload) -> Iterator[Event]:
        """What is whole, and so tells what its pieces left out."""
        known = self._item(place)
        if known.is_done:
            return
        yield from self._begun(place, item)
        known.is_done = True
        kind = item.get("type")
        if kind == "message":
            yield from self._message(place, known, item)
        elif kind == "reasoning":
            yield from self._thoughts(known, item)
        elif kind == "function_call":
            if not known.has_arguments:
                yield from self._grown(known, storable(item.get("arguments")))
        elif known.call >= 0:
            yield from self._step(known, item)
        if block := steps.block_of(item):
            self._has_thought = False
            yield Opaque(PROTOCOL, block)

    def _message(self, place: Any, known: _Item, item: Payload) -> Iterator[Event]:
        for index, part in enumerate(item.get("content") or ()):
            kind = part.get("type")
            if kind not in _TEXTS:
                continue
            self._is_refused |= kind == "refusal"
            if (kind, index) not in known.spoken and part.get(_TEXTS[kind]):
                yield from self._first_spoken((place, index), part[_TEXTS[kind]])
            if half := self._text.rest():
                yield from self._say(half)
            if (place, index) == self._place:
                for annotation in part.get("annotations") or ():
                    yield from self._annotated(annotation)

    def _thoughts(self, known: _Item, item: Payload) -> Iterator[Event]:
        if half := self._thought.rest():
            yield ReasoningDelta(half)
        for kind in ("summary", "content"):
            for index, part in enumerate(item.get(kind) or ()):
                if (kind, index) not in known.spoken and part.get("text"):
                    yield from self._next_thought()
                    yield ReasoningDelta(storable(part["text"]))

    def _step(self, known: _Item, item: Payload) -> Iterator[Event]:
        if not known.is_named:
            yield ToolCallDelta(known.call, name=steps.name_of(item) or "web_search", is_vendors=True)
        if item["type"] == "code_interpreter_call":
            if not known.has_arguments:
                yield from self._wrote(known, storable(item.get("code")))
            yield from self._ended_code(known)
        else:
            yield ToolCallDelta(known.call, arguments=steps.arguments_of(item), is_vendors=True)
        self._searches += steps.name_of(item) == "web_search"
        error = steps.error_of(item)
        yield ToolResult(known.call, steps.result_of(item) or error, is_error=bool(error))
        for number, address in enumerate(steps.pictures_of(item), start=1):
            if found := of_address(address, "image"):
                key = f"{storable(item.get('id')) or known.call}-{number}"
                yield MediaOut("image", found.data, found.url, found.content_type, key=key)

    # ---- ends

    def _ended(self, response: Payload) -> Iterator[Event]:
        """The whole response once more: what its events did not tell is taken from it."""
        status = response.get("status")
        if response.get("error") or status in ("failed", "cancelled"):
            self._failed(response)
        for number, item in enumerate(response.get("output") or ()):
            yield from self._done(self._place_of(number, item), item)
        yield from self._last_words()
        if isinstance(told := response.get("usage"), Mapping) and (counted := usage(told)):
            self.usage = replace(counted, searches=self._searches or None)
        why = (response.get("incomplete_details") or {}).get("reason")
        self.finish = storable(why) if status == "incomplete" and why else "completed"
        self.is_done = True

    def _failed(self, response: Payload) -> NoReturn:
        error = response.get("error")
        if not error:
            raise GatewayError("upstream", 200, str(response.get("status") or "failed"), is_retryable=True)
        raise errors.from_payload({"error": error})

    def _broken(self, payload: Payload) -> NoReturn:
        """The vendor's own event has its code beside the type, the gateway's an object (errors.md 1)."""
        raise errors.from_payload(payload if payload.get("error") else {"error": dict(payload)})


def _place(payload: Payload) -> Any:
    """Where the item of an event stands; by its id, where nobody counts."""
    if (number := payload.get("output_index")) is not None:
        return number
    return payload.get("item_id") or (payload.get("item") or {}).get("id")
