"""Everything that models have made in the conversations a person may see; called by views/gallery.py."""

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce, Left
from django.utils import timezone
from django.utils.dateparse import parse_date

from chats import catalog, comparisons, generations
from chats.boards import cursor_of, read_cursor
from chats.models import Attachment, Generation, GenerationOutput, Message, Team

PAGE = 60
PROMPT = 300  # characters that a tile can show
MOST_LINEAGE = 24
KINDS = ("image", "video", "audio", "world")
SEEN = (Attachment.Kind.IMAGE, Attachment.Kind.VIDEO, Attachment.Kind.AUDIO)
# Levels of sound and limits of repairs may be large, and a page shows none of them.
COLUMNS = (
    "team_id",
    "uploader__username",
    "uploader__first_name",
    "uploader__last_name",
    "kind",
    "container",
    "state",
    "name",
    "size_bytes",
    "file",
    "poster",
    "preview",
    "width",
    "height",
    "duration_s",
    "pages",
    "created_at",
)


@dataclass(frozen=True)
class Filters:
    """What is looked for; every one empty shows all."""

    kind: str = ""
    model: str = ""
    author: int | None = None
    since: datetime.date | None = None
    until: datetime.date | None = None
    words: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filters":
        """From an address; what makes no sense is left out."""
        author = query.get("author", "")
        return cls(
            kind=query.get("kind", "") if query.get("kind", "") in KINDS else "",
            model=query.get("model", "")[:200],
            author=int(author) if author.isascii() and author.isdigit() and len(author) < 12 else None,
            since=_date(query.get("from", "")),
            until=_date(query.get("to", "")),
            words=query.get("q", "")[:200].strip(),
        )

    @property
    def is_empty(self) -> bool:
        return self == Filters()


def _date(text: str) -> datetime.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Page:
    """Some pieces, and where the next ones begin (empty at the end)."""

    items: list[Attachment]
    before: str


@dataclass(frozen=True)
class Piece:
    """One piece with all that its details show."""

    attachment: Attachment
    message: Message
    generation: Generation | None
    prompt: str
    spec: Any
    made_from: list[tuple[str, Attachment]] = field(default_factory=list)
    used_in: list[Generation] = field(default_factory=list)


def page(user, team: Team, filters: Filters, before: str = "") -> Page:
    rows = _narrowed(_shown(user, team), filters, user)
    if found := read_cursor(before):
        rows = rows.filter(created_at__lte=found[0]).exclude(created_at=found[0], pk__gte=found[1])
    ids = list(rows.values_list("pk", flat=True)[: PAGE + 1])  # what a tile shows is asked of these alone
    items = list(_with_facts(Attachment.objects.filter(pk__in=ids[:PAGE])))
    return Page(_dressed(items, user), cursor_of(items[-1]) if len(ids) > PAGE else "")


def piece(user, pk: int) -> Piece | None:
    """With where it comes from and what came of it, as far as `user` may see."""
    attachment = Attachment.objects.visible_to(user).select_related("uploader", "made_as").filter(pk=pk).first()
    message = _answers(user).filter(attachments=pk).select_related("author", "parent").first()
    if attachment is None or message is None:
        return None
    output = getattr(attachment, "made_as", None)
    rows = Generation.objects.visible_to(user).filter(pk=output.generation_id) if output else ()
    row = next(iter(generations.dressed(rows, user)), None)
    letter = comparisons.letters(user, [message.pk]).get(message.pk)
    given = [(one.role, one.attachment) for one in row.given_in_order] if row else _asked_with(message)
    return Piece(
        attachment,
        message,
        row,
        prompt=row.prompt if row else message.parent.text if message.parent else "",
        spec=row.spec if row else letter or catalog.get(message.model),
        made_from=[(role, file) for role, file in given if file.deleted_at is None],
        used_in=_used_in(user, attachment),
    )


def _asked_with(message: Message) -> list[tuple[str, Attachment]]:
    return [("", file) for file in message.parent.files()] if message.parent else []


def _used_in(user, attachment: Attachment) -> list[Generation]:
    rows = Generation.objects.visible_to(user).filter(given__attachment=attachment).distinct()
    return generations.dressed(rows.order_by("-created_at")[:MOST_LINEAGE], user)


def choices(user, team: Team) -> dict[str, list]:
    """Models and people that the filters can name; a model that is blind to `user` would be known by finding it."""
    rows = Generation.objects.visible_to(user).filter(comparisons.known_to(user, "message__"), team=team)
    authors = get_user_model().objects.filter(memberships__team=team).order_by("first_name", "username").distinct()
    answers = _answers(user).filter(comparisons.known_to(user), conversation__team=team, attachments__isnull=False)
    models = {
        model for found in (rows, answers) for model in found.order_by().values_list("model", flat=True).distinct()
    }
    return {"models": [catalog.get(model) for model in sorted(models, key=str.lower)], "authors": list(authors)}


def _answers(user) -> QuerySet[Message]:
    return Message.objects.visible_to(user).filter(role=Message.Role.ASSISTANT)


def _shown(user, team: Team) -> QuerySet[Attachment]:
    """One tile for each picture, film and sound that a model made, and one for each world."""
    held = _answer().filter(
        # Joined one by one from the attachment on; a list of all conversations would be gone through for each.
        Q(conversation__author=user) | Q(conversation__shared_at__isnull=False),
        conversation__deleted_at__isnull=True,
        deleted_at__isnull=True,
    )
    mine = team.memberships.filter(user=user)
    earlier = GenerationOutput.objects.filter(
        generation=OuterRef("made_as__generation"), attachment__isnull=False, position__lt=OuterRef("made_as__position")
    )
    pictured = GenerationOutput.objects.filter(generation=OuterRef("made_as__generation"), attachment__kind__in=SEEN)
    is_world_file = Q(made_as__generation__kind="file") & ~Exists(earlier) & ~Exists(pictured)
    return (
        Attachment.objects.filter(Exists(held), Exists(mine), team=team, state="ready", deleted_at__isnull=True)
        .filter(Q(kind__in=SEEN) | is_world_file)
        .order_by("-created_at", "-pk")
    )


def _narrowed(rows: QuerySet[Attachment], filters: Filters, user) -> QuerySet[Attachment]:
    is_world = Q(made_as__generation__kind="file")
    if filters.kind == "world":
        rows = rows.filter(is_world)
    elif filters.kind:
        rows = rows.filter(Q(made_as__isnull=True) | ~is_world, kind=filters.kind)
    if filters.author:
        rows = rows.filter(uploader_id=filters.author)
    if filters.since:
        rows = rows.filter(created_at__gte=_midnight(filters.since))
    if filters.until:
        rows = rows.filter(created_at__lt=_midnight(filters.until) + datetime.timedelta(days=1))
    if filters.model:
        known = comparisons.known_to(user, "made_as__generation__message__")
        is_said = Exists(_answer().filter(comparisons.known_to(user), model=filters.model))
        rows = rows.filter(Q(known, made_as__generation__model=filters.model) | is_said)
    return rows.filter(_said(filters.words)) if filters.words else rows


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _answer() -> QuerySet[Message]:
    """The message that holds the attachment at hand."""
    return Message.objects.filter(role=Message.Role.ASSISTANT, attachments=OuterRef("pk"))


def _said(words: str) -> Q:
    """The prompt, or what a reply that made something was asked; JSON in SQLite has Chinese escaped."""
    asked = _answer().filter(parent__isnull=False).annotate(said=Cast("parent__parts", TextField()))
    escaped = json.dumps(words)[1:-1]
    is_asked = Q(said__icontains=words) | Q(said__icontains=escaped)
    is_spoken = Q(Exists(asked.filter(is_asked)), made_as__isnull=True)
    return Q(made_as__generation__prompt__icontains=words) | is_spoken


def _with_facts(rows: QuerySet[Attachment]) -> QuerySet[Attachment]:
    answer = _answer().order_by("pk")
    return (
        rows.order_by("-created_at", "-pk")
        .select_related("uploader")
        .only(*COLUMNS)
        .annotate(
            model=Coalesce(F("made_as__generation__model"), Subquery(answer.values("model")[:1])),
            prompt=Left("made_as__generation__prompt", PROMPT),
            made_kind=F("made_as__generation__kind"),
            answer=Subquery(answer.values("pk")[:1]),
        )
    )


def _dressed(items: Iterable[Any], user) -> list[Any]:
    """Adds labels, and for what a reply made the question; three queries for all."""
    found = list(items)
    asked = _questions([one.answer for one in found if one.prompt is None])
    blind = comparisons.letters(user, [one.answer for one in found])
    for one in found:
        one.spec = blind.get(one.answer) or catalog.get(one.model or "")
        one.prompt = one.prompt if one.prompt is not None else asked.get(one.answer, "")
        one.shown_kind = "world" if one.made_kind == "file" else one.kind
    return found


def _questions(answers: list[int]) -> dict[int, str]:
    if not answers:
        return {}
    rows = Message.objects.filter(pk__in=answers, parent__isnull=False).select_related("parent")
    return {row.pk: row.parent.text[:PROMPT] for row in rows.only("parent__parts") if row.parent}
