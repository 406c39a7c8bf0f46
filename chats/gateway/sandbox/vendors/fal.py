"""What the gateway sends to fal: Hunyuan films, pictures by flux and imagineart (video.md 4.4, images.md 8)."""

from typing import Any

from chats.gateway.sandbox.vendors.plan import (
    Asked,
    Limits,
    Plan,
    known,
    of_area,
    of_ratio,
    text_of,
    unbuildable,
    whole,
)

LIMITS = Limits(forms=frozenset({"url", "data"}))
FILM_KEYS = (
    "aspect_ratio",
    "resolution",
    "num_frames",
    "num_inference_steps",
    "enable_prompt_expansion",
    "negative_prompt",
    "seed",
    "image_url",
    "prompt",
)
FILM_FPS = 24
PICTURE_KEYS = (
    "aspect_ratio",
    "seed",
    "guidance_scale",
    "num_images",
    "output_format",
    "safety_tolerance",
    "image_url",
    "prompt",
)
FLUX_RATIOS = frozenset(["21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21"])
IMAGINEART_RATIOS = frozenset(["1:1", "3:1", "1:3", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"])


def hunyuan(asked: Asked) -> Plan:
    if not asked.image:
        raise unbuildable("image is required")
    sent: dict[str, Any] = {"prompt": asked.prompt, "image_url": asked.image} | known(asked.metadata, *FILM_KEYS)
    frames = whole(sent.get("num_frames")) or 121
    ratio = sent.get("aspect_ratio") or "16:9"
    width, height = of_ratio(text_of(ratio), 480)
    wrong = ratio not in {"16:9", "9:16"} or sent.get("resolution", "480p") != "480p" or not 17 <= frames <= 481
    return Plan(
        sent,
        seconds=round(frames / FILM_FPS, 2),
        width=width,
        height=height,
        first=sent["image_url"],
        seed=whole(sent.get("seed")),
        late_failure="Input validation failed" if wrong else "",
    )


def picture(asked: Asked) -> Plan:
    """fal checks when the job runs, so that what it refuses is a task that fails."""
    needs_picture = asked.model.startswith("flux")
    ratio = asked.metadata.get("aspect_ratio", "1:1") if asked.metadata else ""
    sent: dict[str, Any] = {
        "prompt": asked.prompt,
        "image_url": (asked.images or (asked.image,))[0],
        "seed": -1,
        "safety_tolerance": "5",
        "guidance_scale": 3.5,
        "num_images": 1,
        "output_format": "jpeg",
    }
    sent |= known(asked.metadata, *PICTURE_KEYS) | {"aspect_ratio": ratio}
    failure = _refused(sent, FLUX_RATIOS if needs_picture else IMAGINEART_RATIOS, needs_picture)
    width, height = of_area(text_of(ratio), 1024)
    seed = whole(sent["seed"])
    return Plan(
        sent,
        width=width,
        height=height,
        references=(sent["image_url"],) if needs_picture and sent["image_url"] else (),
        seed=seed if seed and seed > 0 else None,
        form=text_of(sent["output_format"]) if sent["output_format"] in {"jpeg", "png"} else "jpeg",
        late_failure=failure,
    )


def _refused(sent: dict[str, Any], ratios: frozenset[str], needs_picture: bool) -> str:
    if needs_picture and not sent["image_url"]:
        return "Field required: image_url"
    if sent["aspect_ratio"] not in ratios:
        return "Input should be " + ", ".join(f"'{ratio}'" for ratio in sorted(ratios))
    if sent["output_format"] not in {"jpeg", "png"}:
        return "Input should be 'jpeg' or 'png'"
    if sent["safety_tolerance"] not in set("123456"):
        return "Input should be '1', '2', '3', '4', '5' or '6'"
    return ""
