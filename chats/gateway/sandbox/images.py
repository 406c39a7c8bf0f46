"""POST /v1/images/generations and /v1/images/edits: drawn at once, answered whole or as a stream."""

import asyncio
import base64
import re
import time
from dataclasses import dataclass, replace

from chats.gateway.sandbox import accepting, image_families, image_form, image_replies, misbehave, models, sources
from chats.gateway.sandbox.errors import Fault, Refusal, refused_upstream, usual
from chats.gateway.sandbox.image_families import Order
from chats.gateway.sandbox.image_form import Drawing
from chats.gateway.sandbox.image_replies import Drawn
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.recipe import Recipe, seed_of
from chats.gateway.sandbox.sources import Given, Unusable
from chats.gateway.sandbox.stream import EventStream
from chats.gateway.sandbox.tasks import Call, shortened
from chats.gateway.sandbox.vendors.plan import even, whole
from chats.gateway.sandbox.works import Work, key_hash
from chats.gateway.sandbox.workshop import Workshop, name_of

# Image models that the catalog need not name: any vendor's may be behind the unified form (images.md 7.1).
IMAGE_MODEL = re.compile(r"(gpt|chatgpt|qwen|z|doubao-seedream|imagen|dall-e|flux|wan[\d.]+-t2i|hunyuan|gemini-.*)-?.*")
MASK_BYTES = 4_000_000
LARGEST_PX = 4096


async def draw(call: Call, shop: Workshop) -> None:
    content_type = call.exchange.headers.get("content-type", "")
    is_edit = not call.exchange.path.endswith("/generations")
    drawing = await asyncio.to_thread(image_form.read, call.body, content_type, is_edit)
    words, marks = misbehave.split_text(drawing.prompt)
    marks = call.marks + ";" + marks
    odd, marks = misbehave.of_work(marks, call.entry.attempt)
    call.entry.model, drawing = drawing.model, replace(drawing, prompt=words)
    await asyncio.sleep(odd.delay_s)
    if odd.has_fault and not odd.accepts_first:
        raise Refusal(odd.fault(drawing.model))
    _check_model(drawing.model, call.allowed, shop)
    order = image_families.order(drawing, odd.channel)
    recipes = await _recipes(call, drawing, order, odd, shop)
    work = _work(call, drawing, recipes, marks)
    shop.works.add(work)
    await accepting.heard(call.exchange, odd, odd.fault(drawing.model))
    await _answer(call, drawing, order, odd, work, shop)


def _check_model(model: str, allowed: frozenset[str], shop: Workshop) -> None:
    known = models.listed(shop.settings)
    models.check_allowed(model, allowed)
    found = known.get(model)
    if found and "image" not in found.outputs:
        raise Refusal(Fault(500, "A", "convert_request_failed", f"not implemented: {model} draws nothing"))
    if found is None and (shop.settings.models or not IMAGE_MODEL.fullmatch(model)):
        raise Refusal(usual(503, model=model))


async def _recipes(call: Call, drawing: Drawing, order: Order, odd: Misbehaviour, shop: Workshop) -> tuple[Recipe, ...]:
    try:
        inputs = [await sources.given(source, order.limits, shop) for source in drawing.images]
        mask = await sources.given(drawing.mask, order.limits, shop) if drawing.mask else None
    except Unusable as error:
        raise refused_upstream(f"Invalid image: {error}", "invalid_image_file", "image") from error
    if mask:
        _check_mask(mask, inputs, drawing)
    width, height = _size(order, inputs)
    named = whole(drawing.raw.get("seed"))
    nth = 1 if odd.is_same else call.entry.attempt
    first = seed_of(call.entry.sha256, nth) if named is None or named < 0 else named
    one = Recipe(
        kind="picture",
        words=drawing.prompt,
        seed=first,
        width=width,
        height=height,
        form=order.form,
        inputs=tuple(given.name for given in inputs),
        mask=mask.name if mask else "",
        is_transparent=order.is_transparent,
        is_marked=order.is_marked,
        quality=order.quality,
        is_tiny=odd.is_tiny,
    )
    return tuple(replace(one, seed=first + at) for at in range(order.count))


def _check_mask(mask: Given, inputs: list[Given], drawing: Drawing) -> None:
    if mask.form != "png" or not mask.has_alpha:
        message = "Invalid mask image format - mask image missing alpha channel."
        raise refused_upstream(message, "invalid_image_file", "mask")
    if not inputs or (mask.width, mask.height) != (inputs[0].width, inputs[0].height):
        message = "Invalid mask image format - mask size does not match image size"
        raise refused_upstream(message, "invalid_image_file", "mask")
    if isinstance(drawing.mask, bytes) and len(drawing.mask) > MASK_BYTES:
        raise refused_upstream("Invalid mask: file is larger than 4 MB", "invalid_image_file", "mask")


def _size(order: Order, inputs: list[Given]) -> tuple[int, int]:
    """Exactly the first picture's where none was asked for, as far as that is no more than 4096 pixels long."""
    if order.width and order.height:
        return order.width, order.height
    if not inputs:
        return 1024, 1024
    width, height = inputs[0].width, inputs[0].height
    if order.reply == "seedream":
        scale = (2048 * 2048 / (width * height)) ** 0.5
        return even(width * scale), even(height * scale)
    scale = min(LARGEST_PX / max(width, height), 1.0)
    return (width, height) if scale == 1 else (even(width * scale), even(height * scale))


def _work(call: Call, drawing: Drawing, recipes: tuple[Recipe, ...], marks: str) -> Work:
    work = Work(
        id=f"img-{call.exchange.request_id}",
        route=call.exchange.path,
        model=drawing.model,
        prompt=drawing.prompt,
        key_hash=key_hash(call.key),
        directives=marks,
        size=f"{recipes[0].width}x{recipes[0].height}",
        sent=shortened(drawing.raw),
    )
    is_tiny = recipes[0].is_tiny
    work.recipes = tuple(replace(one, salt=work.id) for one in recipes) if is_tiny else recipes
    return work


@dataclass(frozen=True, slots=True)
class _Made:
    drawn: tuple[Drawn, ...]
    contents: tuple[bytes, ...]


async def _answer(call: Call, drawing: Drawing, order: Order, odd: Misbehaviour, work: Work, shop: Workshop) -> None:
    began = time.monotonic()
    made = await _made(call, order, odd, work, shop)
    takes_s = shop.takes_s(order.takes_s, odd)
    if drawing.streams and order.reply in {"openai", "dalle", "seedream"}:
        previews = await _previews(made, order, odd)
        chunks = image_replies.chunks(drawing, order, work, made.drawn, previews)
        pace = len(chunks) / takes_s if takes_s else 0.0
        stream = EventStream(call.exchange, call.entry, odd, pace)
        await stream.begin()
        await stream.send_all(chunks)
        return
    await asyncio.sleep(max(takes_s - (time.monotonic() - began), 0) + odd.first_token_s)
    call.entry.status = 200
    await call.exchange.answer_json(image_replies.whole(drawing, order, work, made.drawn, odd))


async def _made(call: Call, order: Order, odd: Misbehaviour, work: Work, shop: Workshop) -> _Made:
    """Links are only drawn when somebody follows them."""
    in_base64 = order.in_base64 or bool(odd.url_form)
    contents = [await shop.content(recipe) for recipe in work.recipes] if in_base64 else []
    drawn = []
    for at in range(len(work.recipes)):
        text = base64.b64encode(contents[at]).decode() if in_base64 else ""
        if odd.url_form and order.reply != "openai":
            url = f"data:image/{order.form};base64,{text}" if odd.url_form == "data" else text
            drawn.append(Drawn(url=url, size=work.size))
        elif order.in_base64:
            drawn.append(Drawn(b64_json=text, size=work.size))
        else:
            drawn.append(Drawn(url=shop.link(call.exchange, work, name_of(work, at), odd), size=work.size))
        if at < odd.item_errors:
            drawn[at] = replace(drawn[at], error=image_replies.ITEM_ERROR)
    return _Made(tuple(drawn), tuple(contents))


async def _previews(made: _Made, order: Order, odd: Misbehaviour) -> list[list[str]]:
    count = order.partials if odd.partials is None else min(order.partials, odd.partials)

    def drawn() -> list[list[str]]:
        from chats.gateway.sandbox.make_picture import preview

        return [[base64.b64encode(preview(one, at)).decode() for at in range(count)] for one in made.contents]

    return await asyncio.to_thread(drawn) if count else [[] for _ in made.drawn]
