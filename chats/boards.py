"""The team's generations as a list: running ones on top, then the newest; called by views/board.py."""

import datetime
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Left

from chats import generations
from chats.models import Generation, Team

PAGE = 50
MOST_RUNNING = 100  # on top of the list; the list of running ones has them all
PROMPT = 240  # characters that a row can show
# Prompts, answers and errors may be large, and a list must stay quick beside 10,000 of them.
COLUMNS = (
    "message__conversation_id",
    "message__comparison_id",
    "message__column",
    "team_id",
    "author__username",
    "author__first_name",
    "author__last_name",
    "position",
    "model",
    "kind",
    "task",
    "parameters",
    "state",
    "error",
    "remote_id",
    "progress",
    "preview",
    "previews",
    "cancel_requested_at",
    "created_at",
    "sent_at",
    "finished_at",
    "revision",
)


class Scope:
    ALL = "all"
    RUNNING = "running"
    MINE = "mine"
    EACH = (ALL, RUNNING, MINE)


@dataclass(frozen=True)
class Page:
    """Some rows, and where the next ones begin (empty at the end)."""

    rows: list[Generation]
    before: str


def page(user, team: Team, scope: str = Scope.ALL, before: str = "") -> Page:
    listed = _listed(user, team, scope)
    open_ones = listed.filter(state__in=Generation.OPEN)
    if scope == Scope.RUNNING:
        return _page(user, [], _after(open_ones, before))
    top = [] if before else list(open_ones[:MOST_RUNNING])
    return _page(user, top, _after(listed.filter(state__in=Generation.ENDED), before))


def row(user, team: Team, pk: int) -> Generation | None:
    return next(iter(generations.dressed(_listed(user, team, Scope.ALL).filter(pk=pk), user)), None)


def _listed(user, team: Team, scope: str) -> QuerySet[Generation]:
    rows = Generation.objects.visible_to(user).filter(team=team).order_by("-created_at", "-pk")
    if scope == Scope.MINE:
        rows = rows.filter(author=user)
    return rows.select_related("author", "message").only(*COLUMNS).annotate(beginning=Left("prompt", PROMPT))


def _page(user, top: list[Generation], rest: QuerySet[Generation]) -> Page:
    rows = list(rest[: PAGE + 1])
    cursor = cursor_of(rows[PAGE - 1]) if len(rows) > PAGE else ""
    return Page(generations.dressed([*top, *rows[:PAGE]], user), cursor)


def cursor_of(row) -> str:
    return f"{row.created_at.timestamp():.6f}-{row.pk}"


def _after(rows: QuerySet[Generation], cursor: str) -> QuerySet[Generation]:
    found = read_cursor(cursor)
    return rows.filter(created_at__lte=found[0]).exclude(created_at=found[0], pk__gte=found[1]) if found else rows


def read_cursor(cursor: str) -> tuple[datetime.datetime, int] | None:
    """A time and a key that a range of an index can begin at; None for anything else."""
    try:
        stamp, pk = cursor.split("-")
        return datetime.datetime.fromtimestamp(float(stamp), datetime.UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None
