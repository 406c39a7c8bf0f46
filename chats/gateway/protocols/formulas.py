"""`/v1/formulas/…/tools` and `…/fibers`: Kimi's system tools, declared and run by the vendor (text.md 7)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from chats.catalog import ModelSpec
from chats.gateway.characters import storable
from chats.gateway.errors import GatewayError
from chats.gateway.protocols import CallProtocol
from chats.gateway.values import FormulaResult, Request

READ_TIMEOUT_S = 120.0


class Protocol(CallProtocol):
    """Asked: `formula`, as "moonshot/web-search:latest"; with `name` and `arguments` (the call's JSON string, as it
    came) the tool is run, without them it is only declared."""

    def request(self, spec: ModelSpec, asked: Mapping[str, Any]) -> Request:
        path = f"/v1/formulas/{quote(asked['formula'], safe='/:')}"
        if "name" not in asked:
            return Request("GET", f"{path}/tools", read_timeout_s=READ_TIMEOUT_S)
        body = {"name": asked["name"], "arguments": asked["arguments"] or "{}"}
        return Request("POST", f"{path}/fibers", json=body, read_timeout_s=READ_TIMEOUT_S)

    def read(self, body: Mapping[str, Any]) -> tuple[dict[str, Any], ...] | FormulaResult:
        if isinstance(body.get("tools"), list):
            return tuple(tool for tool in body["tools"] if isinstance(tool, dict) and "function" in tool)
        if body.get("object") == "fiber" or "context" in body:
            return _result(body)
        raise GatewayError("upstream", 200, "bad_answer", str(body)[:300], is_retryable=True)


def _result(fiber: Mapping[str, Any]) -> FormulaResult:
    """A failed run is a result too: the model is told of it."""
    told = fiber.get("context")
    context: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    failure = fiber.get("error") or context.get("error")
    if failure or fiber.get("status") != "succeeded":
        return FormulaResult(f"Error: {_words(failure) or storable(fiber.get('status')) or 'failed'}", is_error=True)
    if encrypted := context.get("encrypted_output"):
        return FormulaResult(storable(encrypted), is_encrypted=True)
    return FormulaResult(storable(context.get("output")))


def _words(failure: Any) -> str:
    if isinstance(failure, Mapping):
        failure = failure.get("message") or failure.get("code")
    return storable(failure)
