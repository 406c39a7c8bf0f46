"""What a failed submit means for the bill, and a failed poll for the job (video.md 2.7, 3, 3.1; errors.md 3 and 5)."""

import json

import pytest

from chats import catalog
from chats.gateway import errors
from chats.gateway.client import is_blocked, is_gone, verdict
from chats.gateway.errors import GatewayError

FILM, PICTURE, KLING = (catalog.get(name) for name in ("viduq3-pro", "gpt-image-2", "kling-v3"))


def task(status: int, code: str = "", message: str = "no") -> GatewayError:
    """As the task handler says it."""
    return errors.read(status, {}, json.dumps({"code": code, "message": message, "data": None}).encode())


def relay(status: int, code: str = "", message: str = "no") -> GatewayError:
    """As the middleware says it."""
    body = {"error": {"message": f"{message} (request id: toio1)", "type": "new_api_error", "code": code}}
    return errors.read(status, {}, json.dumps(body).encode())


def page(status: int, body: bytes = b"<html><h1>Bad Gateway</h1></html>") -> GatewayError:
    return errors.read(status, {}, body)


def local(kind, code="", **more) -> GatewayError:
    return GatewayError(kind, code=code, **more)


REFUSED = [
    *(task(400, code) for code in ("invalid_request", "invalid_json", "unmarshal_task_request_failed")),
    *(task(400, code) for code in ("missing_model", "invalid_size", "invalid_seconds", "conflicting_references")),
    *(task(400, code) for code in ("model_price_not_found", "task_failed", "invalid_api_platform")),
    task(500, "build_request_failed", "image is required"),
    task(500, "build_request_failed", "duration must be 4 or 8 seconds"),
    task(500, "convert_to_ali_request_failed"),
    task(403, "quota_not_enough"),
    task(403, "insufficient_user_quota"),
    task(413, "read_request_body_failed"),
    task(501, "not_implemented:fal"),
    relay(401, "", "Invalid token"),
    relay(403, "", "This token has no access to model x"),
    relay(400, "moderation_blocked"),
    relay(400, "InputTextSensitiveContentDetected"),
    relay(404),
    relay(429, "insufficient_quota"),
    local("too_large", "body_over_limit"),
    local("not_supported", "file_by_address"),
    local("bad_request", "bad_settings"),
    local("auth", "key_unreadable"),
    GatewayError("content_refused", 200, "moderation_blocked"),
]
AGAIN = [
    task(429, "fail_to_fetch_task", "当前分组上游负载已饱和，请稍后再试"),
    page(429, b""),
    relay(429, "", "您已达到请求数限制：1分钟内最多请求60次"),
    relay(503, "model_not_found", "No available channel for model x under group default (distributor)"),
    task(500, "get_channel_failed"),
    task(503, "get_channel_failed"),
    relay(503, "", "busy"),
    relay(401, "invalid_api_key", "a channel's own key"),
    local("connection", "unreachable", is_retryable=True),
]
UNKNOWN = [
    *(task(500, code) for code in ("do_request_failed", "read_response_body_failed", "unmarshal_response_failed")),
    *(task(500, code) for code in ("invalid_response", "insert_task_failed")),
    task(500, "fail_to_fetch_task", "vendor trouble"),
    task(503, "fail_to_fetch_task", "the vendor's 503"),
    task(504, "fail_to_fetch_task"),
    task(408, "fail_to_fetch_task"),
    relay(500, "bad_response_status_code", "bad response status code 502"),
    page(502),
    page(503),
    page(504),
    page(524),
    page(502, b""),
    local("timeout", "no_answer", is_retryable=True),
    local("connection", "connection_lost", is_retryable=True),
    GatewayError("incomplete", 200, "connection_lost"),
    GatewayError("timeout", 200, "silence"),
    GatewayError("upstream", 200, "no_task_id"),
    GatewayError("upstream", 200, "bad_response_body"),
    GatewayError("internal"),
]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        *((error, "refused") for error in REFUSED),
        *((error, "again") for error in AGAIN),
        *((error, "unknown") for error in UNKNOWN),
    ],
    ids=str,
)
def test_a_failed_submit_is_judged_by_what_may_have_been_charged(error, expected):
    assert verdict(error, FILM) == expected


def test_kling_says_in_words_that_too_many_run_at_once():
    busy = task(400, "task_failed", "parallel task over resource pack limit")
    assert verdict(busy, KLING) == "again"
    assert verdict(task(400, "task_failed", "code 1303"), KLING) == "again"
    assert verdict(task(400, "task_failed", "bad picture"), KLING) == "refused"
    assert verdict(busy, FILM) == "refused"


def test_a_502_is_safe_for_films_and_not_for_pictures_which_are_drawn_inside_the_call():
    assert verdict(relay(502, "", "gateway trouble"), FILM) == "again"
    assert verdict(relay(502, "", "gateway trouble"), PICTURE) == "unknown"
    assert verdict(relay(503, "", "gateway trouble"), PICTURE) == "again"


@pytest.mark.parametrize(
    ("error", "gone", "blocked"),
    [
        (task(400, "task_not_exist"), True, False),
        (relay(404), True, False),
        (task(422), True, False),
        (relay(401, "", "Invalid token"), False, True),
        (relay(403, "", "no access to model"), False, True),
        *((task(status), False, False) for status in (408, 425, 429, 500, 502, 503, 504)),
        (page(502), False, False),
        (local("timeout", "no_answer"), False, False),
        (local("connection", "unreachable"), False, False),
        (GatewayError("upstream", 200, "bad_response_body"), False, False),
    ],
    ids=str,
)
def test_a_failed_poll_says_whether_the_job_is_lost(error, gone, blocked):
    assert (is_gone(error), is_blocked(error)) == (gone, blocked)
