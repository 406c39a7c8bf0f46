"""What Claude's own tools leave in an answer: searches with their pages, code with its output (text.md 5.4)."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox import signing
from chats.gateway.sandbox.corpus import Page
from chats.gateway.sandbox.messages.block import Block, text, use
from chats.gateway.sandbox.steps import Computed, Searched

OWNER = "web_search"  # whose sealed contents any model may open
SEARCH_S, RUN_S = 0.8, 0.5
LONG_CODE = 4  # lines, from which on it is written to a file first
FILE = "program.py"
CITED = 150


def searched(step: Searched) -> Iterator[Block]:
    name = _name(step.query)
    yield use("server_tool_use", name, "web_search", json.dumps({"query": step.query}, ensure_ascii=False))
    found: Any = [
        {
            "type": "web_search_result",
            "url": page.link,
            "title": page.title,
            "page_age": page.date or None,
            "encrypted_content": signing.seal(OWNER, page.text),
        }
        for page in step.pages
    ]
    found = _error("web_search", step.failure) if step.failure else found
    yield _whole({"type": "web_search_tool_result", "tool_use_id": name, "content": found}, SEARCH_S)


def cited(said: str, page: Page) -> Block:
    """Text that a page supports; the citation comes before the words."""
    plain = text(said)
    citation = {
        "type": "web_search_result_location",
        "url": page.link,
        "title": page.title,
        "cited_text": said[:CITED],
        "encrypted_index": signing.seal(OWNER, page.link),
    }
    deltas = ({"type": "citations_delta", "citation": citation}, *plain.deltas)
    return Block(plain.start | {"citations": []}, deltas, plain.whole | {"citations": [citation]})


def computed(step: Computed, is_old: bool) -> Iterator[Block]:
    """By the shell, as the tool of today does; the older one took Python as it is."""
    if is_old:
        yield from _run(step, "code_execution", {"code": step.code})
    elif len(step.code.splitlines()) < LONG_CODE:
        yield from _run(step, "bash_code_execution", {"command": f"python3 <<'EOF'\n{step.code}\nEOF"})
    else:
        yield from _kept(step)
        yield from _run(step, "bash_code_execution", {"command": f"python3 {FILE}"})


def _kept(step: Computed) -> Iterator[Block]:
    tool, name = "text_editor_code_execution", _name("file " + step.code)
    given = {"command": "create", "path": FILE, "file_text": step.code}
    yield use("server_tool_use", name, tool, json.dumps(given, ensure_ascii=False))
    content = {"type": f"{tool}_create_result", "is_file_update": False}
    yield _whole({"type": f"{tool}_tool_result", "tool_use_id": name, "content": content})


def _run(step: Computed, tool: str, given: dict[str, Any]) -> Iterator[Block]:
    """Files are named only: nobody can fetch them through the gateway."""
    name = _name(tool + step.code)
    yield use("server_tool_use", name, tool, json.dumps(given, ensure_ascii=False))
    files = [{"type": f"{tool}_output", "file_id": f"file_{_digest(step.code)}"}] if step.picture else []
    result = {"stdout": step.output, "stderr": step.error, "return_code": int(bool(step.error)), "content": files}
    content = _error(tool, step.failure) if step.failure else {"type": f"{tool}_result"} | result
    yield _whole({"type": f"{tool}_tool_result", "tool_use_id": name, "content": content}, RUN_S)


def _error(tool: str, code: str) -> dict[str, Any]:
    return {"type": f"{tool}_tool_result_error", "error_code": code}


def _whole(block: dict[str, Any], wait_s: float = 0) -> Block:
    return Block(block, (), block, wait_s)


def _name(seed: str) -> str:
    return f"srvtoolu_{_digest(seed)}"


def _digest(seed: str) -> str:
    return hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:24]
