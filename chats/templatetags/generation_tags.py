"""States, times and shapes of generations in words and numbers; for chats/generations/, board/ and gallery/."""

import json
import math
from collections.abc import Sized
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.models import Attachment, Generation, GenerationOutput

register = template.Library()

State = Generation.State
LONG_SIDE = 2000  # px of a shape that nothing has drawn yet; the page's rules make it smaller
STEEPEST = 3.0  # a shape beyond 3:1 would leave no room for words
COUNTED = ("n", "num_images", "number_of_images", "metadata.n", "metadata.num_images")
MOST_TILES = 8
STATES = {
    State.QUEUED: gettext_lazy("Waiting to be sent"),
    State.SUBMITTING: gettext_lazy("Being sent"),
    State.SUBMITTED: gettext_lazy("Accepted"),
    State.RUNNING: gettext_lazy("Being made"),
    State.DOWNLOADING: gettext_lazy("Copying the result"),
    State.SUCCEEDED: gettext_lazy("Done"),
    State.FAILED: gettext_lazy("Failed"),
    State.EXPIRED: gettext_lazy("No longer waited for"),
    State.CANCELLED: gettext_lazy("Stopped"),
    State.UNKNOWN: gettext_lazy("No answer came"),
}
ROLES = {
    "first_frame": gettext_lazy("First frame"),
    "last_frame": gettext_lazy("Last frame"),
    "reference": gettext_lazy("Reference"),
    "source": gettext_lazy("To change"),
    "mask": gettext_lazy("Area to change"),
    "splat": gettext_lazy("Splats"),
    "mesh": gettext_lazy("Mesh"),
    "panorama": gettext_lazy("Panorama"),
    "viewer": gettext_lazy("World"),
}
MADE = {"image": "icon-image", "video": "icon-film", "audio": "icon-audio-lines", "file": "icon-globe"}


@register.filter
def state_words(generation: Generation) -> str:
    """One or two words, for a line."""
    if generation.is_open and generation.cancel_requested_at:
        return _("Being stopped")
    if generation.state == State.SUBMITTING and generation.sent_at and generation.kind == "image":
        return _("Being made")  # most pictures come with the answer to the call
    return str(STATES[State(generation.state)])


@register.filter
def ending_words(generation: Generation) -> str:
    """What happened and what it means, where it did not end well."""
    if generation.state == State.FAILED:
        return generation.error_cause or _("The model could not make this.")
    if generation.state == State.CANCELLED:
        return (
            _("Stopped here. The vendor may still run and charge.")
            if generation.sent_at
            else _("Stopped before it was sent. Nothing was charged.")
        )
    if generation.state == State.EXPIRED:
        return _("We stopped waiting. The vendor may still finish.")
    if generation.state == State.UNKNOWN:
        return _("It was sent and no answer came: it may have been charged. Nothing is sent again by itself.")
    return ""


@register.filter
def kept_words(generation: Generation) -> str:
    if generation.state not in (State.FAILED, State.UNKNOWN):
        return ""
    if generation.results_in_order:
        return _("What came until then is kept.")
    return _("Prompt and files are kept.") if generation.given_in_order else _("The prompt is kept.")


@register.filter
def best_step(generation: Generation) -> str:
    """The one action that helps after a bad end: check, again, send (a second paid call), or none."""
    if generation.is_open or generation.state == State.SUCCEEDED:
        return ""
    if generation.remote_id and generation.state in (State.EXPIRED, State.UNKNOWN, State.CANCELLED):
        return "check"
    return "send" if generation.state == State.UNKNOWN else "again"


@register.filter
def left_words(generation: Generation) -> str:
    """As lib/job-words.js writes it."""
    if not generation.is_open or generation.state == State.DOWNLOADING:
        return ""
    if generation.is_slow:
        return _("longer than usual")
    return _("about %(time)s left") % {"time": rounded(generation.left_s)} if generation.left_s else ""


def rounded(seconds: float) -> str:
    """Five seconds or a minute more or less are all that an estimate can say."""
    if seconds <= 55:
        return _("%(seconds)s s") % {"seconds": max(5, math.ceil(seconds / 5) * 5)}
    return _("%(minutes)s min") % {"minutes": math.ceil(seconds / 60)}


@register.filter
def percent(generation: Generation) -> int:
    return round((generation.shown_progress or 0) * 100)


@register.filter
def sides(ratio: str) -> tuple[int, int]:
    """Width and height of an empty shape; "16 / 9" is a ratio."""
    wide, _slash, high = ratio.partition("/")
    try:
        value = float(wide) / float(high)
    except (ValueError, ZeroDivisionError):
        value = 1.0
    value = max(1 / STEEPEST, min(STEEPEST, value))
    return (LONG_SIDE, round(LONG_SIDE / value)) if value >= 1 else (round(LONG_SIDE * value), LONG_SIDE)


@register.filter
def places(generation: Generation) -> range:
    """One for each result that is to come."""
    wanted = next((value for name in COUNTED if isinstance(value := generation.parameters.get(name), int)), 1)
    return range(max(1, min(MOST_TILES, wanted)))


@register.filter
def tally(things: Sized) -> int:
    """`length` of a list; that of file_tags is of a film."""
    return len(things)


@register.filter
def pictures(results: list[GenerationOutput]) -> list[GenerationOutput]:
    """What is seen or heard in its place."""
    return [one for one in results if one.attachment and one.attachment.kind != Attachment.Kind.FILE]


@register.filter
def downloads(results: list[GenerationOutput]) -> list[GenerationOutput]:
    return [one for one in results if one.attachment and one.attachment.kind == Attachment.Kind.FILE]


@register.filter
def viewer(results: list[GenerationOutput]) -> str:
    return next((one.url for one in results if one.url.startswith(("https://", "http://"))), "")


@register.filter
def thumbnail(results: list[GenerationOutput]) -> Attachment | None:
    return next((one.attachment for one in results if one.attachment and one.attachment.poster), None)


@register.filter
def role_words(role: str) -> str:
    return str(ROLES.get(role, role.replace("_", " ")))


@register.filter
def made_icon(kind: str) -> str:
    return MADE.get(kind, "icon-file-text")


@register.filter
def model_words(generations: list[Generation]) -> str:
    """Over a message: the model, or how many there are side by side."""
    labels = list(dict.fromkeys(one.spec.label for one in generations))
    return labels[0] if len(labels) == 1 else _("%(count)s models side by side") % {"count": len(labels)}


@register.filter
def runs(generations: list[Generation]) -> str:
    """JSON of what was asked for, to ask for all of it once more."""
    found: list[dict[str, Any]] = []
    for one in generations:
        if found and (found[-1]["model"], found[-1]["parameters"]) == (one.model, one.parameters):
            found[-1]["count"] += 1
        else:
            found.append({"model": one.model, "parameters": one.parameters, "count": 1})
    return json.dumps(found)


@register.filter
def settings(generation: Generation) -> list[tuple[str, Any]]:
    """What the person had set, as the details list it."""
    return [(name.rpartition(".")[2].replace("_", " "), value) for name, value in generation.parameters.items()]
