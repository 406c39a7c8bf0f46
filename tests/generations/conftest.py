"""Generations from question to result, in this process and against the sandbox over real HTTP."""

import time
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.utils import timezone

from chats import generations, replies
from chats.gateway.sandbox import server
from chats.models import Generation, Message

FILM = "pixverse-v5.6-t2v"
PICTURE = "gpt-image-1.5"
SLOW_PICTURE = "imagineart-1.5-preview"


@pytest.fixture(scope="module")
def gateway():
    with server.start(
        env={"SANDBOX_INSPECT": "1", "SANDBOX_TASK_SCALE": "0.05", "SANDBOX_FETCH_PRIVATE": "1"}
    ) as handle:
        yield handle


@pytest.fixture
def sandbox(gateway, settings, transactional_db):
    """Asked ten times as fast as a gateway, with leases that lapse within a test."""
    settings.GATEWAY_API_KEY = "sandbox-key-of-a-test"
    settings.GATEWAY_BASE_URL = gateway.url
    settings.FETCH_PRIVATE = True
    settings.GENERATION_PACE = 0.01
    settings.GENERATION_LEASE_S = 30.0
    cache.clear()
    return gateway


class Runner:
    """Asks as a person does and drives the sweep until something holds."""

    def __init__(self, user, gateway) -> None:
        self.user, self.gateway = user, gateway

    def ask(self, text: str, model: str = FILM, **fields) -> list[Generation]:
        fields = {"client_id": f"c{Message.objects.count()}", "model": model, "text": text} | fields
        asked = replies.ask(self.user, replies.Question(**fields))
        replies.settle(asked)
        return list(asked.reply.generations.order_by("position"))

    def until(self, holds: Callable[[], object], within_s: float = 20.0) -> None:
        ends = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < ends, [(g.pk, g.state, g.error) for g in Generation.objects.all()]
            generations.sweep()
            time.sleep(0.02)

    def ended(self, generation: Generation, within_s: float = 20.0) -> Generation:
        self.until(lambda: fresh(generation).state in Generation.ENDED, within_s)
        return fresh(generation)

    def reaches(self, generation: Generation, *states: str) -> Generation:
        self.until(lambda: fresh(generation).state in states)
        return fresh(generation)

    def submits(self, words: str) -> int:
        return sum(words in one["prompt"] for one in self.gateway.submits())


def fresh(generation: Generation) -> Generation:
    return Generation.objects.get(pk=generation.pk)


def lapse(generation: Generation) -> None:
    """As if the process that has the claim had died."""
    Generation.objects.filter(pk=generation.pk).update(due_at=timezone.now())


@pytest.fixture
def runner(sandbox, team, alice) -> Runner:
    return Runner(alice, sandbox)
