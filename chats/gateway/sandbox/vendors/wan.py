"""Alibaba's wan films on DashScope (video.md 4.8)."""

from typing import Any

from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.vendors.plan import (
    Asked,
    Limits,
    Plan,
    known,
    pixels,
    task_refusal,
    text_of,
    tier_of,
    unbuildable,
    whole,
)

LIMITS = Limits(min_px=360, max_px=2000, max_bytes=10_000_000)
LONGEST_PROMPT, LONGEST_NEGATIVE = 1500, 500
SIZES = frozenset(
    [
        "1280*720",
        "720*1280",
        "960*960",
        "1088*832",
        "832*1088",
        "1920*1080",
        "1080*1920",
        "1440*1440",
        "1632*1248",
        "1248*1632",
    ]
)
PARAMETERS = ("resolution", "shot_type", "prompt_extend", "watermark", "audio")


def plan(asked: Asked) -> Plan:
    if text_of(asked.metadata.get("model")) not in {"", asked.model}:
        raise task_refusal(500, "convert_to_ali_request_failed", "can't change model with metadata")
    is_t2v = "t2v" in asked.model
    image = "" if is_t2v else _image(asked)
    if not is_t2v and not image:
        raise unbuildable("image is required")
    if is_t2v and asked.size and "*" not in asked.size:
        raise task_refusal(500, "convert_to_ali_request_failed", f"invalid size: {asked.size}, example: 1920*1080")
    names = (*PARAMETERS, "seed") if asked.is_g2 else PARAMETERS
    parameters: dict[str, Any] = {"duration": asked.length(5), "prompt_extend": True, "watermark": False}
    parameters |= {"size": asked.size or "1280*720"} if is_t2v else {"resolution": asked.size or "1080P"}
    parameters |= known(asked.metadata, *names) | _nested(asked, "parameters")
    given = {"prompt": asked.prompt, **({"img_url": image} if image else {})}
    given |= {"negative_prompt": asked.negative_prompt} if asked.is_g2 and asked.negative_prompt else {}
    given |= known(asked.metadata, "negative_prompt", "audio_url") | _nested(asked, "input")
    _check(parameters, given, is_t2v)
    width, height = pixels(parameters["size"], "*") if is_t2v else (0, 0)
    return Plan(
        {"model": asked.model, "input": given, "parameters": parameters},
        seconds=parameters["duration"],
        width=width,
        height=height,
        tier=tier_of(text_of(parameters.get("resolution"))),
        first=given.get("img_url"),
        is_heard=_is_heard(asked.model, parameters, given),
        seed=whole(parameters.get("seed")),
        is_marked=bool(parameters["watermark"]),
    )


def _image(asked: Asked) -> str:
    return asked.image or asked.input_reference or (asked.images[0] if asked.is_g2 and asked.images else "")


def _nested(asked: Asked, name: str) -> dict[str, Any]:
    found = asked.metadata.get(name)
    return found if isinstance(found, dict) else {}


def _is_heard(model: str, parameters: dict[str, Any], given: dict[str, Any]) -> bool:
    """wan2.5 and later make sound unless told not to."""
    return not model.startswith("wan2.2") and (bool(given.get("audio_url")) or bool(parameters.get("audio", True)))


def _check(parameters: dict[str, Any], given: dict[str, Any], is_t2v: bool) -> None:
    if parameters["duration"] not in {5, 10, 15}:
        raise _refused("duration must be 5, 10 or 15")
    if is_t2v and parameters["size"] not in SIZES:
        raise _refused(f"size must be in {sorted(SIZES)}")
    if not is_t2v and parameters["resolution"] not in {"480P", "720P", "1080P"}:
        raise _refused("resolution must be 720P or 1080P")
    if parameters.get("shot_type", "single") not in {"single", "multi"}:
        raise _refused("shot_type must be single or multi")
    if len(given["prompt"]) > LONGEST_PROMPT or len(text_of(given.get("negative_prompt"))) > LONGEST_NEGATIVE:
        raise _refused("the prompt is too long")


def _refused(message: str) -> Refusal:
    return task_refusal(400, "ali_api_error", f"InvalidParameter: {message}")
