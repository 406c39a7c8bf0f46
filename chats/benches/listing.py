"""Runs as pages show them: the latest of a bench, and one with all its lists."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone

from chats.catalog import ModelSpec
from chats.models import BenchRun, Membership, Team
from chats.models.conversation import BIN_DAYS
from chats.models.team import WRITERS

from . import files
from .running import look

PAGE = 20
# Kinds of models that never answer in a conversation, and where one works with them; lib/models.js has them too.
ADDRESSES = {"embedding": "embeddings", "search": "search", "formulas": "functions"}


@dataclass(frozen=True)
class Shown:
    """`texts` are what was asked, `ranked` and `results` what came; vectors are only fetched by the page's script."""

    run: BenchRun
    texts: list[str]
    ranked: list[dict[str, Any]]
    results: list[dict[str, Any]]
    related: list[str]
    is_lost: bool  # its file is gone


def address_of(spec: ModelSpec) -> str:
    """ "" for a model that is asked in a conversation."""
    bench = ADDRESSES.get(spec.kind)
    return f"/benches/{bench}/?{urlencode({'model': spec.model})}" if bench else ""


def of_kind(user: Any, team: Team, kind: str) -> QuerySet[BenchRun]:
    return BenchRun.objects.visible_to(user).filter(team=team, kind=kind).select_related("author")


def listed(user: Any, team: Team, kind: str) -> list[BenchRun]:
    """The newest, each as it stands."""
    runs = list(of_kind(user, team, kind)[:PAGE])
    look(runs)
    return runs


def shown(run: BenchRun) -> Shown:
    look([run])
    try:
        lists = files.load(run.file) if run.file else {}
    except (OSError, ValueError):
        return Shown(run, [], [], [], [], is_lost=True)
    texts = lists.get("texts", [])
    return Shown(run, texts, _ranked(texts, lists), lists.get("results", []), lists.get("related", []), is_lost=False)


def delete(run: BenchRun) -> None:
    BenchRun.objects.filter(pk=run.pk).update(deleted_at=timezone.now())


def purge(days: int = BIN_DAYS) -> None:
    """What was deleted `days` ago goes for good, with its file and its exchanges."""
    for run in BenchRun.objects.filter(deleted_at__lt=timezone.now() - datetime.timedelta(days=days)):
        run.delete()
        if run.file:
            default_storage.delete(run.file)


def restore(user: Any, pk: int) -> bool:
    """Whether there was one of their own to bring back."""
    writing = Membership.objects.filter(user=user, role__in=WRITERS).values("team")
    gone = BenchRun.objects.filter(pk=pk, author=user, team__in=writing, deleted_at__isnull=False)
    return bool(gone.update(deleted_at=None))


def _ranked(texts: list[str], lists: dict[str, Any]) -> list[dict[str, Any]]:
    """`share` of the widest score draws the bar; scores may be below nothing."""
    scores = lists.get("scores", [])
    low = min([0.0, *(score for _index, score in scores)])
    high = max([score for _index, score in scores], default=0.0)
    return [
        {
            "rank": rank,
            "index": index,
            "number": index + 1,
            "score": score,
            "share": (score - low) / ((high - low) or 1),
            "text": texts[index],
        }
        for rank, (index, score) in enumerate(scores, start=1)
    ]
