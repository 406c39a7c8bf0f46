"""`POST /v1/embeddings`: a vector for each text (text.md 10)."""

from array import array
from collections.abc import Mapping
from sys import byteorder
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.errors import GatewayError
from chats.gateway.pictures import decoded
from chats.gateway.protocols import CallProtocol
from chats.gateway.protocols.chat_completions.usage import usage
from chats.gateway.values import Embedded, Request

READ_TIMEOUT_S = 120.0


class Protocol(CallProtocol):
    """Asked: `texts`, and `dimensions` where the model can shorten its vectors."""

    def request(self, spec: ModelSpec, asked: Mapping[str, Any]) -> Request:
        body: dict[str, Any] = {
            "model": spec.wire_model,
            "input": list(asked["texts"]),
            "encoding_format": "float",
        }
        if asked.get("dimensions"):
            body["dimensions"] = asked["dimensions"]
        return Request("POST", "/v1/embeddings", json=body, read_timeout_s=READ_TIMEOUT_S)

    def read(self, body: Mapping[str, Any]) -> Embedded:
        try:
            entries = sorted(body["data"], key=lambda entry: entry.get("index") or 0)
            vectors = tuple(_vector(entry["embedding"]) for entry in entries)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise GatewayError("upstream", 200, "bad_answer", str(body)[:300], is_retryable=True) from error
        told = body.get("usage")
        return Embedded(vectors, usage(told) if isinstance(told, Mapping) else None, str(body.get("model") or ""))


def _vector(told: list[float] | str) -> tuple[float, ...]:
    """Numbers, or little-endian float32 in base64, which some upstreams send whatever was asked for."""
    if isinstance(told, str):
        numbers = array("f", decoded(told))
        if byteorder == "big":
            numbers.byteswap()
        return tuple(numbers)
    return tuple(map(float, told))
