"""Kling by its own API: one picture in `image`, everything else by Kling's own names (video.md 4.3)."""

from typing import Any

from chats.gateway.sandbox.vendors.plan import Asked, Limits, Plan, known, of_ratio, text_of, vendor_refusal, whole

KEYS = (
    "negative_prompt",
    "cfg_scale",
    "image",
    "image_tail",
    "prompt",
    "mode",
    "duration",
    "sound",
    "aspect_ratio",
    "static_mask",
    "dynamic_masks",
    "camera_control",
    "external_task_id",
    "callback_url",
)
RATIOS = {
    "1280x720": "16:9",
    "1920x1080": "16:9",
    "720x1280": "9:16",
    "1080x1920": "9:16",
    "1024x1024": "1:1",
    "512x512": "1:1",
}
LIMITS = Limits(forms=frozenset({"url", "raw"}), min_px=300, max_bytes=10_000_000, ratio=(0.4, 2.5))
LONGEST_PROMPT = 2500


def plan(asked: Asked) -> Plan:
    sent: dict[str, Any] = {
        "model": asked.model,
        "model_name": asked.model,
        "prompt": asked.prompt,
        "image": asked.image,
        "mode": asked.mode or "std",
        "duration": str(asked.length(5)),
        "aspect_ratio": RATIOS.get(asked.size, "1:1"),
        "cfg_scale": 0.5,
    }
    sent |= known(asked.metadata, *KEYS)
    is_v3 = asked.model.startswith("kling-v3")
    _check(sent, is_v3, asked)
    short = 1080 if sent["mode"] == "pro" else 720
    width, height = (0, 0) if sent["image"] else of_ratio(sent["aspect_ratio"], short)
    return Plan(
        sent,
        seconds=int(sent["duration"]),
        width=width,
        height=height,
        tier=short,
        first=sent["image"] or None,
        last=sent.get("image_tail") or None,
        is_heard=sent.get("sound") == "on",
    )


def _check(sent: dict[str, Any], is_v3: bool, asked: Asked) -> None:
    length = whole(int(sent["duration"])) if text_of(sent["duration"]).isdigit() else None
    if length is None or not (3 <= length <= 15 if is_v3 else length in {5, 10}):
        raise vendor_refusal(f"duration value '{sent['duration']}' is invalid")
    if sent["mode"] not in {"std", "pro"}:
        raise vendor_refusal(f"mode value '{sent['mode']}' is invalid")
    if len(sent["prompt"]) > LONGEST_PROMPT:
        raise vendor_refusal("prompt is too long, at most 2500 characters")
    if sent["aspect_ratio"] not in {"16:9", "9:16", "1:1"}:
        raise vendor_refusal(f"aspect_ratio value '{sent['aspect_ratio']}' is invalid")
    _check_pictures(sent, is_v3, asked)


def _check_pictures(sent: dict[str, Any], is_v3: bool, asked: Asked) -> None:
    if not sent["image"] and (asked.images or sent.get("image_tail")):
        raise vendor_refusal("image is required")  # with `images` alone the call goes out without one
    if is_v3 and (sent.get("static_mask") or sent.get("dynamic_masks")):
        raise vendor_refusal("this model supports no masks")
    if sent.get("sound", "off") not in {"on", "off"}:
        raise vendor_refusal("sound must be on or off")
    scale = sent["cfg_scale"]
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 <= scale <= 1:
        raise vendor_refusal("cfg_scale must be between 0 and 1")
