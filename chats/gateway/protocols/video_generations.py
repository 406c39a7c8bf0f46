"""`POST /v1/video/generations`, the gateway's one route for films and worlds of all vendors (video.md 1 and 2)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from chats.catalog import ModelSpec
from chats.catalog.form import form_of
from chats.gateway.placing import asked, body_of, place_files
from chats.gateway.protocols import TaskProtocol
from chats.gateway.standing import accepted, standing
from chats.gateway.values import Prompt, Request, TaskState

ROUTE = "/v1/video/generations"
# The gateway may fetch our pictures and try several channels first (video.md 1.5).
SUBMIT_TIMEOUT_S = 120.0


class Protocol(TaskProtocol):
    def __init__(self) -> None:
        self._makes = "video"

    def submit(self, spec: ModelSpec, prompt: Prompt) -> Request:
        wish = asked(spec, prompt)
        body = body_of(spec, wish)
        place_files(body, wish)
        if len(body.get("images", ())) == 1:
            # Half of the adaptors read `image` alone, the others `images` (video.md 1.4).
            body["image"] = body["images"][0]
        return Request("POST", ROUTE, json=body, read_timeout_s=SUBMIT_TIMEOUT_S)

    def submitted(self, body: Mapping[str, Any]) -> TaskState:
        return accepted(body)

    def poll(self, spec: ModelSpec, remote_id: str) -> Request:
        self._makes = form_of(spec).makes
        return Request("GET", f"{ROUTE}/{quote(remote_id, safe='')}", read_timeout_s=SUBMIT_TIMEOUT_S)

    def read(self, body: Mapping[str, Any]) -> TaskState:
        return standing(body, self._makes)
