"""The vendor's own tools in an answer: what was asked of them and what came of it, in our words (text.md 5.4)."""

import json
from collections.abc import Mapping
from typing import Any

from chats.gateway import nesting
from chats.gateway.characters import storable

Block = Mapping[str, Any]

_NAMES = {
    "code_execution": "code_interpreter",
    "bash_code_execution": "code_interpreter",
    "text_editor_code_execution": "text_editor",
    "web_fetch": "open_page",
}


def name_of(block: Block) -> str:
    name = storable(block.get("name"))
    return _NAMES.get(name, name)


def is_shell(block: Block) -> bool:
    return block.get("name") == "bash_code_execution"


def shell_arguments(arguments: str) -> str:
    """A command is code like any other; as it came where it is no object."""
    try:
        command = nesting.parsed(arguments)["command"]
    except (ValueError, LookupError, TypeError):
        return arguments
    return json.dumps({"language": "bash", "code": command}, ensure_ascii=False)


def outcome(block: Block) -> tuple[str, bool]:
    """(what the result block says, whether it failed)."""
    content = block.get("content")
    if isinstance(content, list):
        return "\n".join(filter(None, map(_listed, content))), bool(block.get("is_error"))
    if isinstance(content, Mapping):
        return _single(content)
    return storable(content), bool(block.get("is_error"))


def _listed(entry: Any) -> str:
    """A page that was found, else a text."""
    if not isinstance(entry, Mapping):
        return storable(entry)
    if entry.get("url"):
        return f"{storable(entry.get('title') or entry['url'])} <{storable(entry['url'])}>"
    return storable(entry.get("text"))


def _single(content: Block) -> tuple[str, bool]:
    if content.get("error_code"):
        return storable(content["error_code"]), True
    if "return_code" in content or "stdout" in content:
        return _run(content)
    if isinstance(said := content.get("content"), str):
        return storable(said), False
    if isinstance(lines := content.get("lines"), list):
        return "\n".join(map(storable, lines)), False
    if "is_file_update" in content:
        return "updated" if content["is_file_update"] else "created", False
    if content.get("url"):
        return _listed(content), False
    return json.dumps({name: value for name, value in content.items() if name != "type"}, ensure_ascii=False), False


def _run(content: Block) -> tuple[str, bool]:
    """Files are only ids: the vendor's download is not routed (text.md 5.4)."""
    code = content.get("return_code") or 0
    said = [storable(content.get(name)).rstrip("\n") for name in ("stdout", "stderr")]
    said += [f"file {storable(file.get('file_id'))}" for file in content.get("content") or ()]
    if code:
        said.append(f"exit code {code}")
    return "\n".join(filter(None, said)), bool(code)
