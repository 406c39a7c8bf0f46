"""The sandbox over real HTTP: one process for all, and short ways to ask it."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chats.gateway.sandbox import server

ENVIRONMENT = {"SANDBOX_TOKENS_PER_S": "0", "SANDBOX_FETCH_PRIVATE": "1", "SANDBOX_TASK_SCALE": "0"}
HEADERS = {"Authorization": "Bearer sandbox"}


@pytest.fixture(scope="session")
def sandbox() -> Iterator[server.Handle]:
    """Without a pace, generations done at once, allowed to fetch from 127.0.0.1."""
    with server.start(env=ENVIRONMENT) as handle:
        yield handle


@pytest.fixture(scope="session")  # making a client costs 30 ms
def http(sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url, headers=HEADERS, trust_env=False, timeout=30) as client:
        yield client


class Asked:
    """Asks one question and keeps what came back."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def post(self, content: Any, directives: str = "", model: str = "qwen3-max-preview", **fields) -> httpx.Response:
        body = {"model": model, "messages": [{"role": "user", "content": content}]} | fields
        return self._http.post("/v1/chat/completions", json=body, headers={"X-Sandbox": directives})

    def text(self, content: Any, **fields) -> str:
        return self.message(content, **fields)["content"]

    def message(self, content: Any, **fields) -> dict[str, Any]:
        return self.whole(content, **fields)["choices"][0]["message"]

    def whole(self, content: Any, **fields) -> dict[str, Any]:
        response = self.post(content, **fields)
        assert response.status_code == 200, response.text
        return response.json()

    def usage(self, content: Any, **fields) -> dict[str, Any]:
        return self.whole(content, **fields)["usage"]

    def stream(self, content: Any, directives: str = "", **fields) -> bytes:
        response = self.post(content, directives, stream=True, **fields)
        assert response.status_code == 200, response.text
        return response.content

    def chunks(self, content: Any, directives: str = "", **fields) -> list[dict[str, Any]]:
        return events(self.stream(content, directives, **fields))

    def deltas(self, content: Any, directives: str = "", **fields) -> list[dict[str, Any]]:
        chunks = self.chunks(content, directives, **fields)
        return [choice["delta"] for chunk in chunks for choice in chunk.get("choices", [])]


@pytest.fixture
def ask(http) -> Asked:
    return Asked(http)


def events(body: bytes) -> list[dict[str, Any]]:
    """The JSON of every `data:` line but [DONE]."""
    lines = [line.removesuffix(b"\r") for line in body.split(b"\n")]
    payloads = [line.removeprefix(b"data: ") for line in lines if line.startswith(b"data: ")]
    return [json.loads(payload) for payload in payloads if payload != b"[DONE]"]


def said(deltas: list[dict[str, Any]], key: str = "content") -> str:
    return "".join(delta.get(key) or "" for delta in deltas)
