"""World Labs: a world made of words or pictures; length and size say nothing here (video.md 4.11)."""

from typing import Any

from chats.gateway.sandbox.vendors.plan import Asked, Limits, Plan, known, not_fetched, whole

LIMITS = Limits()
KEYS = ("display_name", "tags", "seed", "disable_recaption", "permission")
MOST_PICTURES = 8


def plan(asked: Asked) -> Plan:
    images = asked.images
    kind = ("text", "image")[len(images)] if len(images) < 2 else "multi-image"
    prompt: dict[str, Any] = {"type": kind, "text_prompt": asked.prompt}
    if images:
        prompt |= {"images": list(images)} | known(asked.metadata, "is_pano")
    if len(images) > MOST_PICTURES:
        raise not_fetched('{"detail":"at most 8 images"}')
    sent = {"model": asked.model, "world_prompt": prompt} | known(asked.metadata, *KEYS)
    seed = whole(asked.metadata.get("seed"))
    return Plan(sent, width=1024, height=512, references=images, seed=seed, form="jpeg")
