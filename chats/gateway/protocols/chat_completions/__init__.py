"""`POST /v1/chat/completions`, the gateway's main route for all vendors (text.md 3); always streamed."""

from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.streamed import StreamedReply, silence_s
from chats.gateway.values import Prompt, Request

from .messages import messages
from .reading import ChatReading
from .switches import set_parameters


class Protocol(StreamedReply[ChatReading]):
    """Some channels ignore `stream` and answer in one piece (text.md 2.1)."""

    reads = ChatReading

    def request(self, spec: ModelSpec, prompt: Prompt) -> Request:
        self.reading.media.takes_urls = "image" in spec.outputs
        body: dict[str, Any] = {
            "model": spec.wire_model,
            "messages": messages(spec, prompt),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if prompt.tools:
            body["tools"] = list(prompt.tools)
        set_parameters(body, spec, prompt.parameters)
        return Request("POST", "/v1/chat/completions", json=body, read_timeout_s=silence_s(spec))
