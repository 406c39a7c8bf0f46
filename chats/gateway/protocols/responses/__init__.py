"""`POST /v1/responses`, OpenAI's newer form, with visible reasoning and built-in tools (text.md 4); always streamed."""

from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.streamed import StreamedReply, silence_s
from chats.gateway.values import Prompt, Request

from .input import instructions, items
from .reading import ResponseReading
from .settings import set_parameters
from .tools import set_tools


class Protocol(StreamedReply[ResponseReading]):
    """Nothing is kept at the vendor, for a response cannot be fetched by its id: each call says all (text.md 4.4)."""

    reads = ResponseReading

    def request(self, spec: ModelSpec, prompt: Prompt) -> Request:
        body: dict[str, Any] = {"model": spec.wire_model, "stream": True, "store": False}
        if said := instructions(prompt):
            body["instructions"] = said
        set_tools(body, spec, prompt)
        set_parameters(body, spec, prompt.parameters)
        declared = {tool["type"] for tool in body.get("tools", ())}
        body["input"] = items(spec, prompt.turns, declared)
        return Request("POST", "/v1/responses", json=body, read_timeout_s=silence_s(spec))
