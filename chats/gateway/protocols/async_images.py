"""`POST /v1/async/image/generations`: pictures as tasks, one at a time (images.md 8)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from chats.catalog import ModelSpec
from chats.gateway.placing import asked, body_of, place_files
from chats.gateway.protocols import TaskProtocol
from chats.gateway.standing import accepted, standing
from chats.gateway.values import Prompt, Request, TaskState

ROUTE = "/v1/async/image/generations"
SUBMIT_TIMEOUT_S = 120.0


class Protocol(TaskProtocol):
    def submit(self, spec: ModelSpec, prompt: Prompt) -> Request:
        wish = asked(spec, prompt)
        body = body_of(spec, wish)
        place_files(body, wish)
        return Request("POST", ROUTE, json=body, read_timeout_s=SUBMIT_TIMEOUT_S)

    def submitted(self, body: Mapping[str, Any]) -> TaskState:
        return accepted(body)

    def poll(self, spec: ModelSpec, remote_id: str) -> Request:
        return Request("GET", f"{ROUTE}/{quote(remote_id, safe='')}", read_timeout_s=SUBMIT_TIMEOUT_S)

    def read(self, body: Mapping[str, Any]) -> TaskState:
        return standing(body, "image")
