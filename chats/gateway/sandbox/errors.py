"""Every error as the gateway puts it: envelopes A to K of errors.md and the usual text of each status."""

import json
from dataclasses import dataclass, replace
from typing import Any

JSON = "application/json; charset=utf-8"
HTML = "text/html"


class Refusal(Exception):
    """A request that is answered with an error; raised anywhere while it is handled."""

    def __init__(self, fault: "Fault") -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Fault:
    """One error before it has an envelope; `kind` is the wire's `type` where the upstream sent its own."""

    status: int
    envelope: str
    code: str
    message: str
    kind: str = ""
    param: str = ""

    def rendered(self, request_id: str) -> tuple[int, str, bytes]:
        """Status, content type and body."""
        status = 200 if self.envelope in {"G", "H"} else self.status
        if self.envelope == "J":
            return status, "", b""
        if self.envelope == "K":
            page = f"<html>\r\n<head><title>{status} {self.message}</title></head>\r\n<body>\r\n<center><h1>"
            return status, HTML, f"{page}{status} {self.message}</h1></center>\r\n</body>\r\n</html>\r\n".encode()
        text = json.dumps(self.body(request_id), ensure_ascii=False, separators=(",", ":"))
        return status, JSON, text.encode()

    def body(self, request_id: str) -> dict[str, Any]:
        message = f"{self.message} (request id: {request_id})"
        match self.envelope:
            case "B":
                return {"type": "error", "error": {"type": self.kind or self.code, "message": message}}
            case "C":  # Go maps come out with sorted keys
                return {"error": {"code": self.code, "message": message, "type": "new_api_error"}}
            case "E":
                return {"code": self.code, "message": self.message, "data": None}
            case "F":
                return {"error": self.message}
            case "G":
                return {"message": self.message, "success": False}
            case "H":
                return {"error": self._inner(self.message)}
            case _:
                return {"error": self._inner(message) | ({} if self.kind else {"status_code": self.status})}

    def _inner(self, message: str) -> dict[str, Any]:
        kind = self.kind or "toio_api_error"
        return {"message": message, "type": kind, "param": self.param, "code": self.code}


ENVELOPES = frozenset("ABCEFGHJK")

USUAL = {
    400: Fault(400, "A", "invalid_request", "invalid request"),
    401: Fault(401, "C", "", "Invalid token"),
    403: Fault(403, "A", "insufficient_user_quota", "user quota is not enough"),
    404: Fault(404, "A", "model_not_found", "The model does not exist", "invalid_request_error"),
    413: Fault(413, "A", "read_request_body_failed", "request body too large"),
    429: Fault(429, "C", "", "您已达到请求数限制：1分钟内最多请求60次"),
    500: Fault(500, "A", "bad_response_status_code", "bad response status code 502"),
    502: Fault(502, "K", "", "Bad Gateway"),
    503: Fault(503, "C", "model_not_found", "No available channel for model {model} under group default (distributor)"),
    504: Fault(504, "K", "", "Gateway Time-out"),
    524: Fault(524, "K", "", "A timeout occurred"),
    529: Fault(529, "B", "overloaded_error", "Overloaded"),
}

TEXT_OF_CODE = {
    "context_length_exceeded": "This model's maximum context length is 8192 tokens",
    "sensitive_words_detected": "user sensitive words detected",
    "content_policy_violation": "Your request was rejected as a result of our safety system",
    "data_inspection_failed": "Input data may contain inappropriate content.",
    "insufficient_quota": "You exceeded your current quota, please check your plan and billing details.",
    "rate_limit_exceeded": "Rate limit reached for requests",
    "access_denied": "您的 IP 不在令牌允许访问的列表中",
    "upstream_connection_failed": "upstream connection failed",
    "moderation_blocked": "Your request was rejected by the safety system. safety_violations=[sexual].",
    "InputTextSensitiveContentDetected": "The request failed because the input text may contain sensitive information.",
    "OutputImageSensitiveContentDetected": "The request failed because the output image may be sensitive.",
    "DataInspectionFailed": "Input data may contain inappropriate content.",
    "1303": "parallel task over resource pack limit",
    "insufficient_user_quota": "user quota is not enough",
    "quota_not_enough": "user quota is not enough",
    "task_not_exist": "task_not_exist",
}
UPSTREAM_OWN = {
    "moderation_blocked": "image_generation_user_error",
    "InputTextSensitiveContentDetected": "BadRequest",
    "OutputImageSensitiveContentDetected": "BadRequest",
    "DataInspectionFailed": "BadRequest",
    "context_length_exceeded": "invalid_request_error",
    "content_policy_violation": "invalid_request_error",
    "data_inspection_failed": "data_inspection_failed",
    "insufficient_quota": "insufficient_quota",
    "rate_limit_exceeded": "requests",
}


def usual(status: int, envelope: str = "", code: str | None = None, model: str = "") -> Fault:
    """The error a status stands for; `envelope` and `code` replace its own."""
    fault = USUAL.get(status) or Fault(status, "A", "bad_response_status_code", f"bad response status code {status}")
    if code is not None:
        message = TEXT_OF_CODE.get(code, fault.message)
        fault = replace(fault, code=code, message=message, kind=UPSTREAM_OWN.get(code, ""))
        fault = replace(fault, envelope="A") if fault.envelope in {"K", "C"} and code in UPSTREAM_OWN else fault
    if envelope:
        fault = replace(fault, envelope=envelope)
    return replace(fault, message=fault.message.replace("{model}", model or "unknown"))


SATURATED = "当前分组上游负载已饱和，请稍后再试"
OF_TASKS = {
    400: Fault(400, "E", "invalid_request", "invalid request"),
    403: Fault(403, "E", "insufficient_user_quota", "user quota is not enough"),
    413: Fault(413, "E", "read_request_body_failed", "request body too large"),
    429: Fault(429, "E", "fail_to_fetch_task", SATURATED),
    500: Fault(500, "E", "do_request_failed", "do request failed"),
}


def usual_of_task(status: int, envelope: str = "", code: str | None = None, model: str = "") -> Fault:
    """The same for the task routes, whose handler has an envelope of its own (video.md 3.1)."""
    if envelope or status in {401, 502, 503, 504, 524}:
        return usual(status, envelope, code, model)
    fault = OF_TASKS.get(status) or Fault(status, "E", "fail_to_fetch_task", f"bad response status code {status}")
    if code is None:
        return fault
    message = TEXT_OF_CODE.get(code, fault.message)
    return replace(fault, code="task_failed" if code == "1303" else code, message=message)


def refused(message: str, code: str = "invalid_request", param: str = "") -> Refusal:
    """400 by the gateway's own checks."""
    return Refusal(Fault(400, "A", code, message, param=param))


def refused_upstream(message: str, code: str = "invalid_parameter_error", param: str = "messages") -> Refusal:
    """400 by the vendor behind the gateway, whose type and code the gateway keeps."""
    return Refusal(Fault(400, "A", code, message, "invalid_request_error", param))
