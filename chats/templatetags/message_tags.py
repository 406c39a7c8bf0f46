"""What a bubble needs beyond its row: parts and their templates, figures, words for errors; for chats/messages/*."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chats.gateway import errors
from chats.models import Attachment, Generation, Message

register = template.Library()

UNKNOWN = "–"
# Citations stand apart.
SHOWN_KINDS = frozenset({"text", "reasoning", "attachment", "tool_call", "generation"})
OTHER_MODEL = frozenset({"forbidden_model", "model_unavailable", "not_supported"})
UNFINISHED = frozenset({Message.Status.STOPPED, Message.Status.INTERRUPTED, Message.Status.INCOMPLETE})
LONG_TEXT = 1_500  # characters of a question from which it is folded
LONG_LINES = 18


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part of a message with its place in the row, which deltas name."""

    index: int
    kind: str
    template: str
    values: Mapping[str, Any]
    attachment: Attachment | None = None
    is_last: bool = False
    generation: Generation | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a reply cost, in words; `UNKNOWN` where nobody said."""

    tokens: str
    first_token: str
    speed: str
    total: str

    @property
    def is_known(self) -> bool:
        return {self.tokens, self.first_token, self.speed} != {UNKNOWN}


@register.filter
def shown_parts(message: Message) -> list[ShownPart]:
    """The parts in order, each with the template that draws it."""
    files = {file.pk: file for file in message.files()} if message.pk else {}
    made = {row.pk: row for row in getattr(message, "generation_rows", ())}
    last = len(message.parts) - 1
    return [
        ShownPart(
            index,
            kind,
            f"chats/parts/_{kind}.html",
            part,
            files.get(part.get("id")) if kind == "attachment" else None,
            index == last,
            made.get(part.get("id")) if kind == "generation" else None,
        )
        for index, part in enumerate(message.parts)
        if (kind := part.get("kind")) in SHOWN_KINDS
    ]


@register.filter
def has_output(message: Message) -> bool:
    return any(part.get("text") or part.get("kind") not in ("text", "reasoning", "opaque") for part in message.parts)


@register.filter
def first_thought(message: Message) -> int:
    """The part whose time is known: what it thinks between its calls is not measured."""
    return next((index for index, part in enumerate(message.parts) if part.get("kind") == "reasoning"), -1)


@register.filter
def raw(text: str) -> SafeString:
    """Text as an element's content that the browser hands back unit for unit: deltas count in it."""
    return mark_safe(escape(text).replace("\r", "&#13;").replace("\0", "\ufffd"))  # noqa: S308


@register.filter
def is_long(text: str) -> bool:
    return len(text) > LONG_TEXT or text.count("\n") >= LONG_LINES


@register.filter
def receipt_of(receipts: Mapping[int, Any] | None, file: Attachment) -> Any:
    return (receipts or {}).get(file.pk)


@register.filter
def error_cause(error: Mapping[str, Any] | None) -> str:
    told = error or {}
    return str(errors.cause(told.get("kind", ""), told.get("code", "")))


@register.filter
def next_step(message: Message) -> str:
    """The one action that helps now: continue, retry, model (answer with another one), or none."""
    kind = (message.error or {}).get("kind")
    if message.status == Message.Status.FAILED:
        return "model" if kind in OTHER_MODEL else "retry"
    if message.status in UNFINISHED:
        return "continue" if has_output(message) else "retry"
    is_empty = message.status == Message.Status.COMPLETE and not has_output(message)
    return "retry" if is_empty and message.finish_reason != "content_filter" else ""


@register.filter
def seconds(value: float | None) -> str:
    """4.2 s, 42 s, 3 min 5 s."""
    if not isinstance(value, int | float):
        return UNKNOWN
    if value < 10:
        return _("%(seconds)s s") % {"seconds": f"{value:.1f}" if value >= 0.1 else "<0.1"}
    minutes, rest = divmod(round(value), 60)
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": rest}


@register.filter
def count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else UNKNOWN


@register.simple_tag
def figures(message: Message) -> Figures:
    usage = message.usage or {}
    tokens = usage.get("completion_tokens")
    about = "≈" if usage.get("is_estimated") else ""
    first_s = _between(message.sent_at, message.first_token_at)
    writing_s = _between(message.first_token_at, message.finished_at)
    has_waited = any(part.get("kind") == "tool_call" and not part.get("is_vendors") for part in message.parts)
    speed = tokens / writing_s if tokens and writing_s and writing_s >= 0.05 and not has_waited else None
    return Figures(
        tokens=_tokens(tokens, about),
        first_token=seconds(first_s),
        speed=_("%(about)s%(count)s tok/s") % {"about": about, "count": f"{speed:.0f}"} if speed else UNKNOWN,
        total=seconds(_between(message.sent_at, message.finished_at)),
    )


def _tokens(tokens: int | None, about: str) -> str:
    if tokens is None:
        return UNKNOWN
    return about + ngettext("%(count)s token", "%(count)s tokens", tokens) % {"count": f"{tokens:,}"}


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None


@register.filter
def set_parameters(message: Message) -> str:
    """JSON of what the person had set, for the same question once more."""
    return json.dumps({name: value for name, value in message.parameters.items() if name != "left_out"})


@register.filter
def set_tools(message: Message) -> str:
    """JSON of what it may call, for the same question once more; "" for nothing."""
    return json.dumps(message.tools) if message.tools else ""


@register.filter
def listed_parameters(message: Message) -> list[tuple[str, str]]:
    """What the person had set, for the details; `left_out` is ours and shown apart."""
    return [(name, _written(value)) for name, value in message.parameters.items() if name != "left_out"]


def _written(value: object) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


@register.simple_tag(takes_context=True)
def pending(context, role: str) -> Message:
    """The bubble before its row: the browser copies it from a <template> when a message is sent."""
    is_question = role == Message.Role.USER
    message = Message(role=role, author=context["request"].user, revision=0)
    message.status = Message.Status.COMPLETE if is_question else Message.Status.QUEUED
    message.parts = [{"kind": "text", "text": ""}] if is_question else []
    return message
