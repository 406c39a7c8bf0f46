"""Spares everybody the wait for a key that was just refused: for a minute its calls fail here (errors.md 5.3)."""

import copy
import hashlib
from time import monotonic

from . import connections
from .errors import GatewayError
from .values import Credentials

OPEN_S = 60.0
_KINDS = frozenset({"auth", "budget"})

_refused: dict[str, tuple[float, GatewayError]] = {}  # by a hash, so that no key lies around


def check(credentials: Credentials) -> None:
    """Raises the key's last refusal while it is fresh."""
    until, error = _refused.get(_hash(credentials), (0.0, None))
    left_s = until - monotonic()
    if error and left_s > 0:
        again = copy.copy(error)  # an exception collects a traceback each time it is raised
        again.tries, again.retry_after_s = 0, left_s
        raise again


def note(credentials: Credentials, error: GatewayError) -> None:
    """A gateway on this machine costs nobody a wait, and the sandbox refuses single calls on request."""
    if error.kind in _KINDS and not connections.is_loopback(credentials.base_url):
        now = monotonic()
        for name in [name for name, (until, _error) in _refused.items() if until < now]:
            del _refused[name]
        _refused[_hash(credentials)] = (now + OPEN_S, error)


def clear(credentials: Credentials) -> None:
    _refused.pop(_hash(credentials), None)


def _hash(credentials: Credentials) -> str:
    facts = (credentials.base_url, credentials.key, *sorted(credentials.extra_headers.items()))
    return hashlib.sha256(repr(facts).encode()).hexdigest()
