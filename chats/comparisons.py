"""Models side by side: who may know which is which, votes that are kept, and what they add up to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from string import ascii_uppercase
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q

from . import broadcasts
from .catalog import ModelSpec
from .models import Comparison, Conversation, Generation, Message, Team, Vote

SEALED = "----MOONSHOT"  # how an answer begins that only Kimi reads


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
    message.spec = _letter(message.column)
    message.model, message.parameters, message.tools, message.request_id = "", {}, {}, ""
    message.error = _bare_error(message.error)
    message.parts = [_bare_part(part) for part in message.parts]


def hide_generation(row: Generation) -> None:
    """The same for a job that generations.dressed has dressed; its message is at hand."""
    row.spec = _letter(row.message.column)
    row.model, row.parameters, row.price_key, row.request_id = "", {}, "", ""
    row.remote_id = row.remote_id and "–"  # some vendors put the model into it; that there is one is to be known
    row.error = _bare_error(row.error)
    for result in row.results_in_order:
        result.url = ""


def _letter(column: int) -> ModelSpec:
    return ModelSpec(model="", label=ascii_uppercase[column % 26], vendor="other", is_listed=False)


def _bare_error(error: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {"kind": error.get("kind", ""), "status": error.get("status")} if error else None


def _bare_part(part: dict[str, Any]) -> dict[str, Any]:
    """Each stays in its place, which pages name."""
    if part.get("kind") == "opaque":
        return {"kind": "opaque"}
    if part.get("kind") != "tool_call":
        return part
    result = part.get("result") or {}
    if result.get("is_encrypted") or str(result.get("text", "")).startswith(SEALED):
        told = ("is_error", "is_refused", "seconds")
        result = {"text": "", "by": "vendor"} | {name: result[name] for name in told if name in result}
    return part | {"tool": ""} | ({"result": result} if result else {})


def known_to(user, message: str = "") -> Q:
    """Messages whose model `user` may be told; of other rows, those whose `message` ("message__") is one."""
    voted = Vote.objects.filter(user=user).values("comparison")
    is_open = Q(**{f"{message}comparison__isnull": True}) | Q(**{f"{message}comparison__is_blind": False})
    return is_open | Q(**{f"{message}comparison__in": voted})


def letters(user, ids: Iterable[int]) -> dict[int, ModelSpec]:
    """What stands for the model of those messages among `ids` whose own `user` must not be told yet."""
    if not (wanted := set(ids)):
        return {}
    blind = Message.objects.filter(pk__in=wanted, comparison__is_blind=True)
    return {row.pk: _letter(row.column) for row in blind.exclude(known_to(user)).only("column")}


def is_hidden_from(user, message: Message) -> bool:
    """Whether `user` must not be told yet which model wrote `message`."""
    return message.comparison_id is not None and message.pk in letters(user, [message.pk])


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
