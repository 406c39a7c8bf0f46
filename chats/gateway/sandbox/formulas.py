"""Kimi's system tools: GET /v1/formulas/moonshot/{name}/tools declares them, POST …/fibers runs one (text.md 7)."""

import hashlib
import json
import re
from typing import Any

from chats.gateway.sandbox import admitting, formula_tools, misbehave, models, sealing
from chats.gateway.sandbox.errors import Fault, Refusal
from chats.gateway.sandbox.formula_tools import Failed, Tool
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.works import key_hash
from chats.gateway.sandbox.workshop import Workshop

PATH = re.compile(r"/v1/formulas/(?P<vendor>[^/]+)/(?P<name>[^/:]+)(?::(?P<version>[^/]+))?/(?P<verb>tools|fibers)")
BILLED_AS = "moonshot-v1-8k"  # the key needs this model (gateway source, middleware/distributor.go)


def is_formula(path: str, method: str) -> bool:
    found = PATH.fullmatch(path)
    return found is not None and method == ("GET" if found["verb"] == "tools" else "POST")


async def serve(call: Call, shop: Workshop) -> None:
    found = PATH.fullmatch(call.exchange.path)
    if found is None:
        raise Refusal(Fault(400, "A", "missing_parameters", "missing formula", "invalid_request_error"))
    call.entry.model = BILLED_AS
    models.check_allowed(BILLED_AS, call.allowed)
    if found["vendor"] != sealing.OWNER:
        told = "This endpoint only supports Moonshot channel"
        raise Refusal(Fault(400, "A", "unsupported_channel", told, "invalid_request_error"))
    tools = formula_tools.FORMULAS.get(found["name"])
    version = found["version"] or "latest"
    if tools is None or version != "latest":
        told = f"formula moonshot/{found['name']}:{version} not found"
        raise Refusal(Fault(404, "A", "resource_not_found_error", told, "resource_not_found_error"))
    if found["verb"] == "tools":
        await _declare(call, tools)
    else:
        await _run(call, shop, f"moonshot/{found['name']}:{version}", tools)


async def _declare(call: Call, tools: tuple[Tool, ...]) -> None:
    """A GET that says its empty body is JSON is refused (text.md 7)."""
    if call.exchange.headers.get("content-type", "").startswith("application/json"):
        raise Refusal(Fault(400, "A", "bad_request_body", "invalid request body: EOF", "invalid_request_error"))
    await admitting.admitted(call)
    await call.exchange.answer_json({"object": "list", "tools": [tool.declared() for tool in tools]})


async def _run(call: Call, shop: Workshop, formula: str, tools: tuple[Tool, ...]) -> None:
    raw = admitting.parsed(call)
    name, arguments = raw.get("name"), raw.get("arguments")
    if not isinstance(name, str) or not isinstance(arguments, str):
        told = "name and arguments (a JSON string) are needed"
        raise Refusal(Fault(400, "A", "invalid_request_error", told, "invalid_request_error"))
    await admitting.admitted(call, arguments)
    tool = next((one for one in tools if one.name == name), None)
    context = await _context(tool, arguments, formula_tools.Setting(shop, key_hash(call.key)))
    succeeded = "error" not in context
    fiber = {
        "id": "fiber-" + hashlib.sha256(f"{call.entry.sha256}{call.entry.attempt}".encode()).hexdigest()[:24],
        "object": "fiber",
        "status": "succeeded" if succeeded else "failed",
        "formula": formula,
        "context": {"input": arguments} | context,
    }
    await call.exchange.answer_json(fiber)


async def _context(tool: Tool | None, arguments: str, setting: formula_tools.Setting) -> dict[str, Any]:
    if tool is None:
        return {"error": "unknown function"}
    try:
        given = json.loads(misbehave.IN_TEXT.sub("", arguments) or "{}")
        missing = [name for name in tool.needed if not isinstance(given, dict) or name not in given]
        if missing:
            return {"error": f"missing argument: {', '.join(missing)}"}
        output = await tool.run(given, setting)
    except (Failed, ValueError, TypeError, KeyError, ArithmeticError, RecursionError) as problem:
        return {"error": f"{type(problem).__name__}: {problem}".removeprefix("Failed: ")}
    return {"encrypted_output": sealing.sealed(output)} if tool.is_protected else {"output": output}
