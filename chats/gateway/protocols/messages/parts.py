"""The content blocks of a user turn (text.md 5.1)."""

from collections.abc import Iterator
from typing import Any

from chats.gateway.body import Base64
from chats.gateway.telling import legible
from chats.gateway.values import Part

Block = dict[str, Any]

_TYPES = {"image": "image/jpeg", "file": "application/pdf"}


def blocks(part: Part) -> Iterator[Block]:
    """Claude refuses a text of nothing but white space."""
    if part.kind == "text":
        if part.text.strip():
            yield text(part.text)
    elif part.kind == "frames":
        for frame in part.frames:
            yield _medium("image", _source(frame, "image/jpeg"))
    elif part.kind == "image":
        yield _medium("image", _source_of(part))
    elif part.kind == "file":
        yield _file(part)
    elif part.kind in ("video", "audio"):
        yield text(f"[{part.name or part.kind} ({part.kind}) is not part of this call: the model takes none]")


def text(said: str) -> Block:
    return {"type": "text", "text": said}


def result(part: Part) -> Block:
    """A picture stands beside the text, an empty text is none."""
    content: str | list[Block] = legible(part.text, "anthropic")
    if part.data is not None or part.url:
        content = [text(part.text)] if part.text.strip() else []
        content.append(_medium("image", _source_of(part)))
    block: Block = {"type": "tool_result", "tool_use_id": part.call_id, "content": content}
    return block | {"is_error": True} if part.is_error else block


def _file(part: Part) -> Block:
    if part.data is not None and part.content_type.startswith("text/"):
        return text(f"{part.name or 'file'}:\n\n{part.data.decode('utf-8', 'replace')}")
    return _medium("document", _source_of(part))


def _medium(kind: str, source: Block) -> Block:
    return {"type": kind, "source": source}


def _source_of(part: Part) -> Block:
    if part.url:
        return {"type": "url", "url": part.url}
    return _source(part.data or b"", part.content_type or _TYPES.get(part.kind, "image/png"))


def _source(data: bytes, content_type: str) -> Block:
    return {"type": "base64", "media_type": content_type, "data": Base64(data)}
