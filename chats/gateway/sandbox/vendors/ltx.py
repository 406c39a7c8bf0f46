"""LTX: the size must have a price; older gateways ask the vendor in the background (video.md 4.10)."""

from typing import Any

from chats.gateway.sandbox.vendors.plan import Asked, Limits, Plan, known, pixels, task_refusal, text_of, whole

LIMITS = Limits()
LANDSCAPE = ("1920x1080", "2560x1440", "3840x2160")
PORTRAIT = ("1080x1920", "1440x2560", "2160x3840")
MOTIONS = frozenset(
    ["dolly_in", "dolly_out", "dolly_left", "dolly_right", "jib_up", "jib_down", "static", "focus_shift"]
)
KEYS = ("fps", "generate_audio")
NEWER_KEYS = (*KEYS, "camera_motion", "last_frame_uri")


def plan(asked: Asked) -> Plan:
    is_2_3 = not asked.model.startswith(("ltx-2-fast", "ltx-2-pro"))
    size = asked.size or LANDSCAPE[0]
    if size not in (LANDSCAPE + PORTRAIT if is_2_3 else LANDSCAPE):
        raise task_refusal(400, "model_price_not_found", f"model price not found: {asked.model} {size}")
    image = asked.image or (asked.images[0] if asked.is_g2 and asked.images else "")
    sent: dict[str, Any] = {
        "model": asked.model,
        "prompt": asked.prompt,
        "duration": asked.length(6 if asked.is_g2 else 5),
        "resolution": size,
        **({"image_uri": image} if image else {}),
        **known(asked.metadata, *(NEWER_KEYS if asked.is_g2 else KEYS)),
        **(_newer(asked) if asked.is_g2 else {}),
    }
    fault = _fault(sent, is_2_3)
    if fault and asked.is_g2:
        raise task_refusal(400, "invalid_ltx_parameters", fault)
    width, height = pixels(size)
    return Plan(
        sent,
        seconds=sent["duration"],
        width=width,
        height=height,
        tier=min(width, height),
        first=image or None,
        last=sent.get("last_frame_uri") or None,
        is_heard=bool(sent.get("generate_audio", False)),
        fps=25 if "fps" in sent else 12,
        late_failure=fault,
    )


def _newer(asked: Asked) -> dict[str, Any]:
    top = {
        "fps": asked.fps,
        "camera_motion": asked.camera_motion or None,
        "generate_audio": asked.generate_audio,
        "last_frame_uri": asked.last_frame_uri or None,
    }
    return {name: value for name, value in top.items() if value is not None}


def _fault(sent: dict[str, Any], is_2_3: bool) -> str:
    fps = sent.get("fps", 25)
    is_long = "fast" in sent["model"] and sent["resolution"] in {"1920x1080", "1080x1920"} and fps == 25
    if sent["duration"] not in range(6, 22 if is_long else 12, 2):
        return f"duration {sent['duration']} is not supported at {sent['resolution']}"
    if whole(fps) not in {25, 50}:
        return "fps must be 25 or 50"
    if sent.get("camera_motion", "static") not in MOTIONS:
        return "camera_motion is not supported"
    if text_of(sent.get("last_frame_uri")) and (not is_2_3 or not sent.get("image_uri")):
        return "last_frame_uri is not supported"
    return ""
