"""When a generation is asked after, when nobody waits any longer, and how long its model usually takes."""

import datetime
from dataclasses import dataclass
from random import uniform
from urllib.parse import quote

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from chats import catalog
from chats.catalog import form
from chats.gateway.values import Credentials
from chats.models import Generation

JITTER = 0.1
GROWTH = 1.3
SAMPLE = 30
LEARNED_FROM = 5
KNOWN_FOR_S = 60
USUAL_S = {"image": 20.0, "video": 120.0, "file": 300.0}
REPLY = form.Polling(0, 0, 0, 900)  # of a model that answers at once: how long we stand by it
LAST_LOOK = datetime.timedelta(hours=1)
MOST_CAPPED = 0.99


@dataclass(frozen=True, slots=True)
class Usual:
    """Seconds: half of the runs took less than `median_s`, all but a few less than `slow_s`."""

    median_s: float
    slow_s: float


def polling(model: str) -> form.Polling:
    spec = catalog.get(model)
    return (form.form_of(spec).polling if form.is_generation(spec) else None) or REPLY


def pace(credentials: Credentials) -> float:
    """The sandbox works in seconds, so it is asked in seconds."""
    is_sandbox = credentials.base_url.rstrip("/") == settings.SANDBOX_URL.rstrip("/")
    return settings.SANDBOX_PACE if is_sandbox else settings.GENERATION_PACE


def first_delay_s(model: str, credentials: Credentials) -> float:
    return polling(model).first_s * pace(credentials) * _jitter()


def delay_s(model: str, polls: int, credentials: Credentials) -> float:
    told = polling(model)
    # After some rounds every model waits its ceiling; the power of a large count would only overflow.
    return min(told.ceiling_s, told.interval_s * GROWTH ** min(polls, 20)) * pace(credentials) * _jitter()


def deadline(model: str) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(seconds=polling(model).deadline_s)


def _jitter() -> float:
    return uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (spreads load, guards nothing)


def usual(model: str, kind: str, typical_s: float | None = None) -> Usual:
    """Learned from the model's recent runs, else what the catalog says."""
    known = _known(model)
    if len(known) >= LEARNED_FROM:
        return Usual(known[len(known) // 2], known[int(len(known) * 0.95)])
    median_s = known[len(known) // 2] if known else typical_s or USUAL_S.get(kind, 60.0)
    return Usual(median_s, median_s * 2.5)


def _known(model: str) -> list[float]:
    try:
        return cache.get_or_set(f"usual:{quote(model)}", lambda: _recent(model), KNOWN_FOR_S) or []
    except (RedisError, OSError):
        return []  # without the cache the catalog's figure will do


def _recent(model: str) -> list[float]:
    ended = Generation.objects.filter(model=model, state=Generation.State.SUCCEEDED, sent_at__isnull=False)
    times = ended.order_by("-finished_at").values_list("sent_at", "finished_at")[:SAMPLE]
    taken = sorted((end - start).total_seconds() for start, end in times if start and end)
    return [seconds for seconds in taken if seconds <= polling(model).deadline_s]  # not those looked at days later


def shown_progress(generation: Generation, known: Usual) -> float:
    """What the vendor says, else the time gone by against the usual; never a whole before the end."""
    if generation.state == Generation.State.SUCCEEDED:
        return 1.0
    if generation.sent_at is None:
        return 0.0
    guessed = elapsed_s(generation) / known.median_s if known.median_s else 0.0
    return round(min(MOST_CAPPED, generation.progress if generation.progress is not None else guessed), 3)


def left_s(generation: Generation, known: Usual) -> float | None:
    """None where it takes longer than usual, or nothing was sent yet."""
    if generation.sent_at is None or not generation.is_open:
        return None
    left = known.median_s - elapsed_s(generation)
    return round(left, 1) if left > 0 else None


def elapsed_s(generation: Generation) -> float:
    start = generation.sent_at or generation.created_at
    return ((generation.finished_at or timezone.now()) - start).total_seconds()
