"""Sora on an OpenAI channel: the whole body goes out as it came, only the model is replaced (video.md 4.6)."""

import json
from typing import Any

from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.vendors.plan import Asked, Limits, Plan, not_fetched, pixels, task_refusal

LIMITS = Limits(forms=frozenset({"file"}))
SIZES = ("720x1280", "1280x720")
PRO_SIZES = (*SIZES, "1024x1792", "1792x1024")
SECONDS = frozenset({"4", "8", "12", "16", "20"})
VENDOR_KEYS = frozenset({"model", "prompt", "seconds", "size", "input_reference"})


def plan(asked: Asked) -> Plan:
    size, seconds = asked.size or SIZES[0], asked.seconds or "4"
    if size not in (PRO_SIZES if "pro" in asked.model else SIZES):
        raise task_refusal(400, "invalid_size", f"invalid size: {size}")
    sent: dict[str, Any] = dict(asked.raw)
    if unknown := sorted(set(sent) - VENDOR_KEYS):
        raise _refused(f"Unknown parameter: '{unknown[0]}'.", "unknown_parameter", unknown[0])
    if seconds not in SECONDS:
        raise _refused(
            f"Invalid value: '{seconds}'. Supported values are: '4', '8', and '12'.", "invalid_value", "seconds"
        )
    if asked.input_reference and asked.file is None:
        raise _refused("Invalid type for 'input_reference': expected an object.", "invalid_type", "input_reference")
    width, height = pixels(size)
    return Plan(
        sent, seconds=int(seconds), width=width, height=height, first=asked.file, is_heard=True, tier=min(width, height)
    )


def check_picture(width: int, height: int, wanted: Plan) -> None:
    if (width, height) != (wanted.width, wanted.height):
        message = "Inpaint image must match the requested width and height"
        raise _refused(message, "invalid_request", "input_reference")


def _refused(message: str, code: str, param: str) -> Refusal:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return not_fetched(json.dumps({"error": error}))
