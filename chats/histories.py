"""The list of conversations, and what a person does with one as a whole; called by views/conversations.py."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chats import broadcasts, generations, replies
from chats.models import Conversation, ConversationMark, Membership, Message, Team
from chats.models.conversation import BIN_DAYS, ConversationQuerySet
from chats.models.team import KEEPERS, WRITERS

PAGE = 40
FOUND = 30
# What a row shows, and not a column more: a list must stay quick beside messages of any size (promises.md 39).
COLUMNS = (
    "team_id",
    "author_id",
    "author__username",
    "author__first_name",
    "author__last_name",
    "title",
    "shared_at",
    "archived_at",
    "deleted_at",
    "updated_at",
    "spoken_at",
)


class Scope:
    MINE = "mine"
    TEAM = "team"
    ARCHIVED = "archived"
    DELETED = "deleted"
    ALL = (MINE, TEAM, ARCHIVED, DELETED)


@dataclass(frozen=True)
class Page:
    """Some rows of a list, newest first, and where the next ones begin (empty at the end)."""

    rows: list[Conversation]
    pinned: list[Conversation]
    before: str


def list_page(user, team: Team, scope: str = Scope.MINE, before: str = "", query: str = "") -> Page:
    """One page of `scope`, pinned ones apart and on the first page only; with `query` what its words are found in."""
    if query.strip():
        return Page(_dressed(user, team, _found(user, team, query)[:FOUND]), [], "")
    listed = _scoped(user, team, scope)
    has_pins = scope in (Scope.MINE, Scope.TEAM)
    unpinned = listed.filter(is_pinned=False) if has_pins else listed
    rows = list(_after(unpinned, before)[: PAGE + 1])
    pinned = list(listed.filter(pk__in=_pins(user))) if has_pins and not before else []
    dressed = _dressed(user, team, [*pinned, *rows[:PAGE]])
    cursor = _cursor(rows[PAGE - 1]) if len(rows) > PAGE else ""
    return Page(dressed[len(pinned) :], dressed[: len(pinned)], cursor)


def row(user, team: Team, pk: int) -> Conversation | None:
    """One conversation as the list shows it; None where this person's list has it no longer."""
    rows = _columns(Conversation.objects.listed_for(user)).filter(pk=pk, team=team)
    return next(iter(_dressed(user, team, rows)), None)


def rename(conversation: Conversation, title: str) -> None:
    """A name given by hand; from now on no automatic one replaces it, and it moves nothing in the list."""
    conversation.title = " ".join(title.split())[:200]
    conversation.is_title_manual = True
    _save(conversation, "title", "title", "is_title_manual")


def pin(user, conversation: Conversation, is_pinned: bool) -> None:
    """Pins are personal, so only the person's own tabs have something to learn."""
    pinned_at = timezone.now() if is_pinned else None
    with transaction.atomic():
        ConversationMark.objects.update_or_create(
            conversation=conversation, user=user, defaults={"pinned_at": pinned_at}
        )
        _announce(conversation, "state")


def archive(conversation: Conversation, is_archived: bool) -> None:
    conversation.archived_at = timezone.now() if is_archived else None
    _save(conversation, "archived" if is_archived else "restored", "archived_at")


def share(conversation: Conversation, is_shared: bool) -> None:
    """Opens it to the team or closes it again, open sockets included."""
    conversation.shared_at = timezone.now() if is_shared else None
    with transaction.atomic():
        _save(conversation, "shared" if is_shared else "unshared", "shared_at")
        transaction.on_commit(partial(broadcasts.access_changed, conversation=conversation))


def delete(user, conversation: Conversation) -> None:
    """Into the bin at once; what is being written there is stopped first. The purge comes BIN_DAYS later."""
    live = conversation.messages.filter(status__in=Message.LIVE).values_list("pk", flat=True)
    with transaction.atomic():
        for pk in list(live):
            replies.stop(user, pk)
        generations.cancel_all(list(conversation.messages.values_list("pk", flat=True)))
        conversation.deleted_at = timezone.now()
        _save(conversation, "deleted", "deleted_at")
        transaction.on_commit(partial(broadcasts.access_changed, conversation=conversation))


def restore(conversation: Conversation) -> None:
    conversation.deleted_at = None
    _save(conversation, "restored", "deleted_at")


def _save(conversation: Conversation, change: str, *fields: str) -> None:
    with transaction.atomic():
        conversation.save(update_fields=fields)
        _announce(conversation, change)


def _announce(conversation: Conversation, change: str) -> None:
    transaction.on_commit(partial(broadcasts.conversation_changed, conversation, change))


def _columns(rows: ConversationQuerySet) -> ConversationQuerySet:
    return rows.select_related("author").only(*COLUMNS)


def _scoped(user, team: Team, scope: str) -> ConversationQuerySet:
    if scope == Scope.DELETED:
        kept = Conversation.objects.kept_by(user).filter(deleted_at__gt=timezone.now() - _bin_time())
        return _columns(kept.filter(team=team).order_by("-updated_at", "-pk"))
    listed = _columns(Conversation.objects.listed_for(user)).filter(team=team)
    if scope == Scope.ARCHIVED:
        return listed.filter(archived_at__isnull=False)
    shown = listed.filter(archived_at__isnull=True)
    return shown.filter(shared_at__isnull=False) if scope == Scope.TEAM else shown.filter(author=user)


def _pins(user):
    """Asked first, or the database would go through every conversation to find the few."""
    return ConversationMark.objects.filter(user=user, pinned_at__isnull=False).values("conversation")


def _bin_time() -> datetime.timedelta:
    return datetime.timedelta(days=BIN_DAYS)


def _found(user, team: Team, query: str) -> ConversationQuerySet:
    """Titles that hold every word; a substring, so that Chinese needs no word breaks."""
    words = Q()
    for word in query.split()[:8]:
        words &= Q(title__icontains=word)
    return _columns(Conversation.objects.listed_for(user)).filter(words, team=team)


def _cursor(conversation: Conversation) -> str:
    return f"{conversation.updated_at.timestamp():.6f}-{conversation.pk}"


def _after(rows: ConversationQuerySet, cursor: str) -> ConversationQuerySet:
    """Rows below the cursor; written as a range with a tie-break, which an index can start in."""
    try:
        stamp, pk = cursor.split("-")
        at = datetime.datetime.fromtimestamp(float(stamp), datetime.UTC)
        return rows.filter(updated_at__lte=at).exclude(updated_at=at, pk__gte=int(pk))
    except (ValueError, OverflowError, OSError):
        return rows


def _dressed(user, team: Team, rows: Iterable[Conversation]) -> list[Conversation]:
    """Adds what is running or waits and what this person may do; two queries for all rows together."""
    found = list(rows)
    role = Membership.objects.filter(user=user, team=team).values_list("role", flat=True).first()
    running, waiting = _going_on(found) if found else (set(), set())
    for conversation in found:
        is_mine = conversation.author_id == user.pk
        is_kept = conversation.shared_at is not None and role in KEEPERS
        shown: Any = conversation
        shown.is_running = conversation.pk in running
        shown.is_waiting = conversation.pk in waiting
        shown.is_mine = is_mine
        shown.may_write = role in WRITERS
        shown.may_keep = is_kept or (is_mine and role in WRITERS)
    return found


def _going_on(found: list[Conversation]) -> tuple[set[int], set[int]]:
    """In which a reply is being written or made, and in which one waits for a person."""
    states = (*Message.RUNNING, Message.Status.WAITING)
    rows = Message.objects.filter(
        status__in=states, conversation__in=[c.pk for c in found], deleted_at__isnull=True
    ).values_list("conversation_id", "status")
    waiting = {pk for pk, status in rows if status == Message.Status.WAITING}
    return {pk for pk, status in rows if status != Message.Status.WAITING}, waiting
