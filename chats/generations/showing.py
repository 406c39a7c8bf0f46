"""What cards, board and gallery need of a generation beyond its row."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import prefetch_related_objects

from chats import catalog, comparisons
from chats.catalog import form
from chats.gateway import errors
from chats.models import Generation, Team

from . import timing

SQUARE = "1 / 1"
WIDE = "16 / 9"
SIZES = ("size", "aspect_ratio", "ratio", "metadata.aspect_ratio", "metadata.ratio", "metadata.aspectRatio")


def frame_facts(generation: Generation) -> dict[str, Any]:
    """What the socket tells: progress 0–0.99, seconds left or None, and whether it takes longer than usual."""
    known = _usual(generation)
    return {
        "state": generation.state,
        "progress": timing.shown_progress(generation, known),
        "left_s": timing.left_s(generation, known),
        "is_slow": _is_slow(generation, known),
    }


def dressed(generations: Iterable[Generation], user=None) -> list[Generation]:
    """The same rows with what their templates show; `user` decides `may_write`, per team, and what is blind."""
    rows = list(generations)
    prefetch_related_objects(rows, "given__attachment", "results__attachment", "author", "message")
    writable = _writable(rows, user)
    blind = comparisons.letters(user, [row.message_id for row in rows if row.message.comparison_id])
    for row in rows:
        known = _usual(row)
        row.spec = catalog.get(row.model)
        row.typical_s = known.median_s
        row.shown_progress = timing.shown_progress(row, known)
        row.left_s = timing.left_s(row, known)
        row.is_slow = _is_slow(row, known)
        row.elapsed_s = timing.elapsed_s(row)
        row.results_in_order = sorted(row.results.all(), key=lambda result: result.position)
        row.given_in_order = sorted(row.given.all(), key=lambda one: one.position)
        row.ratio = ratio(row)
        if row.message_id in blind:
            comparisons.hide_generation(row)
        row.error_cause = error_cause(row.error)
        row.may_write = row.team_id in writable
        row.may_repeat = row.may_write and row.message_id not in blind
    return rows


def error_cause(error: Mapping[str, Any] | None) -> str:
    return str(errors.cause(error.get("kind", ""), error.get("code", ""))) if error else ""


def _writable(rows: list[Generation], user) -> set[int]:
    if user is None or not rows:
        return set()
    teams = Team.objects.filter(pk__in={row.team_id for row in rows})
    return {team.pk for team in teams if (mine := team.memberships.filter(user=user).first()) and mine.may_write}


def _usual(generation: Generation) -> timing.Usual:
    return timing.usual(generation.model, generation.kind, _typical_s(generation))


def _typical_s(generation: Generation) -> float | None:
    spec = catalog.get(generation.model)
    if not form.is_generation(spec):
        return None
    return next((task.typical_s for task in form.form_of(spec).tasks if task.name == generation.task), None)


def _is_slow(generation: Generation, known: timing.Usual) -> bool:
    is_sent = generation.is_open and generation.sent_at is not None
    return is_sent and timing.elapsed_s(generation) > known.slow_s


def ratio(generation: Generation) -> str:
    """The shape of what will come, as CSS has it: from the result, the settings, a first frame, or the usual one."""
    for result in getattr(generation, "results_in_order", ()):
        made = result.attachment
        if made and made.width and made.height:
            return f"{made.width} / {made.height}"
    for name in SIZES:
        if shape := _shape(str(generation.parameters.get(name, ""))):
            return shape
    for one in getattr(generation, "given_in_order", ()):
        if one.attachment.width and one.attachment.height and one.role != "mask":
            return f"{one.attachment.width} / {one.attachment.height}"
    return SQUARE if generation.kind == "image" else WIDE


def _shape(said: str) -> str:
    for mark in ("x", "*", ":"):
        wide, found, high = said.partition(mark)
        if found and wide.isdecimal() and high.isdecimal() and int(wide) and int(high):
            return f"{int(wide)} / {int(high)}"
    return ""
