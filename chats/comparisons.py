"""Models side by side: who may know which is which, votes that are kept, and what they add up to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from string import ascii_uppercase
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch

from . import broadcasts
from .catalog import ModelSpec
from .models import Comparison, Conversation, Message, Team, Vote


@dataclass(frozen=True, slots=True)
class Shown:
    """A comparison as one person sees it. `my_vote` is the reply's id, 0 for a tie, None before they voted."""

    pk: int
    is_blind: bool
    my_vote: int | None
    votes: dict[int, int] = field(default_factory=dict)  # by reply's id, 0 for ties; empty while it is blind for me

    @property
    def is_blind_for_me(self) -> bool:
        return self.is_blind and self.my_vote is None


@dataclass(frozen=True, slots=True)
class Standing:
    """What one model's votes add up to; `shown` counts the comparisons with it that somebody voted on."""

    model: str
    wins: int
    ties: int
    losses: int

    @property
    def shown(self) -> int:
        return self.wins + self.ties + self.losses


def shown(ids: Iterable[int], user) -> dict[int, Shown]:
    """By id."""
    found = Comparison.objects.filter(pk__in=set(ids)).prefetch_related("votes")
    return {row.pk: _shown(row, list(row.votes.all()), user) for row in found}


def _shown(row: Comparison, votes: Sequence[Vote], user) -> Shown:
    mine = next((vote for vote in votes if vote.user_id == user.pk), None)
    my_vote = None if mine is None else mine.reply_id or 0
    is_hidden = row.is_blind and my_vote is None
    return Shown(row.pk, row.is_blind, my_vote, {} if is_hidden else dict(Counter(v.reply_id or 0 for v in votes)))


def hide(message: Message) -> None:
    """Takes from a row in memory what tells which model wrote it; never to be saved."""
    name = f"{ascii_uppercase[message.column % 26]}"
    message.spec = ModelSpec(model="", label=name, vendor="other", is_listed=False)
    message.model, message.parameters, message.request_id = "", {}, ""
    for row in getattr(message, "generation_rows", ()):
        row.model, row.spec = "", message.spec


def is_hidden_from(user, message: Message) -> bool:
    """Whether `user` must not be told yet which model wrote `message`."""
    if message.comparison_id is None:
        return False
    found = shown([message.comparison_id], user).get(message.comparison_id)
    return bool(found and found.is_blind_for_me)


def vote(user, comparison_id: int, reply_id: int | None) -> Vote | None:
    """The person's vote, the first one where they had voted; None where there is no such comparison or column."""
    writable = Conversation.objects.writable_by(user)
    found = Comparison.objects.filter(
        pk=comparison_id, question__conversation__in=writable, question__deleted_at__isnull=True
    )
    row = found.select_related("question__conversation").first()
    if row is None or (reply_id and not row.replies.filter(pk=reply_id, deleted_at__isnull=True).exists()):
        return None
    try:
        with transaction.atomic():
            made = Vote.objects.create(comparison=row, user=user, reply_id=reply_id, was_blind=row.is_blind)
    except IntegrityError:
        return row.votes.get(user=user)
    for reply in row.replies.select_related("conversation"):
        transaction.on_commit(partial(broadcasts.message_changed, reply))
    return made


def tally(user, team: Team) -> list[Standing]:
    """Of every vote in conversations of `team` that `user` may see; blind ones they have not voted on stay out."""
    seen = Conversation.objects.visible_to(user).filter(team=team)
    rows = Comparison.objects.filter(question__conversation__in=seen, votes__isnull=False).distinct()
    replies = Message.objects.only("model", "comparison_id")
    counts: dict[str, dict[str, int]] = defaultdict(lambda: {"wins": 0, "ties": 0, "losses": 0})
    for row in rows.prefetch_related("votes", Prefetch("replies", queryset=replies)):
        if not _shown(row, list(row.votes.all()), user).is_blind_for_me:
            _count(row, counts)
    standings = [Standing(model, **count) for model, count in counts.items()]
    return sorted(standings, key=lambda one: (-one.wins, one.losses, one.model))


def _count(row: Comparison, counts: dict[str, dict[str, int]]) -> None:
    models: dict[int, Any] = {reply.pk: reply.model for reply in row.replies.all()}
    for one in row.votes.all():
        for pk, model in models.items():
            outcome = "ties" if one.reply_id is None else "wins" if pk == one.reply_id else "losses"
            counts[model][outcome] += 1
