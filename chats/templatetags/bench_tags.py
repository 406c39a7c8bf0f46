"""Words and figures of bench runs, for chats/benches/."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats import catalog
from chats.benches.listing import Shown
from chats.gateway import errors
from chats.models import BenchRun

register = template.Library()

USUAL_RESULTS = 10

STATES = {
    BenchRun.State.RUNNING: gettext_lazy("Running"),
    BenchRun.State.DONE: gettext_lazy("Done"),
    BenchRun.State.FAILED: gettext_lazy("Failed"),
}
AGES = {
    "qdr:h": gettext_lazy("Past hour"),
    "qdr:d": gettext_lazy("Past day"),
    "qdr:w": gettext_lazy("Past week"),
    "qdr:m": gettext_lazy("Past month"),
    "qdr:y": gettext_lazy("Past year"),
}


@register.filter
def bench_state(run: BenchRun) -> str:
    if is_broken_off(run):
        return _("Broke off")
    return str(STATES[BenchRun.State(run.state)])


@register.filter
def is_broken_off(run: BenchRun) -> bool:
    return bool(run.error and run.error.get("code") == "submit_unheard")


@register.filter
def bench_cause(error: Mapping[str, Any] | None) -> str:
    """What went wrong, and what to do; ours or the gateway's."""
    told = error or {}
    came = ", ".join(number_format(count, force_grouping=True) for count in told.get("came", []))
    if told.get("code") == "mixed_dimensions":
        return _("The vectors that came have different lengths (%(came)s), so they cannot be compared.") % {
            "came": came
        }
    if told.get("code") == "other_dimensions":
        asked = number_format(told.get("asked") or 0, force_grouping=True)
        return _("%(asked)s dimensions were asked for, and vectors of %(came)s came.") % {"asked": asked, "came": came}
    if told.get("code") == "submit_unheard":
        return _("The server stopped while this was under way. It may have been charged.")
    return str(errors.cause(told.get("kind", ""), told.get("code", "")))


@register.filter
def may_go_on(shown: Shown) -> bool:
    """Whether another page, which is charged, is worth offering: Google leaves out one or two of a full page."""
    return 2 * len(shown.results) > (shown.run.asked.get("num") or USUAL_RESULTS)


@register.filter
def model_label(model: str) -> str:
    return catalog.get(model).label


@register.filter
def age_words(age: str) -> str:
    return str(AGES.get(age, age))


@register.filter
def score(number: float) -> str:
    return f"{number:.4f}"


@register.filter
def separated(texts: list[str]) -> str:
    """As they stand in the form: a line each, or with empty lines between where one has lines of its own."""
    return ("\n\n" if has_lines(texts) else "\n").join(texts)


@register.filter
def has_lines(texts: list[str]) -> bool:
    return any("\n" in text for text in texts)
