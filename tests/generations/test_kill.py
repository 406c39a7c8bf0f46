"""The proof: hundreds of generations, kill -9 between every two steps, each ends once and is paid for once.

Once as `make run` has it (SQLite, everything in one process), once as several machines have it (PostgreSQL, Redis;
worker, beat, web and broker die). The counts are printed; run with -s to see them.

Between them the two die at every point, with 250 generations each; with PROOF=full each of them dies at every point,
with 500, which takes three times as long.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Sequence

import psycopg
import pytest

from chats.gateway.sandbox import server
from chats.generations.points import POINTS
from tests.services import free_port

from .fleet import Fleet, Process, until

IS_FULL = os.environ.get("PROOF") == "full"
MODELS = ("gpt-image-1.5", "imagineart-1.5-preview", "kling-v3", "pixverse-v5.6-t2v", "gen4.5")
MESSAGES = 100 if IS_FULL else 50  # of five generations each
TROUBLES = (
    *("", "", "", "poll_fails 2", "poll_null 2", "dead_link 1", "cut_link 1", "slow_submit 0.3"),
    *("record", "generation G1", "status 503 code model_not_found times 1", "lose_submit"),
)
ASK = """
from django.contrib.auth import get_user_model
from chats import replies
from chats.generations import Run
from chats.models import Membership, Team
alice = get_user_model().objects.create_user("alice")
team = Team.objects.create(name="Film club")
Membership.objects.create(team=team, user=alice, role="owner")
troubles = {troubles!r}
for n in range({messages}):
    text = f"job {{n:03}} [sandbox: tiny {{troubles[n % len(troubles)]}}]"
    runs = tuple(Run(model) for model in {models!r})
    replies.ask(alice, replies.Question(client_id=f"c{{n}}", model=runs[0].model, text=text, runs=runs))
"""
LOOK = """
import json
from chats.models import Attachment, Generation, GenerationOutput, Message
rows = list(Generation.objects.values_list("state", "model", "prompt", "remote_id", "finished_at"))
print(json.dumps({
    "rows": [[state, model, prompt, remote, bool(at)] for state, model, prompt, remote, at in rows],
    "outputs": GenerationOutput.objects.exclude(attachment__file="").count(),
    "ready": Attachment.objects.filter(state="ready", made_as__isnull=False).count(),
    "attachments": Attachment.objects.exclude(file="").count(),
    "files": list(Attachment.objects.exclude(file="").values_list("file", flat=True)),
    "linked": Message.attachments.through.objects.count(),
    "messages": list(Message.objects.filter(role="assistant").values_list("status", flat=True)),
}))
"""
OPEN = (
    "SELECT count(*) FROM chats_generation WHERE state IN ('queued','submitting','submitted','running','downloading')"
)

pytestmark = [pytest.mark.services]


@pytest.mark.xdist_group("kill-small")
def test_generations_survive_kill_9_between_every_two_steps_in_one_process():
    with _gateway() as gateway:
        prove(Fleet(gateway, {}), POINTS if IS_FULL else POINTS[::2], seed=1)


@pytest.mark.xdist_group("kill-large")
def test_generations_survive_kill_9_of_worker_beat_web_and_broker(postgres_url):
    name = f"kill{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    redis_url = f"redis://127.0.0.1:{free_port()}/0"
    database_url = postgres_url.rsplit("/", 1)[0] + f"/{name}"
    places = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with _gateway() as gateway:
        prove(Fleet(gateway, places), POINTS if IS_FULL else POINTS[1::2], seed=2)


def _gateway() -> server.Handle:
    return server.start(env={"SANDBOX_INSPECT": "1", "SANDBOX_TASK_SCALE": "0.02", "SANDBOX_FETCH_PRIVATE": "1"})


def prove(fleet: Fleet, points: Sequence[str], seed: int) -> None:
    fleet.shell(ASK.format(troubles=TROUBLES, messages=MESSAGES, models=MODELS))
    steps = fleet.build()
    try:
        kill_at_every_point(fleet, steps, points, random.Random(seed))
        fleet.start_others()
        steps.start()
        until(lambda: count_open(fleet) == 0, fleet, "every generation ended", 150)
    finally:
        fleet.stop(steps)
    check(fleet, json.loads(fleet.shell(LOOK)), steps)


def kill_at_every_point(fleet: Fleet, steps: Process, points: Sequence[str], chance: random.Random) -> None:
    """A point that nothing reaches any more is no test: the order begins with those that all rows pass once."""
    victims = list(fleet.others)
    for turn, point in enumerate(points):
        fleet.start_others()
        steps.start(FAULT_POINT=f"{point}/{chance.randint(1, 12)}")
        until(lambda: steps.has_died, fleet, f"death at {point}", 40)
        steps.deaths += 1
        if victims:
            fleet.others[victims[turn % len(victims)]].kill()


def count_open(fleet: Fleet) -> int:
    if fleet.is_large:
        with psycopg.connect(fleet.environment["DATABASE_URL"]) as connection:
            found = connection.execute(OPEN).fetchone()
            return found[0] if found else 0
    import sqlite3

    with sqlite3.connect(fleet.folder / "playground.sqlite3", timeout=20) as connection:
        return connection.execute(OPEN).fetchone()[0]


def check(fleet: Fleet, found: dict, steps: Process) -> None:
    states = Counter(row[0] for row in found["rows"])
    submits = Counter((one["prompt"], one["model"]) for one in fleet.gateway.submits())
    deaths = {process.name: process.deaths for process in (steps, *fleet.others.values())}
    print(f"\nstates {dict(states)} · submits {sum(submits.values())} · killed {deaths} · outputs {found['outputs']}")
    assert len(found["rows"]) == MESSAGES * len(MODELS)
    assert set(states) <= {"succeeded", "failed", "unknown"}
    assert all(at for *_rest, at in found["rows"])
    assert not any(count > 1 for count in submits.values()), "billed twice"
    for state, model, prompt, remote, _at in found["rows"]:
        told = submits[prompt.partition(" [")[0], model]
        assert told == 1 or state == "unknown", (state, model, prompt)
        assert not (state == "unknown" and remote), "a known job is never in doubt"
    # In doubt are the answers that the sandbox lost, and the calls that were open when a process died.
    assert states["succeeded"] >= len(found["rows"]) / 2
    assert states["succeeded"] == found["outputs"] == found["ready"] == found["attachments"] == found["linked"]
    stored = [path for path in (fleet.folder / "media" / "generations").rglob("*") if path.is_file()]
    assert len(stored) == len(set(found["files"])) == states["succeeded"]
    assert set(found["messages"]) <= {"complete", "failed"}
