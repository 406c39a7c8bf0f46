"""The gateway's adaptors for films, worlds and slow pictures: which model goes to whom, and its quirks."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from chats.gateway.sandbox.vendors import (
    fal,
    kling,
    ltx,
    marble,
    pixverse,
    ppio,
    runway,
    seedance,
    sora,
    veo,
    vidu,
    wan,
)
from chats.gateway.sandbox.vendors.plan import Asked, Limits, Plan


@dataclass(frozen=True, slots=True)
class Vendor:
    """`reply` and `id_form` as G1 has them (video.md 1.5); `takes_s` is the sandbox's own, scaled time.

    `has_object`: GET /v1/videos/{id} has a converter for it; `hides_failure`: a failed task stays processing.
    """

    name: str
    models: re.Pattern[str]
    plan: Callable[[Asked], Plan]
    limits: Limits
    makes: str = "film"
    reply: str = "A"
    reply_status: str = ""
    id_form: str = "uuid"
    takes_s: float = 6.0
    has_object: bool = True
    hides_failure: bool = False
    is_queued: bool = True
    link: str = "file"  # or the gateway's own "content" address
    url_in: str = "metadata"  # of the OpenAI object: metadata, video_url or nowhere
    failure: str = "task failed"


def _vendor(name: str, models: str, plan: Callable[[Asked], Plan], limits: Limits, **rest: object) -> Vendor:
    return Vendor(name, re.compile(models), plan, limits, **rest)  # type: ignore[arg-type]


VENDORS = (
    _vendor(
        "vidu_ppio", r"vidu-2\.0.*", ppio.vidu, ppio.VIDU_LIMITS, reply="B", has_object=False, failure="GENERATE_FAILED"
    ),
    _vendor("vidu", r"vidu.*", vidu.plan, vidu.LIMITS, id_form="digits", takes_s=7, failure="SystemError"),
    _vendor("hailuo", r"hailuo-.*-(i2v|t2v)", ppio.hailuo, ppio.HAILUO_LIMITS, reply="B", has_object=False),
    _vendor("hailuo_native", r"MiniMax-Hailuo-.*", ppio.hailuo_native, ppio.HAILUO_LIMITS, id_form="digits"),
    _vendor("seedance", r"doubao-seedance-.*", seedance.plan, seedance.LIMITS, reply="B", id_form="cgt"),
    _vendor("kling", r"kling-.*", kling.plan, kling.LIMITS, id_form="digits", takes_s=8),
    _vendor(
        "hunyuan",
        r"hunyuan-video-.*",
        fal.hunyuan,
        fal.LIMITS,
        reply="B",
        has_object=False,
        hides_failure=True,
        is_queued=False,
    ),
    _vendor(
        "sora", r"sora-2(-pro)?", sora.plan, sora.LIMITS, reply="C", id_form="video", link="content", url_in="video_url"
    ),
    _vendor("veo", r"veo-.*", veo.plan, veo.LIMITS, id_form="operation", takes_s=5, url_in="nowhere"),
    _vendor("wan", r"wan2\..*", wan.plan, wan.LIMITS, reply_status="queued", failure="InternalError"),
    _vendor("pixverse", r"pixverse-.*", pixverse.plan, pixverse.LIMITS, id_form="digits", takes_s=3, failure="Success"),
    _vendor("ltx", r"ltx-.*", ltx.plan, ltx.LIMITS, id_form="random", takes_s=4),
    _vendor("runway", r"gen4\.5|gen4_.*", runway.plan, runway.LIMITS, takes_s=5),
    _vendor(
        "marble",
        r"Marble 0\.1-(mini|plus)|marble-1\..*",
        marble.plan,
        marble.LIMITS,
        makes="world",
        reply_status="queued",
        takes_s=9,
    ),
)
PICTURES = (
    _vendor(
        "fal",
        r"flux-1-kontext-.*|imagineart-.*",
        fal.picture,
        fal.LIMITS,
        makes="picture",
        reply="B",
        has_object=False,
        takes_s=2,
    ),
)


def find(model: str, is_picture: bool = False) -> Vendor | None:
    """The first that takes the model, of those on its route."""
    return next((one for one in (PICTURES if is_picture else VENDORS) if one.models.fullmatch(model)), None)
