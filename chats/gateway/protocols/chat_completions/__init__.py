"""`POST /v1/chat/completions`, the gateway's main route for all vendors (text.md 3); always streamed."""

from collections.abc import Iterator
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.errors import GatewayError
from chats.gateway.protocols import ReplyProtocol
from chats.gateway.sse import EventReader
from chats.gateway.values import Event, Prompt, Request

from .messages import messages
from .reading import UNREADABLE, Reading
from .switches import set_parameters

READ_TIMEOUT_S = 310.0  # the gateway itself gives up after 300 s of silence (text.md 2.1)


class Protocol(ReplyProtocol):
    """A whole JSON answer is read as well: some channels ignore `stream` (text.md 2.1)."""

    def __init__(self) -> None:
        self._events = EventReader()
        self._reading = Reading()

    def request(self, spec: ModelSpec, prompt: Prompt) -> Request:
        self._reading.media.takes_urls = "image" in spec.outputs
        body: dict[str, Any] = {
            "model": spec.wire_model,
            "messages": messages(spec, prompt),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if prompt.tools:
            body["tools"] = list(prompt.tools)
        set_parameters(body, spec, prompt.parameters)
        silence_s = spec.options.get("read_timeout_s", READ_TIMEOUT_S)
        return Request("POST", "/v1/chat/completions", json=body, read_timeout_s=silence_s)

    def read(self, chunk: bytes) -> Iterator[Event]:
        for _name, data in self._events.feed(chunk):
            if data[:6] == b"[DONE]":
                self.is_done = True
            else:
                yield from self._reading.events(data)

    def close(self) -> Iterator[Event]:
        for _name, data in self._events.close():
            if data[:6] != b"[DONE]":
                yield from self._last(data)
        yield from self._reading.close()

    def _last(self, data: bytes) -> Iterator[Event]:
        """An event that the end cut in two is no more than what the missing finish reason tells as well."""
        try:
            yield from self._reading.events(data)
        except GatewayError as error:
            if error.code != UNREADABLE:
                raise
