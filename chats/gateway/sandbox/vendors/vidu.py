"""Vidu by its own API: the number of `images` decides what is made (video.md 4.1)."""

from typing import Any

from chats.gateway.sandbox.vendors.plan import Asked, Limits, Plan, known, of_ratio, tier_of, vendor_refusal, whole

KEYS = ("resolution", "movement_amplitude", "bgm", "seed", "duration", "payload", "callback_url", "prompt", "images")
LIMITS = Limits(max_bytes=50_000_000, ratio=(0.25, 4.0))
LONGEST = {"viduq2": 10, "viduq3": 16}
MOST_REFERENCES = 7
ACTIONS = {"textGenerate": 0, "generate": 1, "firstTailGenerate": 2, "referenceGenerate": 3}


def plan(asked: Asked) -> Plan:
    sent: dict[str, Any] = {
        "model": asked.model,
        "images": list(asked.images),
        "prompt": asked.prompt,
        "duration": asked.length(5),
        "resolution": asked.size or "1080p",
        "movement_amplitude": "auto",
        "bgm": False,
    }
    sent |= known(asked.metadata, *KEYS)
    images = tuple(sent["images"])
    task = ACTIONS.get(str(asked.metadata.get("action")), min(len(images), 3))
    if task == 3 and asked.model.startswith("viduq2"):
        sent["model"] = "viduq2"
    _check(sent, task, len(images))
    tier = tier_of(sent["resolution"])
    width, height = (0, 0) if task in {1, 2} else of_ratio("16:9", tier)
    return Plan(
        sent,
        seconds=sent["duration"],
        width=width,
        height=height,
        tier=tier,
        first=images[0] if task in {1, 2} else None,
        last=images[1] if task == 2 else None,
        references=images if task == 3 else (),
        is_heard=bool(sent["bgm"]) and not str(sent["model"]).startswith("viduq3"),
        seed=whole(sent.get("seed")),
    )


def _check(sent: dict[str, Any], task: int, count: int) -> None:
    model = str(sent["model"])
    most = LONGEST.get(model[:6], 8)
    most = min(most, 8) if task == 2 and model.startswith("viduq2") else most
    if whole(sent["duration"]) is None or not 1 <= sent["duration"] <= most:
        raise vendor_refusal(f"duration must be between 1 and {most}")
    if sent["resolution"] not in {"360p", "540p", "720p", "1080p"} or (
        sent["resolution"] == "360p" and model.startswith(("viduq2", "viduq3"))
    ):
        raise vendor_refusal(f"resolution {sent['resolution']} is not supported")
    if sent["movement_amplitude"] not in {"auto", "small", "medium", "large"}:
        raise vendor_refusal("movement_amplitude is invalid")
    if count > MOST_REFERENCES or (task == 3 and model.startswith("viduq3")):
        raise vendor_refusal("too many images")
    if (task == 1 and count != 1) or (task == 2 and count != 2) or (task == 3 and not count):
        raise vendor_refusal("the number of images does not fit the action")
