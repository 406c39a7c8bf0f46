"""Veo on a Gemini channel: settings by metadata alone, in Google's own spelling (video.md 4.7)."""

import json
from typing import Any

from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.vendors.plan import (
    Asked,
    Limits,
    Plan,
    known,
    not_fetched,
    of_ratio,
    text_of,
    tier_of,
    whole,
)

LIMITS = Limits(forms=frozenset({"url", "data", "raw"}), max_bytes=20_000_000)
KEYS = ("aspectRatio", "durationSeconds", "negativePrompt", "personGeneration", "resolution")


def plan(asked: Asked) -> Plan:
    images = asked.images if asked.is_g2 else ()  # G1 ignores them
    parameters: dict[str, Any] = {}
    if asked.is_g2:
        top = {
            "aspectRatio": asked.aspect_ratio,
            "resolution": asked.resolution,
            "negativePrompt": asked.negative_prompt,
        }
        parameters = {name: value for name, value in top.items() if value}
    parameters |= known(asked.metadata, *KEYS)
    if len(images) >= 3:
        parameters |= {"durationSeconds": 8, "personGeneration": "allow_adult"}
    seconds = parameters.get("durationSeconds", 8)
    _check(parameters, seconds, len(images))
    tier = tier_of(text_of(parameters.get("resolution")))
    width, height = of_ratio(text_of(parameters.get("aspectRatio")) or "16:9", tier)
    return Plan(
        {"instances": [{"prompt": asked.prompt, "images": list(images)}], "parameters": parameters},
        seconds=seconds,
        width=width,
        height=height,
        tier=tier,
        first=images[0] if len(images) in {1, 2} else None,
        last=images[1] if len(images) == 2 else None,
        references=images if len(images) >= 3 else (),
        is_heard=True,
    )


def _check(parameters: dict[str, Any], seconds: Any, images: int) -> None:
    if whole(seconds) not in {4, 6, 8}:
        raise _refused("durationSeconds must be 4, 6 or 8.")
    if parameters.get("resolution", "720p") not in {"720p", "1080p", "4k"}:
        raise _refused("resolution is not supported.")
    if parameters.get("resolution", "720p") != "720p" and seconds != 8:
        raise _refused("1080p and 4k are only supported for 8 seconds.")
    if parameters.get("aspectRatio", "16:9") not in {"16:9", "9:16"}:
        raise _refused("aspectRatio must be 16:9 or 9:16.")
    if parameters.get("personGeneration", "allow_all") not in {"allow_all", "allow_adult"}:
        raise _refused("personGeneration is not supported.")
    if images > 3:
        raise _refused("at most 3 reference images are supported.")


def _refused(message: str) -> Refusal:
    return not_fetched(json.dumps({"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}))
