"""PixVerse: the id says version and number of pictures, which are uploaded by address first (video.md 4.9)."""

from typing import Any

from chats.gateway.sandbox.vendors.plan import (
    Asked,
    Limits,
    Plan,
    known,
    of_ratio,
    tier_of,
    unbuildable,
    vendor_refusal,
    whole,
)

LIMITS = Limits(forms=frozenset({"url"}))
COUNTS = {"t2v": 0, "i2v": 1, "transition": 2}
RATIOS = frozenset({"16:9", "4:3", "1:1", "3:4", "9:16"})
KEYS = (
    "quality",
    "aspect_ratio",
    "negative_prompt",
    "seed",
    "generate_audio_switch",
    "generate_multi_clip_switch",
    "thinking_type",
    "template_id",
    "style",
    "motion_mode",
    "sound_effect_switch",
    "sound_effect_content",
    "duration",
    "prompt",
)


def plan(asked: Asked) -> Plan:
    pieces = asked.model.split("-")
    if len(pieces) != 3 or pieces[2] not in COUNTS:
        raise unbuildable(f"invalid model: {asked.model}")
    if len(asked.images) != COUNTS[pieces[2]]:
        raise unbuildable(f"{pieces[2]} needs {COUNTS[pieces[2]]} images, got {len(asked.images)}")
    sent: dict[str, Any] = {
        "model": pieces[1],
        "prompt": asked.prompt,
        "duration": asked.length(4),  # which is no length of the vendor's
        "quality": "",
        "aspect_ratio": "",
    }
    sent |= known(asked.metadata, *KEYS)
    _check(sent, bool(asked.images))
    tier = tier_of(sent["quality"])
    width, height = (0, 0) if asked.images else of_ratio(sent["aspect_ratio"], tier)
    return Plan(
        sent | ({"images": list(asked.images)} if asked.images else {}),
        seconds=sent["duration"],
        width=width,
        height=height,
        tier=tier,
        first=asked.images[0] if asked.images else None,
        last=asked.images[1] if len(asked.images) > 1 else None,
        is_heard=bool(sent.get("generate_audio_switch") or sent.get("sound_effect_switch")),
        seed=whole(sent.get("seed")),
    )


def _check(sent: dict[str, Any], has_pictures: bool) -> None:
    lengths = {5, 8, 10}
    if sent["duration"] not in lengths or (sent["duration"] == 10 and sent["quality"] == "1080p"):
        raise vendor_refusal("Invalid param: duration")
    if sent["quality"] not in {"360p", "540p", "720p", "1080p"}:
        raise vendor_refusal("Invalid param: quality")
    if not has_pictures and sent["aspect_ratio"] not in RATIOS:
        raise vendor_refusal("Invalid param: aspect_ratio")
    seed = sent.get("seed", 0)
    if whole(seed) is None or not 0 <= seed <= 2147483647:
        raise vendor_refusal("Invalid param: seed")
    if sent.get("thinking_type", "auto") not in {"enabled", "disabled", "auto"}:
        raise vendor_refusal("Invalid param: thinking_type")
