"""Runway: a picture makes it image_to_video; three keys of metadata arrive (video.md 4.12)."""

import json
from typing import Any

from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.vendors.plan import Asked, Limits, Plan, not_fetched, pixels, text_of, whole

LIMITS = Limits()
TEXT_RATIOS = frozenset({"1280:720", "720:1280"})
IMAGE_RATIOS = TEXT_RATIOS | {"1104:832", "960:960", "832:1104", "1584:672"}
LONGEST_PROMPT = 1000


def plan(asked: Asked) -> Plan:
    image = asked.images[0] if asked.images else ""
    ratio = text_of(asked.metadata.get("ratio")) or "1280:720"
    sent: dict[str, Any] = {"model": asked.model, "promptText": asked.prompt, "ratio": ratio}
    sent |= {"duration": asked.length(2)} | ({"promptImage": image} if image else {})
    if (seed := whole(asked.metadata.get("seed"))) is not None:
        sent["seed"] = seed
    moderation = asked.metadata.get("contentModeration")
    if isinstance(moderation, dict) and "publicFigureThreshold" in moderation:
        sent["contentModeration"] = {"publicFigureThreshold": moderation["publicFigureThreshold"]}
    if ratio not in (IMAGE_RATIOS if image else TEXT_RATIOS):
        raise _refused("ratio")
    if not 2 <= sent["duration"] <= 10:
        raise _refused("duration")
    if len(asked.prompt) > LONGEST_PROMPT:
        raise _refused("promptText")
    width, height = pixels(ratio, ":")
    return Plan(sent, seconds=sent["duration"], width=width, height=height, first=image or None, seed=seed)


def _refused(path: str) -> Refusal:
    issues = [{"code": "invalid_value", "path": [path]}]
    return not_fetched(json.dumps({"error": "Validation of body failed", "issues": issues}))
