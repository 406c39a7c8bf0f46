"""What a failed call of a generation means: whether it may have been paid for, and whether the job is lost."""

from typing import Literal

from chats.catalog import ModelSpec

from .errors import GatewayError

Verdict = Literal["refused", "again", "unknown"]

# Refusals before anything was made, whatever their status (video.md 3.1: client mistakes come as 500 too).
_REFUSED_KINDS = frozenset(
    {
        "auth",
        "forbidden_model",
        "budget",
        "uid_or_project",
        "bad_request",
        "context_too_long",
        "content_refused",
        "too_large",
        "not_supported",
    }
)
_REFUSED_CODES = frozenset({"convert_request_failed", "json_marshal_failed", "model_price_error", "invalid_api_type"})
# No channel took the call: later another may (video.md 3.1, errors.md 3).
_NO_CHANNEL = frozenset({"get_channel_failed", "model_not_found"})
# The vendor's own answer, its status copied: 502 and 503 of it are not the gateway's (video.md 3.1).
_OF_VENDOR = frozenset({"fail_to_fetch_task", "ali_api_error", "bad_response_status_code"})
_UNCERTAIN_4XX = frozenset({408, 409, 425, 499})


def verdict(error: GatewayError, spec: ModelSpec) -> Verdict:
    """Of a failed submit. refused: certainly not accepted, and final; again: certainly nothing charged, may be repeated
    later; unknown: it may have been charged, so a person decides."""
    if error.http_status is None:
        return _unheard(error)
    if _is_busy(error, spec):
        return "again"
    if error.http_status == 200:  # an error inside an answer that had begun
        return "refused" if error.kind in _REFUSED_KINDS else "unknown"
    return _of_status(error, error.http_status, spec)


def _unheard(error: GatewayError) -> Verdict:
    """No status came. A connection that was refused carried nothing; one that broke, or was silent, may have."""
    if error.kind == "connection" and error.code == "unreachable":
        return "again"
    if error.kind in ("connection", "timeout", "incomplete", "cancelled", "upstream", "internal"):
        return "unknown"
    return "refused"  # ours: it was never sent


def _is_busy(error: GatewayError, spec: ModelSpec) -> bool:
    """Kling's 1303, too many at once, comes as a plain 400 with the vendor's text (video.md 4.3)."""
    said = f"{error.code} {error.message}".lower()
    return any(words in said for words in spec.options.get("busy_words", ()))


def _of_status(error: GatewayError, status: int, spec: ModelSpec) -> Verdict:
    if status == 429:
        return "again" if error.is_retryable else "refused"  # a quota that is used up is no queue
    if status == 401 and error.is_retryable:
        return "again"  # the key of the gateway's own channel (errors.md 3)
    if status >= 500 and error.code in _NO_CHANNEL:
        return "again"
    if error.kind in _REFUSED_KINDS or error.code in _REFUSED_CODES:
        return "refused"
    if status in (502, 503) and _is_of_gateway(error):
        # images.md 2 names 503 alone as safe: there the vendor may have drawn before a 502 came.
        return "again" if status == 503 or "polling" in spec.options else "unknown"
    if 400 <= status < 500 and status not in _UNCERTAIN_4XX:
        return "refused"
    return "unknown"


def _is_of_gateway(error: GatewayError) -> bool:
    """It said so itself; a page or an empty body is of some proxy, and the call may have reached what is behind it."""
    return bool(error.code or error.message) and not error.message.startswith("<") and error.code not in _OF_VENDOR


def is_blocked(error: GatewayError) -> bool:
    """A poll that the key may not make: the job goes on, an administrator has to look (video.md 2.7)."""
    return error.http_status in (401, 403) or error.kind in ("auth", "budget", "forbidden_model")


def is_gone(error: GatewayError) -> bool:
    """A poll of a job that the gateway does not know (400 `task_not_exist`, and every other 4xx; video.md 2.7)."""
    status = error.http_status or 0
    return 400 <= status < 500 and status not in (*_UNCERTAIN_4XX, 429) and not is_blocked(error)
