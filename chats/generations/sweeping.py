"""Picks what is due from the database and hands it to the engine; called once a second and after each question."""

import logging
from collections import defaultdict
from collections.abc import Iterable

from chats import keys
from chats.gateway.errors import GatewayError
from chats.gateway.values import Credentials
from chats.models import Generation, Team

from . import claims, collecting, polling, submitting
from .claims import Claim, Gone, State
from .engine import Engine, engine

log = logging.getLogger(__name__)

BATCH = 200


def keep_sweeping() -> None:
    """Called once by a worker that has begun: beat and the queue are only hints."""
    engine().keep_sweeping(sweep)


def sweep() -> int:
    """How many steps were begun; returns while they are under way."""
    running, begun = engine(), 0
    while room := min(BATCH, running.room):
        taken = claims.take(room, running.busy)
        if not taken:
            break
        _hand_over(running, taken)
        begun += len(taken)
        if len(taken) < room:
            break
    return begun


def _hand_over(running: Engine, taken: list[Generation]) -> None:
    by_step = defaultdict(list)
    for row in taken:
        by_step[row.state].append(row)
    for row in by_step[State.QUEUED]:
        running.start(row.claim, submitting.submit(Claim.of(row), row.model))
    for row in by_step[State.SUBMITTING]:
        _recover(Claim.of(row))
    for row in by_step[State.DOWNLOADING]:
        running.start(row.claim, collecting.collect(Claim.of(row)))
    polled = by_step[State.SUBMITTED] + by_step[State.RUNNING] + by_step[State.EXPIRED]
    _poll(running, polled)


def _recover(claim: Claim) -> None:
    try:
        submitting.recover(claim)
    except Gone:
        log.info("Generation %s was recovered by somebody else", claim.pk)


def _poll(running: Engine, polled: list[Generation]) -> None:
    credentials = _credentials({row.team_id for row in polled})
    for row in polled:
        if row.team_id not in credentials:
            polling.give_up(row)
    asked = [row for row in polled if row.team_id in credentials]
    if asked:
        polling.start(running, asked, credentials)


def _credentials(teams: Iterable[int]) -> dict[int, Credentials]:
    """A team whose key cannot be read waits, as the lease has it, until somebody enters it again."""
    found = {}
    for team in Team.objects.filter(pk__in=teams):
        try:
            found[team.pk] = keys.credentials(team)
        except GatewayError as error:
            log.warning("Generations of team %s cannot be asked after: %s", team.pk, error)
    return found
