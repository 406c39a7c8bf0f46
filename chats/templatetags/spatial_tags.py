"""Places that a model named in a picture, drawn over it: points and boxes of a reply, actions on a screenshot."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import template

from chats.models import Attachment, Message

register = template.Library()

FENCED = re.compile(r"```(?:json)?\s*\n(.*?)(?:```|\Z)", re.S)
HINT = re.compile(r'"(?:point|box_2d)"')
MOST_MARKS = 200
SCALE = 1000  # of both sides; y comes first (text.md 6.4)
MOST_QUESTIONS = 4  # looked at for the picture, from the last one up


@dataclass(frozen=True, slots=True)
class Spatial:
    marks: str  # JSON [{"point": [y, x]} or {"box": [top, left, bottom, right]}, with "label"]
    attachment: Attachment


@register.simple_tag
def spatial(message: Message, text: str) -> Spatial | None:
    """What `text` points at, over the picture that was asked about; None where it is no such answer."""
    if message.is_live or message.role != Message.Role.ASSISTANT or not HINT.search(text or ""):
        return None
    marks = list(_marks(text))[:MOST_MARKS]
    picture = _picture(message) if marks else None
    return Spatial(json.dumps(marks, ensure_ascii=False), picture) if picture else None


@register.simple_tag
def on_screenshot(message: Message, marks: str) -> Spatial | None:
    picture = _picture(message) if marks else None
    return Spatial(marks, picture) if picture else None


def _marks(text: str) -> Iterator[dict[str, Any]]:
    for written in FENCED.findall(text) or [text]:
        for entry in _entries(written):
            if isinstance(entry, Mapping) and (mark := _mark(entry)):
                yield mark | {"label": str(entry.get("label") or "")[:80]}


def _entries(written: str) -> list[Any]:
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else [found]


def _mark(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    if point := _numbers(entry.get("point"), 2):
        return {"point": point}
    if box := _numbers(entry.get("box_2d"), 4):
        return {"box": [min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])]}
    return None


def _numbers(value: Any, count: int) -> list[float] | None:
    if not isinstance(value, list) or len(value) != count:
        return None
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in value):
        return None
    return [max(0, min(SCALE, n)) for n in value]


def _picture(message: Message) -> Attachment | None:
    """The last picture of the question, or of one before it."""
    question = message.parent
    for _ in range(MOST_QUESTIONS):
        if question is None:
            return None
        shown = [f for f in question.files() if f.kind == "image" and f.state == "ready" and not f.is_frames and f.file]
        if shown:
            return shown[-1]
        question = question.parent.parent if question.parent else None
    return None
