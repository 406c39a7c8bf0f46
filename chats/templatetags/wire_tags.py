"""What the wire panel says of an exchange: labels, status, and its moments on a line; for chats/exchanges/*."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.models import Exchange

from .message_tags import seconds

register = template.Library()

LABELS = {
    "reply": gettext_lazy("Reply"),
    "submit": gettext_lazy("Submit"),
    "poll": gettext_lazy("Progress"),
    "search": gettext_lazy("Search"),
    "tool": gettext_lazy("Tool"),
    "formula": gettext_lazy("Tool"),
    "embeddings": gettext_lazy("Embeddings"),
    "rerank": gettext_lazy("Rerank"),
}
MOMENTS = (
    ("queued", gettext_lazy("Queued"), "queued_at"),
    ("sent", gettext_lazy("Sent"), "sent_at"),
    ("first-byte", gettext_lazy("First byte"), "first_byte_at"),
    ("first-token", gettext_lazy("First token"), "first_token_at"),
    ("last-byte", gettext_lazy("Last byte"), "last_byte_at"),
)
WIDTH = 1000  # of the drawing, in its own units
THIN = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """`at_s` after the first moment, `since_s` after the one before; None for the first."""

    name: str
    label: str | Promise
    at: datetime
    at_s: float
    since_s: float | None


@dataclass(frozen=True, slots=True)
class Span:
    """What lies between two moments, named by the later one."""

    name: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Timeline:
    moments: tuple[Moment, ...]
    spans: tuple[Span, ...]
    total_s: float


@register.filter
def call_label(exchange: Exchange) -> str:
    return str(LABELS.get(exchange.label, exchange.label or exchange.method))


@register.filter
def is_well(exchange: Exchange) -> bool:
    return exchange.status is not None and exchange.status < 300 and not exchange.error


@register.filter
def took(exchange: Exchange) -> str:
    if not exchange.sent_at or not exchange.last_byte_at:
        return ""
    return precisely((exchange.last_byte_at - exchange.sent_at).total_seconds())


@register.filter
def precisely(value: float) -> str:
    """112 ms, 4.21 s, 3 min 5 s: the wire is looked at closely."""
    if value < 1:
        return _("%(milliseconds)s ms") % {"milliseconds": round(value * 1000)}
    return _("%(seconds)s s") % {"seconds": f"{value:.2f}"} if value < 60 else seconds(value)


@register.filter
def timeline(exchange: Exchange) -> Timeline:
    known = [(name, label, at) for name, label, field in MOMENTS if (at := getattr(exchange, field))]
    if not known:
        return Timeline((), (), 0.0)
    known.sort(key=lambda moment: moment[2])
    start, total_s = known[0][2], (known[-1][2] - known[0][2]).total_seconds()
    moments = tuple(
        Moment(name, label, at, (at - start).total_seconds(), (at - known[n - 1][2]).total_seconds() if n else None)
        for n, (name, label, at) in enumerate(known)
    )
    return Timeline(moments, tuple(_spans(moments, total_s)), total_s)


def _spans(moments: tuple[Moment, ...], total_s: float):
    scale = WIDTH / total_s if total_s > 0 else 0.0
    for before, after in pairwise(moments):
        x = round(before.at_s * scale)
        yield Span(after.name, min(x, WIDTH - THIN), max(THIN, round((after.at_s - before.at_s) * scale)))
