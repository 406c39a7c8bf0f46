"""When a call that failed before anything was shown is made again, and how long that waits (errors.md 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from random import uniform

from tenacity import AsyncRetrying, RetryCallState, stop_before_delay

from .errors import GatewayError

_NEVER = frozenset({400, 401, 403, 404, 413, 422})
_ONCE = frozenset({"timeout", "model_unavailable"})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The gateway already tries its other channels, so tries of ours multiply the load: few, and slowly."""

    waits_s: tuple[float, ...] = (1.0, 4.0)
    busy_waits_s: tuple[float, ...] = (30.0, 60.0)  # after a 429
    listed_wait_s: float = 10.0  # after a 503 for a model that is in the key's list
    jitter: float = 0.5
    total_s: float = 120.0

    def retrying(self, is_listed: bool, on_retry: Callable[[GatewayError, float], None] | None) -> AsyncRetrying:
        def before_sleep(state: RetryCallState) -> None:
            if on_retry:
                on_retry(_error(state), state.upcoming_sleep)

        return AsyncRetrying(
            retry=lambda state: self.is_safe(_error(state), state.attempt_number, is_listed),
            wait=lambda state: self.wait_s(_error(state), state.attempt_number),
            stop=stop_before_delay(self.total_s),
            before_sleep=before_sleep,
            reraise=True,
        )

    def is_safe(self, error: GatewayError, tries: int, is_listed: bool) -> bool:
        if not error.is_retryable or error.http_status in _NEVER or tries > len(self.waits_s):
            return False
        if error.kind in _ONCE or error.code == "empty_reply":
            return tries == 1 and (error.kind != "model_unavailable" or is_listed)
        return True

    def wait_s(self, error: GatewayError, tries: int) -> float:
        if error.retry_after_s:
            return error.retry_after_s
        if error.code == "connection_lost" and error.kind == "connection" and tries == 1:
            return 0.05  # most likely a kept connection that the other side was just closing
        waits_s = self.busy_waits_s if error.http_status == 429 else self.waits_s
        wait_s = self.listed_wait_s if error.kind == "model_unavailable" else waits_s[min(tries, len(waits_s)) - 1]
        return wait_s * uniform(1, 1 + self.jitter)  # noqa: S311 (spreads load, guards nothing)


def _error(state: RetryCallState) -> GatewayError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, GatewayError):
        raise TypeError("only a GatewayError is retried") from error
    return error
