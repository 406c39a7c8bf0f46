"""`POST /v1beta/models/{model}:streamGenerateContent`, Google's own form, passed through byte for byte (text.md 6)."""

from typing import Any
from urllib.parse import quote

from chats.catalog import ModelSpec
from chats.gateway.streamed import StreamedReply, silence_s
from chats.gateway.values import Prompt, Request

from .config import generation_config, tools
from .contents import contents
from .reading import GoogleReading


class Protocol(StreamedReply[GoogleReading]):
    reads = GoogleReading

    def request(self, spec: ModelSpec, prompt: Prompt) -> Request:
        body: dict[str, Any] = {"contents": contents(spec, prompt.turns)}
        if system := prompt.parameters.get("system_prompt"):
            body["systemInstruction"] = {"parts": [{"text": system}]}
        if config := generation_config(spec, prompt.parameters):
            body["generationConfig"] = config
        if declared := tools(prompt):
            body["tools"] = declared
        path = f"/v1beta/models/{quote(spec.wire_model, safe='')}:streamGenerateContent?alt=sse"
        return Request("POST", path, json=body, read_timeout_s=silence_s(spec))
