"""`POST /v1/messages`, Anthropic's own form, in which thinking and the vendor's tools survive (text.md 5)."""

from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.streamed import StreamedReply, silence_s
from chats.gateway.values import Prompt, Request

from .caching import mark
from .reading import ClaudeReading
from .settings import set_parameters
from .tools import set_tools
from .turns import conversation, system, thinks_on

VERSION = "2023-06-01"
INTERLEAVED = "interleaved-thinking-2025-05-14"


class Protocol(StreamedReply[ClaudeReading]):
    reads = ClaudeReading

    def request(self, spec: ModelSpec, prompt: Prompt) -> Request:
        body: dict[str, Any] = {"model": spec.wire_model, "stream": True}
        set_parameters(body, spec, prompt.parameters, can_think=thinks_on(spec, prompt.turns))
        set_tools(body, prompt)
        if said := system(prompt):
            body["system"] = said
        body |= conversation(spec, prompt.turns, _is_thinking(body), declared=body.get("tools", ()))
        if prompt.parameters.get("cache"):
            mark(body)
        headers = {"anthropic-version": VERSION}
        if prompt.parameters.get("interleaved") and _is_thinking(body):
            headers["anthropic-beta"] = INTERLEAVED
        return Request("POST", "/v1/messages", json=body, headers=headers, read_timeout_s=silence_s(spec))


def _is_thinking(body: dict[str, Any]) -> bool:
    return body.get("thinking", {}).get("type") in ("enabled", "adaptive")
