"""Seedance on Volcengine Ark: roles of pictures by `metadata.image_role`, a fixed list of keys (video.md 4.2)."""

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

LIMITS = Limits(min_px=300, max_px=6000, ratio=(0.4, 2.5))
RATIOS = frozenset({"16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive"})
KEYS = ("resolution", "ratio", "seed", "frames", "watermark", "return_last_frame", "generate_audio")


def plan(asked: Asked) -> Plan:
    is_2 = "seedance-2" in asked.model
    kept = known(asked.metadata, *KEYS, drops_false=not asked.is_g2)  # G1 cannot say `false`
    kept |= _camera(asked)
    if asked.is_g2:
        kept = _newer(asked, kept, is_2)
    content: list[dict[str, Any]] = [{"type": "text", "text": asked.prompt}]
    pictures = _pictures(asked)
    content += [{"type": "image_url", "image_url": {"url": url}, "role": role} for role, url in pictures]
    seconds = asked.length(5, seconds_win=True) if asked.is_g2 else (asked.duration or 5)
    sent: dict[str, Any] = {"model": asked.model, "content": content, "duration": seconds} | kept
    _check(sent, asked.model, seconds)
    by_role = _by_role(pictures, asked.model)
    tier = tier_of(text_of(kept.get("resolution")))
    ratio = text_of(kept.get("ratio")) or ("adaptive" if pictures else "16:9")
    width, height = of_ratio(ratio, tier)
    if not pictures and not width:
        width, height = of_ratio("16:9", tier)
    has_sound = "1-5" in asked.model or is_2
    return Plan(
        sent,
        seconds=5 if seconds == -1 else seconds,
        width=width,
        height=height,
        tier=tier,
        first=by_role.get("first_frame", [None])[0],
        last=by_role.get("last_frame", [None])[0],
        references=tuple(by_role.get("reference_image", ())),
        is_heard=has_sound and bool(kept.get("generate_audio", True)),
        seed=whole(kept.get("seed")),
        is_marked=bool(kept.get("watermark")),
    )


def _camera(asked: Asked) -> dict[str, Any]:
    names = ("camera_fixed", "camerafixed") if asked.is_g2 else ("camerafixed",)
    found = next((asked.metadata[name] for name in names if name in asked.metadata), None)
    return {} if found is None or (not found and not asked.is_g2) else {"camera_fixed": found}


def _newer(asked: Asked, kept: dict[str, Any], is_2: bool) -> dict[str, Any]:
    top = {"resolution": asked.resolution, "ratio": asked.aspect_ratio}
    kept = {name: value for name, value in top.items() if value} | kept
    if asked.audio:
        kept = {"generate_audio": asked.audio != "off"} | kept
    unwanted = {"seed", "frames", "camera_fixed"} if is_2 else set()
    return {name: value for name, value in kept.items() if name not in unwanted}


def _pictures(asked: Asked) -> list[tuple[str, str]]:
    if asked.is_g2 and asked.references:
        return [(text_of(one.get("role")) or "reference_image", text_of(one.get("url"))) for one in asked.references]
    told = text_of(asked.metadata.get("image_role")) or "first_frame"
    roles = [role.strip() for role in told.split(",")]
    return [(roles[min(at, len(roles) - 1)], url) for at, url in enumerate(asked.images)]


def _by_role(pictures: list[tuple[str, str]], model: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for role, url in pictures:
        found.setdefault(role, []).append(url)
    if unknown := set(found) - {"first_frame", "last_frame", "reference_image"}:
        raise _invalid("content", f"role {sorted(unknown)[0]} is not supported")
    if len(found.get("first_frame", ())) > 1 or len(found.get("last_frame", ())) > 1:
        raise _invalid("content", "only one first_frame and one last_frame are allowed")
    if "last_frame" in found and "first_frame" not in found:
        raise _invalid("content", "last_frame needs first_frame")
    if model.endswith("-t2v") and found:
        raise _invalid("content", "the model takes no image")
    if model.endswith("-i2v") and not found:
        raise _invalid("content", "image is required")
    return found


def _check(sent: dict[str, Any], model: str, seconds: int) -> None:
    low, high = (2, 12) if "1-0" in model else ((4, 15) if "seedance-2" in model else (4, 12))
    if not low <= seconds <= high and not (seconds == -1 and "seedance-2" in model):
        raise _invalid("duration", f"must be between {low} and {high}")
    if sent.get("ratio", "16:9") not in RATIOS:
        raise _invalid("ratio", "is not valid")
    if sent.get("resolution", "720p") not in {"480p", "720p", "1080p"}:
        raise _invalid("resolution", "is not valid")
    if "generate_audio" in sent and "1-0" in model:
        raise _invalid("generate_audio", "is not supported by this model")


def _invalid(param: str, why: str) -> Refusal:
    message = f"The parameter `{param}` specified in the request is not valid: {why}"
    return not_fetched(json.dumps({"error": {"code": "InvalidParameter", "message": message, "param": param}}))
