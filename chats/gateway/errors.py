"""The one error the gateway's side raises, read from any of its envelopes, with a plain cause for people."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .classification import STATUS_OF_CODE, ErrorKind, classify

MESSAGE_LIMIT = 2000
REQUEST_ID_HEADER = "x-oneapi-request-id"

_REQUEST_ID = re.compile(r"\s*\(request[ _]id: ?([\w.-]+)\)")
_SECRET = re.compile(r"\b(sk-|Bearer\s+)[\w.*-]{4,}", re.IGNORECASE)  # vendors quote the key they refuse
_STATUS_IN_MESSAGE = re.compile(r"bad response status code (\d{3})")
# `type` tells nothing in relay errors (errors.md 1); in Claude's envelope it is the code, except these.
_TYPES_WITHOUT_MEANING = re.compile(r"(new|toio)_api_error|<nil>|error")

CAUSES: dict[str, str | Promise] = {
    "auth": _(
        "The gateway does not accept the key: it is wrong, expired or used up. "
        "An administrator should check the key in the settings."
    ),
    "auth:access_denied": _(
        "The gateway refuses calls from this server's network address. "
        "An administrator should add the address to the key's list."
    ),
    "auth:key_unreadable": _(
        "The stored key cannot be read with this site's encryption keys. "
        "An administrator should enter it again in the settings."
    ),
    "forbidden_model": _("The key may not use this model. Choose another model or ask an administrator."),
    "budget": _("The budget of the key is used up. Ask an administrator to raise it, then try again."),
    "uid_or_project": _(
        "The gateway wants a user id or a project with budget left. An administrator should set it in the settings."
    ),
    "bad_request": _(
        "The model refused this request. See the details, change the settings or attachments and send again."
    ),
    "bad_request:unknown_media": _(
        "Nothing was sent: the body names a file that is no part of this message. Edit it and send it again."
    ),
    "not_supported:form_body": _(
        "Nothing was sent: a form with files cannot be written by hand. Run it from the form."
    ),
    "context_too_long": _(
        "The conversation is longer than the model can read. "
        "Leave out earlier messages or choose a model with a larger context."
    ),
    "content_refused": _("A content filter refused this. Change the wording or the attachment and send again."),
    "content_refused:SAFETY": _(
        "Google's safety filter stopped this: it saw harassment, hate, sexual content or danger. Say it in other words."
    ),
    "content_refused:PROHIBITED_CONTENT": _("Google forbids this content. Ask for something else."),
    "content_refused:BLOCKLIST": _("A word in this stands on a list of blocked terms. Say it in other words."),
    "content_refused:RECITATION": _(
        "The answer came too close to a published text. Ask for a summary or for its own words."
    ),
    "content_refused:SPII": _("The answer would have told personal data. Leave out names, numbers and addresses."),
    "content_refused:LANGUAGE": _("The model does not speak this language. Ask in another one."),
    "content_refused:IMAGE_SAFETY": _("The picture was held back by Google's safety filter. Describe another one."),
    "content_refused:IMAGE_PROHIBITED_CONTENT": _("Google forbids such a picture. Ask for something else."),
    "content_refused:IMAGE_RECITATION": _("The picture came too close to a published one. Describe it differently."),
    "content_refused:MODEL_ARMOR": _("A guard in front of the model refused the message. Say it in other words."),
    "content_refused:JAILBREAK": _("The message looks like an attempt to get around the model's rules."),
    "content_refused:OTHER": _("Google refused this and gave no reason. Say it in other words, or try another model."),
    "too_large": _("The attachments are too large for the gateway. Remove or shrink some and send again."),
    "rate_limited": _("The model is busy. Wait a minute, then try again."),
    "model_unavailable": _("The model is not available now. Choose another one or try again later."),
    "upstream": _("The model's service has a temporary problem. Try again in a moment."),
    "upstream:empty_reply": _("The model ended without an answer. Try again or ask in other words."),
    "upstream:generation_failed": _("The model could not make it. Change the wording or the files and run it again."),
    "upstream:no_result": _("The model finished without a result. Run it again or say it in other words."),
    "upstream:no_media": _("The model only answered in words. Run it again or ask for a picture more plainly."),
    "upstream:result_lost": _(
        "It was made, but the address of the result gives no file any more. Only running it again helps."
    ),
    "timeout:deadline": _("We stopped waiting. The vendor may still finish it: look again later."),
    "timeout:submit_unheard": _(
        "It was sent and no answer came, so it may have been charged. Nothing is sent again unless you say so."
    ),
    "timeout": _("No answer came in time. Try again or choose a faster model."),
    "not_supported": _("This model cannot do that. Choose another model or remove the attachment."),
    "incomplete": _("The answer broke off before its end. What came is kept; you can try again."),
    "cancelled": _("The answer was stopped. You can try again."),
    "internal": _("Something went wrong on this site. Try again; the log tells an administrator more."),
    "connection": _("The gateway cannot be reached. Check the network connection, then try again."),
}


class GatewayError(Exception):
    """Why a call gave no (whole) answer; `message` is the vendor's own text, `cause` is ours.

    `is_retryable` says that the same call may succeed later, not that we repeat it ourselves (retries.py decides).
    """

    def __init__(
        self,
        kind: ErrorKind,
        http_status: int | None = None,
        code: str = "",
        message: str = "",
        request_id: str = "",
        is_retryable: bool = False,
        tries: int = 1,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(kind, http_status, code)
        self.kind: ErrorKind = kind
        self.http_status = http_status
        self.code = code[:200]
        self.message = _cleaned(message)
        self.request_id = request_id[:80]
        self.is_retryable = is_retryable
        self.tries = tries
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        words = (self.kind, self.http_status and str(self.http_status), self.code, self.message)
        return " · ".join(word for word in words if word)

    @property
    def cause(self) -> str | Promise:
        return cause(self.kind, self.code)

    def as_json(self) -> dict[str, Any]:
        """As a message row keeps it; `cause(kind, code)` tells it again in the reader's language."""
        return {
            "kind": self.kind,
            "status": self.http_status,
            "code": self.code,
            "message": self.message,
            "request_id": self.request_id,
            "retryable": self.is_retryable,
            "tries": self.tries,
        }


def cause(kind: str, code: str = "") -> str | Promise:
    """What happened and what to do next, translated when shown; takes what `as_json` stored."""
    return CAUSES.get(f"{kind}:{code}") or CAUSES.get(kind) or CAUSES["upstream"]


def read(status: int, headers: Mapping[str, str], body: bytes) -> GatewayError:
    """The error an answer holds, whatever its envelope (errors.md 1, A to K)."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, Mapping):
        payload = {"message": body[:1200].decode("utf-8", "replace").strip()[:300]}
    return from_payload(payload, status, headers)


def is_error(payload: Mapping[str, Any]) -> bool:
    """Whether a body or an event with status 200 is a failure all the same (errors.md 4)."""
    if payload.get("error") or payload.get("type") == "error" or payload.get("success") is False:
        return True
    return isinstance(payload.get("code"), str) and "message" in payload and payload.get("data", "") is None


def from_payload(
    payload: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> GatewayError:
    headers = {name.lower(): value for name, value in (headers or {}).items()}
    code, message, told_status = _told(payload)
    if status < 400:
        status = told_status or STATUS_OF_CODE.get(code) or status
    request_id = headers.get(REQUEST_ID_HEADER, "")
    if match := _REQUEST_ID.search(message):
        request_id = request_id or match[1]
        message = message.replace(match[0], "")
    kind, is_retryable = classify(status, code, message)
    retry_after_s = _seconds(headers.get("retry-after", ""))
    return GatewayError(kind, status, code, message, request_id, is_retryable, retry_after_s=retry_after_s)


def _told(payload: Mapping[str, Any]) -> tuple[str, str, int | None]:
    """Code, message and status as the envelope tells them."""
    inner = payload.get("error")
    if isinstance(inner, str):  # F
        return "", inner, None
    if not isinstance(inner, Mapping):  # E, G, K
        return _text(payload.get("code")), _text(payload.get("message")), None
    code = _text(inner.get("code"))
    if not code and payload.get("type") == "error":  # B: Claude's form has no code, its type is one
        code = _text(inner.get("type"))
        code = "" if _TYPES_WITHOUT_MEANING.fullmatch(code) else code
    message = _text(inner.get("message"))
    status = _status(inner.get("status_code")) or _status_in(message)
    if code.isdigit() and _status(int(code)):  # a status once more, not a code
        status = status or int(code)
        code = _text(inner.get("status"))  # Google's form has its word there
    return code, message, status


def _status(value: object) -> int | None:
    return value if isinstance(value, int) and 400 <= value < 600 else None


def _status_in(message: str) -> int | None:
    match = _STATUS_IN_MESSAGE.search(message)
    return int(match[1]) if match else None


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cleaned(message: str) -> str:
    """Short, storable (no halves of characters, no NUL) and without anything that looks like a key."""
    message = message[: 2 * MESSAGE_LIMIT].encode("utf-8", "replace").decode().replace("\0", "")
    return _SECRET.sub(r"\1…", message).strip()[:MESSAGE_LIMIT]


def _seconds(retry_after: str) -> float | None:
    """`Retry-After` is seconds or a date; the gateway sends none, a proxy in front may."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
