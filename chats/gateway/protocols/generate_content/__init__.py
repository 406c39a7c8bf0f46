"""`POST /v1beta/models/{model}:streamGenerateContent`, Google's own form, passed through byte for byte (text.md 6)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from chats.catalog import ModelSpec
from chats.gateway.errors import GatewayError
from chats.gateway.protocols import ReplyProtocol
from chats.gateway.sse import EventReader
from chats.gateway.values import Event, Prompt, Request

from .config import generation_config, tools
from .contents import contents
from .reading import UNREADABLE, Reading

READ_TIMEOUT_S = 310.0


class Protocol(ReplyProtocol):
    """A whole JSON answer is read as well."""

    def __init__(self) -> None:
        self._events = EventReader()
        self._reading = Reading()

    def request(self, spec: ModelSpec, prompt: Prompt) -> Request:
        body: dict[str, Any] = {"contents": contents(spec, prompt.turns)}
        if system := prompt.parameters.get("system_prompt"):
            body["systemInstruction"] = {"parts": [{"text": system}]}
        if config := generation_config(spec, prompt.parameters):
            body["generationConfig"] = config
        if declared := tools(prompt):
            body["tools"] = declared
        path = f"/v1beta/models/{quote(spec.wire_model, safe='')}:streamGenerateContent?alt=sse"
        return Request("POST", path, json=body, read_timeout_s=spec.options.get("read_timeout_s", READ_TIMEOUT_S))

    def read(self, chunk: bytes) -> Iterator[Event]:
        for _name, data in self._events.feed(chunk):
            if data[:6] == b"[DONE]":  # none of Google's, but a proxy may add it
                self.is_done = True
            else:
                yield from self._reading.events(data)

    def close(self) -> Iterator[Event]:
        for _name, data in self._events.close():
            if data[:6] != b"[DONE]":
                yield from self._last(data)
        yield from self._reading.close()

    def _last(self, data: bytes) -> Iterator[Event]:
        """An event that the end cut in two tells no more than the missing finish reason."""
        try:
            yield from self._reading.events(data)
        except GatewayError as error:
            if error.code != UNREADABLE:
                raise
