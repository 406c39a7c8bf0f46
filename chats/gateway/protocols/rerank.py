"""`POST /v1/rerank`: documents by how well they answer a question (text.md 10)."""

from collections.abc import Mapping
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.errors import GatewayError
from chats.gateway.protocols import CallProtocol
from chats.gateway.protocols.chat_completions.usage import usage
from chats.gateway.values import Ranked, Request

READ_TIMEOUT_S = 120.0


class Protocol(CallProtocol):
    """Asked: `query`, `documents`, and `top_n` where not all are wanted back. No model is listed: any may be named."""

    def request(self, spec: ModelSpec, asked: Mapping[str, Any]) -> Request:
        body: dict[str, Any] = {
            "model": spec.wire_model,
            "query": asked["query"],
            "documents": list(asked["documents"]),
            "return_documents": False,  # we have them
        }
        if asked.get("top_n"):
            body["top_n"] = asked["top_n"]
        return Request("POST", "/v1/rerank", json=body, read_timeout_s=READ_TIMEOUT_S)

    def read(self, body: Mapping[str, Any]) -> Ranked:
        try:
            scores = [(int(entry["index"]), float(entry["relevance_score"])) for entry in body["results"]]
        except (KeyError, TypeError, ValueError) as error:
            raise GatewayError("upstream", 200, "bad_answer", str(body)[:300], is_retryable=True) from error
        told = body.get("usage")
        ranked = tuple(sorted(scores, key=lambda score: -score[1]))
        return Ranked(ranked, usage(told) if isinstance(told, Mapping) else None)
