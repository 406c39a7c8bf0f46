"""`POST /v1beta/models/{model}:streamGenerateContent`, Google's own form, passed through byte for byte (text.md 6)."""

from typing import Any
from urllib.parse import quote

from chats.catalog import ModelSpec
from chats.gateway.films import watched
from chats.gateway.streamed import StreamedReply, silence_s
from chats.gateway.values import Prompt, Request

from .config import generation_config
from .contents import contents, system
from .reading import GoogleReading
from .tools import tools


class Protocol(StreamedReply[GoogleReading]):
    reads = GoogleReading

    def request(self, spec: ModelSpec, prompt: Prompt) -> Request:
        body: dict[str, Any] = {"contents": contents(spec, watched(prompt))}
        if said := system(prompt.turns, prompt.parameters.get("system_prompt") or ""):
            body["systemInstruction"] = {"parts": said}
        if config := generation_config(spec, prompt.parameters):
            body["generationConfig"] = config
        body |= tools(spec, prompt)
        path = f"/v1beta/models/{quote(spec.wire_model, safe='')}:streamGenerateContent?alt=sse"
        return Request("POST", path, json=body, read_timeout_s=silence_s(spec))
