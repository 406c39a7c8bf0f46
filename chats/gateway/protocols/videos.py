"""`POST /v1/videos`, OpenAI's form: bodies are forwarded as they are, pictures go as files (video.md 1.6, 4.6)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from chats.catalog import ModelSpec
from chats.gateway.cropping import cropped
from chats.gateway.placing import asked, body_of, file_part, form_text
from chats.gateway.protocols import TaskProtocol
from chats.gateway.standing import accepted, standing
from chats.gateway.values import FilePart, Part, Prompt, Request, TaskState

SUBMIT_TIMEOUT_S = 120.0


class Protocol(TaskProtocol):
    def submit(self, spec: ModelSpec, prompt: Prompt) -> Request:
        wish = asked(spec, prompt)
        body = body_of(spec, wish)
        files = [_file(slot.to[0], part, wish.settings["size"]) for slot, part in wish.placed()]
        if not files:
            return Request("POST", "/v1/videos", json=body, read_timeout_s=SUBMIT_TIMEOUT_S)
        form = {name: form_text(value) for name, value in body.items()}
        return Request("POST", "/v1/videos", form=form, files=tuple(files), read_timeout_s=SUBMIT_TIMEOUT_S)

    def submitted(self, body: Mapping[str, Any]) -> TaskState:
        return accepted(body)

    def poll(self, spec: ModelSpec, remote_id: str) -> Request:
        # Not /v1/videos/{id}: that one is stale, or not implemented, for several vendors (video.md 2.4).
        path = f"/v1/video/generations/{quote(remote_id, safe='')}"
        return Request("GET", path, read_timeout_s=SUBMIT_TIMEOUT_S)

    def read(self, body: Mapping[str, Any]) -> TaskState:
        return standing(body, "video")


def _file(name: str, part: Part, size: str) -> FilePart:
    """With exactly the pixels of the film (video.md 1.4)."""
    width, height = map(int, size.split("x"))
    if part.data:
        data, content_type = cropped(part.data, part.content_type, width, height)
        part = replace(part, data=data, content_type=content_type)
    return file_part(name, part)
