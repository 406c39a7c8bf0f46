"""Every row of the gateway's error tables, read from the bytes it would send."""

import json
from pathlib import Path

import pytest

from chats.gateway import errors
from chats.gateway.classification import ErrorKind
from chats.gateway.errors import GatewayError

ID = "toio20260101000000abcd1234"


def relay(code, message="words", **more) -> bytes:  # envelope A
    return json.dumps(
        {"error": {"message": message, "type": "toio_api_error", "param": "", "code": code, **more}}
    ).encode()


def claude(kind, message="words") -> bytes:  # envelope B
    return json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()


def early(message, code="") -> bytes:  # envelope C
    return json.dumps(
        {"error": {"message": f"{message} (request id: {ID})", "type": "new_api_error", "code": code}}
    ).encode()


def words(text: str) -> list[str]:
    return text.split()


TABLE = [
    # status, body, kind, is_retryable
    (400, relay("invalid_request"), "bad_request", False),
    (400, relay("bad_request_body"), "bad_request", False),
    (400, relay("invalid_parameter_error"), "bad_request", False),
    (400, relay("InvalidParameter", "voice Foo is unknown"), "bad_request", False),
    (400, relay("invalid_value"), "bad_request", False),
    (400, relay("unsupported_parameter"), "bad_request", False),
    (400, relay("unsupported_value"), "bad_request", False),
    (400, relay("invalid_parameter_error", "This model only support stream mode"), "bad_request", False),
    (400, relay(None, "kimi-k2-thinking only support stream mode now"), "bad_request", False),
    (400, relay("context_length_exceeded"), "context_too_long", False),
    (400, claude("invalid_request_error", "prompt is too long: 210000 tokens"), "context_too_long", False),
    (400, relay("InvalidParameter", "Range of input length should be [1, 30720]"), "context_too_long", False),
    (400, relay(400, "The input token count exceeds the maximum"), "context_too_long", False),
    (400, relay(None, "Your request exceeded model token limit: 8192"), "context_too_long", False),
    (400, relay("sensitive_words_detected"), "content_refused", False),
    (400, relay("prompt_blocked"), "content_refused", False),
    (400, relay("content_policy_violation"), "content_refused", False),
    (400, relay("data_inspection_failed"), "content_refused", False),
    (400, relay("DataInspectionFailed"), "content_refused", False),
    (400, relay("content_filter"), "content_refused", False),
    (400, relay("1301"), "content_refused", False),
    (400, relay(1301), "content_refused", False),
    (400, relay("SensitiveContentDetected.SevereViolation"), "content_refused", False),
    (401, early("Invalid token"), "auth", False),
    (401, relay("invalid_api_key", "Incorrect API key provided"), "upstream", True),
    (401, claude("authentication_error"), "upstream", True),
    (403, relay("insufficient_user_quota"), "budget", False),
    (403, relay("pre_consume_token_quota_failed"), "budget", False),
    (403, early("This token has no access to model gpt-5.2-pro"), "forbidden_model", False),
    (403, early("IP not allowed", "access_denied"), "auth", False),
    (403, early("uid鉴权失败"), "uid_or_project", False),
    (403, early("您的账户本月非项目预算已用尽，请设置项目"), "uid_or_project", False),
    (403, early("普通用户不支持指定渠道"), "auth", False),
    (403, early("用户已被封禁"), "auth", False),
    (403, early("该渠道不能完整支持:[video]模态"), "not_supported", False),
    (403, relay("permission_denied"), "forbidden_model", False),
    (403, relay("permission_denied", "Your project has no such model"), "forbidden_model", False),
    (404, relay("", "Invalid URL (GET /v1/nope)"), "model_unavailable", False),
    (413, relay("read_request_body_failed"), "too_large", False),
    (413, b"", "too_large", False),
    (422, relay(None), "bad_request", False),
    (429, early("您已达到请求数限制：1分钟内最多请求60次"), "rate_limited", True),
    (429, b"", "rate_limited", True),
    (429, relay("rate_limit"), "rate_limited", True),
    (429, relay("rate_limit_exceeded"), "rate_limited", True),
    (429, relay("Throttling.RateQuota"), "rate_limited", True),
    (429, relay("insufficient_quota"), "rate_limited", False),
    (429, relay("Throttling.AllocationQuota"), "rate_limited", False),
    *(
        (500, relay(code), "upstream", True)
        for code in words("""
            do_request_failed read_response_body_failed bad_response bad_response_body
            empty_response count_token_failed get_channel_failed query_data_error update_data_error
            aws_invoke_error channel:no_available_key channel:invalid_key channel:model_mapped_error
            channel:param_override_invalid channel:header_override_invalid channel:aws_client_error
            channel:response_time_exceeded channel:get_channel_error
        """)
    ),
    *(
        (500, relay(code), "upstream", False)
        for code in ("convert_request_failed", "model_price_error", "json_marshal_failed", "invalid_api_type")
    ),
    (500, relay(None, "not implemented"), "not_supported", False),
    (500, relay("not_supported"), "not_supported", False),
    (502, relay("upstream_connection_failed"), "upstream", True),
    (502, b"<html><title>502 Bad Gateway</title></html>", "upstream", True),
    (503, early("No available channel for model nope-1 under group default (distributor)", "model_not_found"),
     "model_unavailable", True),
    (503, early("No available channel for model nope-1 under group default (distributor)"), "model_unavailable", True),
    (503, b"Service Unavailable", "upstream", True),
    (504, relay("bad_response_status_code"), "timeout", True),
    (504, b"<html>504</html>", "timeout", True),
    (520, b"", "upstream", True),
    (524, b"", "timeout", True),
    (529, claude("overloaded_error"), "rate_limited", True),
    (500, relay("bad_response_status_code", "bad response status code 502"), "upstream", True),
    (429, relay("bad_response_status_code", "bad response status code 429"), "rate_limited", True),
    (200, relay("bad_response_status_code", "bad response status code 404"), "model_unavailable", False),
    (200, relay("violation_fee.grok.csam"), "content_refused", False),
    (500, relay("get_task_result_failed"), "upstream", False),
    (500, relay("get_task_result_timeout"), "timeout", False),
    # Claude's own words (errors.md 3, last but one list)
    (400, claude("invalid_request_error"), "bad_request", False),
    (402, claude("billing_error"), "upstream", False),
    (402, b"", "budget", False),
    (403, claude("permission_error"), "forbidden_model", False),
    (404, claude("not_found_error"), "model_unavailable", False),
    (413, claude("request_too_large"), "too_large", False),
    (429, claude("rate_limit_error"), "rate_limited", True),
    (500, claude("api_error"), "upstream", True),
    (504, claude("timeout_error"), "timeout", True),
    # the same inside a 200 stream, where no status helps
    (200, claude("overloaded_error"), "rate_limited", True),
    (200, claude("api_error"), "upstream", True),
    (200, claude("invalid_request_error", "prompt is too long"), "context_too_long", False),
    (200, claude("invalid_request_error"), "bad_request", False),
    (200, relay("server_error"), "upstream", True),
    (200, relay("rate_limit_exceeded"), "rate_limited", True),
    (200, relay("bio_policy"), "content_refused", False),
    (200, relay("image_content_policy_violation"), "content_refused", False),
    (200, relay("invalid_prompt", "flagged as violating our usage policy"), "content_refused", False),
    *(
        (200, relay(code), "bad_request", False)
        for code in words("""
            invalid_prompt invalid_image invalid_image_format invalid_base64_image invalid_image_url
            image_too_large image_too_small image_parse_error image_file_too_large
            unsupported_image_media_type empty_image_file failed_to_download_image
            image_file_not_found
        """)
    ),
    (408, b"", "timeout", True),
    (409, b"", "upstream", True),
    (418, b"", "upstream", False),
    # Google's form, in case it gets through
    (400, b'{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}', "bad_request", False),
    (200, b'{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}', "rate_limited", True),
    (200, b'{"error":{"code":503,"message":"later","status":"UNAVAILABLE"}}', "upstream", True),
    # D, E, F, G, H, I
    (200, b'{"type":"error","event_id":"evt_1","error":{"message":"m","type":"t","code":"insufficient_user_quota"}}',
     "budget", False),
    (400, b'{"code":"invalid_request","message":"prompt is required","data":null}', "bad_request", False),
    (400, b'{"error":"search engine not implemented"}', "not_supported", False),
    (500, b'{"error":"bad status code: 500"}', "upstream", True),
    (200, b'{"success":false,"message":"database error"}', "upstream", True),
    (200, b'{"error":{"message":"The model \'nope-1\' does not exist","type":"invalid_request_error","param":"model",'
          b'"code":"model_not_found"}}', "model_unavailable", False),
    (400, relay("unsupported_channel", "This endpoint only supports Moonshot channel"), "not_supported", False),
    (400, relay("missing_parameters"), "bad_request", False),
    (500, relay("request_creation_failed"), "upstream", True),
]  # fmt: skip

# errors.md 6, byte for byte: <status>.<kind>.<what>.json
RECORDED = sorted((Path(__file__).parent.parent / "wire" / "errors").iterdir())
assert len(RECORDED) == 12


@pytest.mark.parametrize(("status", "body", "kind", "is_retryable"), TABLE)
def test_a_row_of_the_error_tables_gets_its_kind(status, body, kind, is_retryable):
    error = errors.read(status, {}, body)
    assert (error.kind, error.is_retryable) == (kind, is_retryable)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_error_gives_kind_and_request_id(path):
    status, kind, _ = path.stem.split(".")
    body = path.read_bytes()
    error = errors.read(int(status), {}, body)
    assert (error.kind, error.http_status) == (kind, int(status))
    assert error.request_id == (ID if ID.encode() in body else "")
    assert "request id" not in error.message


@pytest.mark.parametrize("word", ["toio_api_error", "new_api_error", "anything"])
def test_the_type_of_a_relay_error_changes_nothing(word):
    body = {"error": {"message": "m", "type": word, "code": ""}}
    assert errors.read(401, {}, json.dumps(body).encode()).kind == "auth"


@pytest.mark.parametrize("status", [{"status_code": 503}, {"code": 503}, {"code": "503"}])
def test_the_status_inside_a_200_counts(status):
    error = errors.from_payload({"error": {"message": "m", **status}})
    assert (error.http_status, error.code, error.kind, error.is_retryable) == (503, "", "upstream", True)


def test_the_header_names_the_request():
    assert errors.read(500, {"X-Oneapi-Request-Id": "toioHEADER"}, early("words")).request_id == "toioHEADER"


@pytest.mark.parametrize(("value", "seconds"), [("7", 7.0), ("0", 0.0), ("soon", None), ("", None)])
def test_retry_after_in_seconds_is_kept(value, seconds):
    assert errors.read(429, {"Retry-After": value}, b"").retry_after_s == seconds


def test_retry_after_as_a_date_is_kept():
    long_ago = errors.read(429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"")
    assert long_ago.retry_after_s == 0.0
    far_away = errors.read(429, {"Retry-After": "Wed, 21 Oct 2215 07:28:00 GMT"}, b"")
    assert far_away.retry_after_s > 3600


def test_a_message_holds_neither_keys_nor_halves_of_characters():
    body = relay("x", "Incorrect API key provided: sk-proj-abcdef0123456789. \ud83d\x00 Bearer abcdefgh")
    message = errors.read(401, {}, body).message
    assert "abcdef" not in message
    assert message.encode()
    assert "\0" not in message


def test_a_page_of_a_proxy_is_cut_to_300_characters():
    assert len(errors.read(502, {}, b"<html>" + b"x" * 5000).message) == 300


def test_a_message_is_cut_to_2000_characters():
    assert len(errors.read(500, {}, relay("x", "y" * 9000)).message) == 2000


def test_an_error_is_stored_as_plain_json():
    error = errors.read(429, {"X-Oneapi-Request-Id": "toio1"}, relay("rate_limit", "slow down"))
    error.tries = 3
    assert json.loads(json.dumps(error.as_json())) == {
        "kind": "rate_limited",
        "status": 429,
        "code": "rate_limit",
        "message": "slow down",
        "request_id": "toio1",
        "retryable": True,
        "tries": 3,
    }


@pytest.mark.parametrize("kind", ErrorKind.__args__)
def test_every_kind_has_a_cause_of_its_own(kind):
    assert str(GatewayError(kind).cause) == str(errors.CAUSES[kind])
    assert [str(text) for text in errors.CAUSES.values()].count(str(errors.CAUSES[kind])) == 1


def test_a_stored_kind_and_code_give_the_cause_again():
    stored = errors.read(403, {}, early("IP", "access_denied")).as_json()
    assert "network address" in str(errors.cause(stored["kind"], stored["code"]))
    assert str(errors.cause("a kind of tomorrow")) == str(errors.CAUSES["upstream"])


@pytest.mark.parametrize(
    ("payload", "is_error"),
    [
        ({"error": {"message": "m"}}, True),
        ({"error": "text"}, True),
        ({"error": None, "choices": []}, False),
        ({"error": "", "choices": []}, False),
        ({"type": "error", "message": "m"}, True),
        ({"success": False, "message": "m"}, True),
        ({"success": True, "data": []}, False),
        ({"code": "fail", "message": "m", "data": None}, True),
        ({"choices": [], "usage": {}}, False),
    ],
)
def test_a_failure_with_status_200_is_seen(payload, is_error):
    assert errors.is_error(payload) is is_error
