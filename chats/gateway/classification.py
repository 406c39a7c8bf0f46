"""Which kind of failure a status, a code and a message mean, and whether trying again can help; for errors.py alone."""

import re
from typing import Literal, NamedTuple

ErrorKind = Literal[
    "auth",
    "forbidden_model",
    "budget",
    "uid_or_project",
    "bad_request",
    "context_too_long",
    "content_refused",
    "too_large",
    "rate_limited",
    "model_unavailable",
    "upstream",
    "timeout",
    "not_supported",
    "incomplete",
    "cancelled",
    "connection",
    "internal",  # of ours, never read from an answer
]


class Verdict(NamedTuple):
    kind: ErrorKind
    is_retryable: bool


def _verdicts(kind: ErrorKind, is_retryable: bool, codes: str) -> dict[str, Verdict]:
    return dict.fromkeys(codes.split(), Verdict(kind, is_retryable))


# Codes that say it all (errors.md 3 and 4), in lower case because vendors differ in it.
_CODES: dict[str, Verdict] = {
    **_verdicts("auth", False, "access_denied"),
    **_verdicts("budget", False, "insufficient_user_quota pre_consume_token_quota_failed quota_not_enough"),
    **_verdicts("context_too_long", False, "context_length_exceeded model_context_window_exceeded"),
    **_verdicts(
        "content_refused",
        False,
        "sensitive_words_detected prompt_blocked content_policy_violation data_inspection_failed"
        " datainspectionfailed content_filter 1301 bio_policy image_content_policy_violation moderation_blocked",
    ),
    **_verdicts("too_large", False, "read_request_body_failed request_too_large"),
    # 529 "overloaded" is Claude's way of saying busy (VD anthropic-sdk-python).
    **_verdicts("rate_limited", True, "rate_limit rate_limit_exceeded rate_limit_error overloaded_error"),
    **_verdicts("rate_limited", True, "resource_exhausted"),
    **_verdicts("rate_limited", False, "insufficient_quota throttling.allocationquota allocationquota"),
    **_verdicts("model_unavailable", False, "model_not_found not_found_error"),
    **_verdicts(
        "upstream",
        True,
        "do_request_failed read_response_body_failed bad_response bad_response_body empty_response count_token_failed"
        " get_channel_failed query_data_error update_data_error aws_invoke_error upstream_connection_failed"
        " request_creation_failed response_read_failed server_error api_error internal_error unavailable"
        " authentication_error",
    ),
    **_verdicts(
        "upstream",
        False,
        "convert_request_failed json_marshal_failed model_price_error invalid_api_type get_task_result_failed"
        " billing_error",
    ),
    **_verdicts("timeout", True, "timeout_error deadline_exceeded"),
    **_verdicts("timeout", False, "get_task_result_timeout"),
    **_verdicts("not_supported", False, "not_supported unsupported_channel not_implemented"),
    **_verdicts(
        "bad_request",
        False,
        "bad_request_body missing_parameters unsupported_parameter unsupported_value invalid_image"
        " invalid_image_format invalid_base64_image invalid_image_url image_too_large image_too_small"
        " image_parse_error image_file_too_large unsupported_image_media_type empty_image_file"
        " failed_to_download_image image_file_not_found"
        # Mistakes of ours that the gateway finds while it builds the vendor's call, told with 500 (video.md 3.1).
        " build_request_failed convert_to_ali_request_failed task_not_exist",
    ),
}
_PREFIXES: tuple[tuple[str, Verdict], ...] = (
    ("channel:", Verdict("upstream", True)),
    ("throttling", Verdict("rate_limited", True)),
    ("violation_fee", Verdict("content_refused", False)),
)
# Codes so broad that the message may know better; looked at after the patterns.
_BROAD_CODES: dict[str, Verdict] = _verdicts(
    "bad_request",
    False,
    "invalid_request invalid_request_error invalid_parameter_error invalidparameter invalid_value invalid_prompt"
    " invalid_argument",
)

# Where there is no code only the text tells; those of 403 are the gateway's own and come without one.
_FORBIDDEN = frozenset({403})
_NOT_LIMITS = frozenset({200, 400, 403, 404, 413, 422, 500, 501, 503})
_TEXTS: tuple[tuple[frozenset[int], ErrorKind, str], ...] = (
    (_FORBIDDEN, "forbidden_model", r"no access to model|无权(访问|使用).*模型"),
    (_FORBIDDEN, "uid_or_project", r"uid鉴权失败|预算已用尽|项目|x-project|\bproject\b"),
    (_FORBIDDEN, "not_supported", r"不能完整支持"),
    (_FORBIDDEN, "budget", r"quota.*not enough|额度不足|余额不足"),
    (
        _NOT_LIMITS,
        "context_too_long",
        r"maximum context length|prompt is too long|range of input length|input token count exceeds"
        r"|exceeded model token limit|context window|上下文.*(超|过长)",
    ),
    (
        _NOT_LIMITS,
        "content_refused",
        r"content.{0,12}polic|usage polic|inappropriate content|content filter|safety system|敏感|违规内容",
    ),
    # Kimi "only support stream mode", Qwen "only support stream": always streaming avoids it (errors.md 5.4).
    (_NOT_LIMITS, "bad_request", r"only supports? (the )?stream"),
    (_NOT_LIMITS, "not_supported", r"not implemented"),
)
_PATTERNS = tuple((statuses, re.compile(text, re.IGNORECASE), Verdict(kind, False)) for statuses, kind, text in _TEXTS)

_STATUSES: dict[int, Verdict] = {
    **dict.fromkeys((400, 405, 411, 415, 422), Verdict("bad_request", False)),
    402: Verdict("budget", False),
    404: Verdict("model_unavailable", False),
    408: Verdict("timeout", True),
    409: Verdict("upstream", True),
    413: Verdict("too_large", False),
    429: Verdict("rate_limited", True),
    501: Verdict("not_supported", False),
    504: Verdict("timeout", True),
    524: Verdict("timeout", True),  # Cloudflare's word for 504
    529: Verdict("rate_limited", True),
}

# What the vendor would have answered with, where the error comes inside a 200 (VD anthropic-sdk-python).
STATUS_OF_CODE: dict[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def classify(status: int, code: str, message: str) -> Verdict:
    """The order of errors.md 5: 401, codes, message patterns, status, upstream."""
    if status == 401:
        # With a code it is the key of the gateway's own channel that is bad: not ours, and it may pass (errors.md 3).
        return Verdict("upstream", True) if code else Verdict("auth", False)
    verdict = (
        _by_code(code.lower())
        or _by_message(status, code, message)
        or _BROAD_CODES.get(code.lower())
        or _by_status(status, code)
    )
    if verdict.kind == "model_unavailable" and status == 503:
        return Verdict("model_unavailable", True)  # all its channels are down, or it does not exist: nobody can tell
    return verdict


def _by_code(code: str) -> Verdict | None:
    if code in _CODES:
        return _CODES[code]
    if "sensitivecontentdetected" in code:  # Seedream: Input- or OutputText- or Image- in front (images.md 11)
        return Verdict("content_refused", False)
    return next((verdict for prefix, verdict in _PREFIXES if code.startswith(prefix)), None)


def _by_message(status: int, code: str, message: str) -> Verdict | None:
    if status == 503 and "no available channel" in message.lower():
        return Verdict("model_unavailable", True)
    for statuses, pattern, verdict in _PATTERNS:
        if status in statuses and not (statuses is _FORBIDDEN and code) and pattern.search(message):
            return verdict
    return None


def _by_status(status: int, code: str) -> Verdict:
    if status == 403:
        # Without a code it is about our account (banned, group, key typed wrongly); with one, a vendor's refusal.
        return Verdict("forbidden_model", False) if code else Verdict("auth", False)
    return _STATUSES.get(status, Verdict("upstream", not 300 <= status < 500))
