"""Which models a key may use: the gateway's list, kept in the cache, never waited for by a page."""

import hashlib
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache import cache

from . import broadcasts, catalog, keys
from .catalog import ModelSpec
from .gateway.client import Credentials, call
from .gateway.errors import GatewayError
from .models import Team

log = logging.getLogger(__name__)

FRESH_S = 600
CLAIM_S = 60  # one refresh at a time; also the pause after one that failed


def available_ids(credentials: Credentials) -> set[str] | None:
    """The last good list, however old; None until there was one."""
    kept = cache.get(_name(credentials))
    return set(kept["ids"]) if kept else None


def needs_refresh(credentials: Credentials) -> bool:
    """True for one caller at a time: who gets it queues the refresh."""
    kept = cache.get(_name(credentials))
    if kept and time.time() - kept["read_at"] < FRESH_S:
        return False
    return cache.add(f"{_name(credentials)}:claim", 1, CLAIM_S)


def refresh(credentials: Credentials) -> bool:
    """Blocking: reads the list anew; whether it changed. After a failure, which is logged, the last good list stays."""
    try:
        ids = ids_of(call(credentials, "GET", "/v1/models"))
    except GatewayError as error:
        log.warning("The list of models could not be read: %s", error)
        return False
    before = cache.get(_name(credentials))
    cache.set(_name(credentials), {"ids": sorted(ids), "read_at": time.time()}, None)
    return before is None or set(before["ids"]) != ids


def refresh_for(team_id: int) -> None:
    """The refresh as a worker does it; open pages of the team hear of a change."""
    team = Team.objects.filter(pk=team_id).first()
    if team is not None and refresh(keys.credentials(team)):
        broadcasts.models_changed(team)


def ids_of(body: Any) -> set[str]:
    """The names in an answer of `/v1/models`; raises GatewayError, for an error may come with status 200."""
    if isinstance(body, Mapping) and body.get("success") is not False and not body.get("error"):
        rows = body.get("data")
        if isinstance(rows, list):
            return {row["id"] for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), str)}
    told = body.get("message") or body.get("error") if isinstance(body, Mapping) else body
    raise GatewayError("upstream", message=f"No list of models in the answer: {str(told)[:200]}")


def is_with_key(spec: ModelSpec, ids: Iterable[str] | None) -> bool:
    """Whether the key may use `spec`; as long as nobody knows, it may."""
    if ids is None or spec.page:  # a page of the list without a model of its own
        return True
    return not {spec.model, spec.wire_model, *spec.variants}.isdisjoint(ids)


def further(ids: Iterable[str] | None) -> list[ModelSpec]:
    """Specs for the names of the key's list that are no blocks of the catalog: variants, and names nobody knows."""
    known = {spec.model for spec in catalog.listed()}
    return [catalog.get(name) for name in sorted(set(ids or ()) - known)]


def _name(credentials: Credentials) -> str:
    secret = f"{credentials.base_url}\n{credentials.key}".encode()
    return f"model-list:{hashlib.sha256(secret).hexdigest()}"
