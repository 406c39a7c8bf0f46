"""Calls of ours and their results as parts (text.md 6.1 and 6.3)."""

import re
from typing import Any

from chats.gateway import nesting
from chats.gateway.telling import legible
from chats.gateway.values import Part

from .media import medium

Content = dict[str, Any]

_MADE_UP = re.compile(r"call-\d+(-\d+)?(_\d+)?")  # by our reading, where Google gave no id; "-1" of a later round


def call(part: Part) -> Content:
    return {"functionCall": _named(part) | {"args": _object(part.arguments) or {}}}


def result(part: Part, asked: Part) -> Content:
    """An object as it is, else as one; a screenshot goes beside it."""
    said = _object(part.text) or {"error" if part.is_error else "result": legible(part.text, "google")}
    if "safety_decision" in (_object(asked.arguments) or {}) and not part.is_error:
        said["safety_acknowledgement"] = "true"  # a person looked at the call and answered it (text.md 6.3)
    response: Content = _named(part) | {"response": said}
    if part.data is not None:
        response["parts"] = [medium(part)]
    return {"functionResponse": response}


def _named(part: Part) -> Content:
    return ({} if _MADE_UP.fullmatch(part.call_id) else {"id": part.call_id}) | {"name": part.name}


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = nesting.parsed(text or "{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
