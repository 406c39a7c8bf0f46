"""The picture that an image model adds to its chat answer: settings by `extra_body`, inputs from the turns."""

import asyncio
import base64
from typing import Any

from chats.gateway.sandbox import accepting, content, native
from chats.gateway.sandbox.errors import refused
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.question import Question
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.works import Work, key_hash
from chats.gateway.sandbox.workshop import Workshop

SNAKES = {"imageConfig": "image_config", "aspectRatio": "aspect_ratio", "imageSize": "image_size"}


def is_drawn(model: Model, odd: Misbehaviour) -> bool:
    """The preview of 2.5 is not in the gateway's list of ids whose answers hold pictures (images.md 7.4)."""
    return "image" in model.outputs and odd.has_image and model.id != "gemini-2.5-flash-image-preview"


async def paint(call: Call, question: Question, odd: Misbehaviour, shop: Workshop) -> str:
    """Base64 of a PNG. It counts as a paid call."""
    ratio, size = _shape(question)
    native.check_shape(question.model, ratio, size)
    wanted = native.Wanted(question.text, _inputs(question), ratio, size, draws=True)
    nth = 1 if odd.is_same else call.entry.attempt
    recipe = await native.painting(wanted, call.entry.sha256, nth, shop, odd)
    work = Work(
        id=f"img-{call.exchange.request_id}",
        route=call.exchange.path,
        model=question.model,
        prompt=question.text,
        key_hash=key_hash(call.key),
        recipes=(recipe,),
    )
    shop.works.add(work)
    await accepting.heard(call.exchange, odd, odd.fault(question.model))
    await asyncio.sleep(shop.takes_s(native.TAKES_S, odd))
    return base64.b64encode(await shop.content(recipe)).decode()


def _shape(question: Question) -> tuple[str, str]:
    """Aspect ratio and size; camel case is refused (gateway source, relay/channel/gemini)."""
    google = content.as_object(content.as_object(question.raw.get("extra_body")).get("google"))
    image = content.as_object(google.get("image_config"))
    for camel in SNAKES.keys() & (google.keys() | image.keys()):
        raise refused(f"extra_body.google.{camel} is not supported, use {SNAKES[camel]} instead", param="extra_body")
    return str(image.get("aspect_ratio") or ""), str(image.get("image_size") or "")


def _inputs(question: Question) -> tuple[str, ...]:
    """The pictures of the last user turn, else the one that was shown last."""
    newest = tuple(one.source for one in question.media if one.turn == question.turn and one.kind == "image")
    return newest or _shown_last(question.raw["messages"])


def _shown_last(messages: list[dict[str, Any]]) -> tuple[str, ...]:
    for message in reversed(messages):
        said = message.get("content")
        if message.get("role") == "assistant" and isinstance(said, str) and (found := content.DATA_URL.findall(said)):
            return (found[-1],)
        if message.get("role") == "user" and (media := [one for one in content.media(said, 0) if one.kind == "image"]):
            return (media[-1].source,)
    return ()
