"""What the gateway sends to PPIO: vidu-2.0 and Hailuo, by fixed lists of keys (video.md 4.1, 4.5)."""

from typing import Any

from chats.gateway.sandbox.vendors.plan import Asked, Limits, Plan, known, not_fetched, of_ratio, tier_of, unbuildable

VIDU_LIMITS = Limits(max_bytes=10_000_000, ratio=(0.25, 4.0))
HAILUO_LIMITS = Limits(min_px=300, max_bytes=20_000_000, ratio=(0.4, 2.5))


def vidu(asked: Asked) -> Plan:
    if not asked.image:
        raise unbuildable("image is required")
    seconds = asked.length(4)
    if seconds not in {4, 8}:
        raise unbuildable("duration must be 4 or 8 seconds")
    kept = known(asked.metadata, "resolution", "movement_amplitude", "bgm", drops_false=True)  # `seed` is lost
    sent = {"images": [asked.image], "prompt": asked.prompt, "duration": seconds} | kept
    resolution = sent.get("resolution") or ("360p" if seconds == 4 else "720p")
    if resolution not in ({"360p", "720p", "1080p"} if seconds == 4 else {"720p"}):
        raise not_fetched('{"code":400,"reason":"INVALID_REQUEST_BODY","message":"resolution is not supported"}')
    if sent.get("movement_amplitude", "auto") not in {"auto", "small", "medium", "large"}:
        raise not_fetched('{"code":400,"reason":"INVALID_REQUEST_BODY","message":"movement_amplitude is invalid"}')
    _check_prompt(asked.prompt, 1500)
    return Plan(sent, seconds=seconds, tier=tier_of(resolution), first=asked.image, is_heard=bool(sent.get("bgm")))


def hailuo(asked: Asked) -> Plan:
    is_i2v = asked.model.endswith("-i2v")
    if is_i2v and not asked.image:
        raise unbuildable("image is required")
    sent: dict[str, Any] = {
        "model": f"minimax-{asked.model}",
        "prompt": asked.prompt,
        "duration": asked.length(4),  # which the vendor does not know
        **({"image": asked.image} if is_i2v else {}),
        **known(asked.metadata, "resolution", "enable_prompt_expansion", drops_false=True),
    }
    resolution = str(sent.get("resolution") or "768P")
    if sent["duration"] not in {6, 10}:
        raise not_fetched('{"code":400,"reason":"INVALID_REQUEST_BODY","message":"duration must be 6 or 10"}')
    if resolution not in {"768P", "1080P"} or (resolution == "1080P" and sent["duration"] != 6):
        raise not_fetched('{"code":400,"reason":"INVALID_REQUEST_BODY","message":"resolution is not supported"}')
    _check_prompt(asked.prompt, 2000)
    return _film(sent, asked.image if is_i2v else "", tier_of(resolution))


def hailuo_native(asked: Asked) -> Plan:
    """MiniMax itself: pictures by metadata alone, the resolution by digits in `size`."""
    keys = ("first_frame_image", "last_frame_image", "prompt_optimizer", "fast_pretreatment", "aigc_watermark")
    tier = next((tier for tier in (1080, 768, 720, 512) if str(tier) in asked.size), 768)
    sent = {"model": asked.model, "prompt": asked.prompt, "duration": asked.length(6), "resolution": f"{tier}P"}
    sent |= known(asked.metadata, *keys)
    if sent["duration"] not in {6, 10}:
        raise not_fetched('{"base_resp":{"status_code":2013,"status_msg":"invalid params, duration"}}')
    return _film(sent, str(sent.get("first_frame_image") or ""), tier, str(sent.get("last_frame_image") or ""))


def _film(sent: dict[str, Any], first: str, tier: int, last: str = "") -> Plan:
    width, height = (0, 0) if first else of_ratio("16:9", tier)
    seconds = sent["duration"]
    return Plan(sent, seconds=seconds, width=width, height=height, tier=tier, first=first or None, last=last or None)


def _check_prompt(prompt: str, most: int) -> None:
    if len(prompt) > most:
        raise not_fetched(f'{{"code":400,"reason":"INVALID_REQUEST_BODY","message":"prompt is longer than {most}"}}')
