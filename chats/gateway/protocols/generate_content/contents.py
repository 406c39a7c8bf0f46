"""The turns of a prompt as `contents`; camelCase throughout, for only that gets through (text.md 6.1)."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.body import Base64
from chats.gateway.values import Part, Turn

Content = dict[str, Any]
_SIGNATURE = re.compile(r"[\w+/-]+={0,2}")
_TYPES = {"image": "image/png", "video": "video/mp4", "audio": "audio/mp3", "file": "application/pdf"}


def contents(spec: ModelSpec, turns: Sequence[Turn]) -> list[Content]:
    """Neighbours of one role are one content: user and model take turns."""
    names = {part.call_id: part.name for turn in turns for part in turn.parts if part.kind == "tool_call"}
    answered = {part.call_id for turn in turns for part in turn.parts if part.kind == "tool_result"}
    said: list[Content] = []
    for turn in turns:
        role = "model" if turn.role == "assistant" else "user"
        kept = turn.parts if role == "user" else _own(spec, turn, answered)
        parts = [piece for part in kept for piece in _pieces(part, names)]
        if not parts:
            continue
        if said and said[-1]["role"] == role:
            said[-1]["parts"] += parts
        else:
            said.append({"role": role, "parts": parts})
    return said


def _own(spec: ModelSpec, turn: Turn, answered: set[str]) -> Iterable[Part]:
    """What the model said; thoughts only to the model whose signature they bear, calls only with their answers."""
    is_same = turn.model in ("", spec.model)
    for part in turn.parts:
        if part.kind == "reasoning" and not (is_same and _SIGNATURE.fullmatch(part.signature)):
            continue  # also where two signatures were joined with their thoughts: such a one would be refused
        if part.kind == "tool_call" and part.call_id not in answered:
            continue
        yield part if is_same else replace(part, signature="")


def _pieces(part: Part, names: Mapping[str, str]) -> Iterator[Content]:
    if part.kind == "frames":
        for frame in part.frames:
            yield _inline(frame, "image/jpeg")
        return
    piece = _piece(part, names)
    if piece is not None:
        yield piece | ({"thoughtSignature": part.signature} if part.signature else {})


def _piece(part: Part, names: Mapping[str, str]) -> Content | None:
    if part.kind == "text":
        return {"text": part.text} if part.text or part.signature else None
    if part.kind == "reasoning":
        return {"text": part.text, "thought": True}
    if part.kind == "tool_call":
        return {"functionCall": {"id": part.call_id, "name": part.name, "args": _object(part.arguments)}}
    if part.kind == "tool_result":
        name = part.name or names.get(part.call_id, "")
        return {"functionResponse": {"id": part.call_id, "name": name, "response": {"result": part.text}}}
    return _media(part)


def _media(part: Part) -> Content:
    content_type = part.content_type.lower() or _TYPES.get(part.kind, "application/octet-stream")
    if part.url:  # whether it is fetched depends on what is behind the gateway (text.md 6.1)
        return {"fileData": {"mimeType": content_type, "fileUri": part.url}}
    if part.kind == "file" and content_type.startswith("text/"):
        return {"text": f"{part.name or 'file'}:\n\n{(part.data or b'').decode('utf-8', 'replace')}"}
    return _inline(part.data or b"", content_type)


def _inline(data: bytes, content_type: str) -> Content:
    return {"inlineData": {"mimeType": content_type, "data": Base64(data)}}


def _object(arguments: str) -> Any:
    try:
        found = json.loads(arguments or "{}")
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"arguments": arguments}
