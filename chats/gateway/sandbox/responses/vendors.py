"""What OpenAI's own tools leave in a response: searches, opened pages, code with its output, pictures (text.md 4.3)."""

from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox.pieces import pieces
from chats.gateway.sandbox.responses.item import Happening, Item
from chats.gateway.sandbox.steps import Computed, Painted, Searched

SEARCH_S, RESEARCH_S, RUN_S, PAINT_S = 0.8, 2.0, 0.5, 1.5
SOURCES = "web_search_call.action.sources"
OUTPUTS = "code_interpreter_call.outputs"


def searched(step: Searched, name: str, include: frozenset[str]) -> Item:
    item = {"id": name, "type": "web_search_call"}
    wait_s = SEARCH_S if step.action == "search" else RESEARCH_S
    happenings = _phases("web_search_call", ("in_progress", "searching", "completed"), wait_s, step.failure)
    done = item | {"status": _status(step.failure), "action": _action(step, SOURCES in include)}
    return Item(item | {"status": "in_progress"}, tuple(happenings), done)


def _action(step: Searched, has_sources: bool) -> dict[str, Any]:
    address = step.pages[0].link if step.pages else ""
    match step.action:
        case "open_page":
            return {"type": "open_page", "url": address}
        case "find_in_page":
            return {"type": "find_in_page", "url": address, "pattern": step.query}
        case _:
            sources = {"sources": [{"type": "url", "url": page.link} for page in step.pages]} if has_sources else {}
            return {"type": "search", "query": step.query} | sources


def computed(step: Computed, name: str, include: frozenset[str], container: str) -> Item:
    item = {"id": name, "type": "code_interpreter_call", "container_id": container}
    begin, *rest = _phases("code_interpreter_call", ("in_progress", "interpreting", "completed"), RUN_S, step.failure)
    grown = "response.code_interpreter_call_code"
    deltas = [Happening(f"{grown}.delta", {"delta": piece}, is_delta=True) for piece in pieces(step.code)]
    happenings = (begin, *deltas, Happening(f"{grown}.done", {"code": step.code}), *rest)
    outputs = _outputs(step) if OUTPUTS in include and not step.failure else None
    done = item | {"code": step.code, "outputs": outputs, "status": _status(step.failure)}
    return Item(item | {"code": "", "outputs": None, "status": "in_progress"}, happenings, done)


def _outputs(step: Computed) -> list[dict[str, Any]]:
    logs = "\n".join(text for text in (step.output.rstrip("\n"), step.error) if text)
    outputs = [{"type": "logs", "logs": logs}] if logs else []
    return outputs + ([{"type": "image", "url": step.picture_url}] if step.picture else [])


def painted(step: Painted, name: str) -> Item:
    item = {"id": name, "type": "image_generation_call"}
    begin, generating, end = _phases("image_generation_call", ("in_progress", "generating", "completed"), PAINT_S)
    partials = [
        Happening(
            "response.image_generation_call.partial_image",
            {"partial_image_index": index, "partial_image_b64": partial, "output_format": "png"},
            is_delta=True,
        )
        for index, partial in enumerate(step.partials)
    ]
    done = item | {"status": "completed", "result": step.picture, "revised_prompt": step.prompt, "output_format": "png"}
    return Item(item | {"status": "in_progress", "result": None}, (begin, generating, *partials, end), done)


def _status(failure: str) -> str:
    return "failed" if failure else "completed"


def _phases(kind: str, names: tuple[str, ...], wait_s: float, failure: str = "") -> Iterator[Happening]:
    """The last one comes when the work is done, and never when it failed."""
    for name in names[:-1] if failure else names:
        yield Happening(f"response.{kind}.{name}", wait_s=wait_s if name == names[-1] else 0)
