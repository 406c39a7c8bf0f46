"""How the image routes answer: whole, in the shape of each family, or as events (images.md 4 and 5)."""

from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox.chunks import Chunk
from chats.gateway.sandbox.image_families import Order
from chats.gateway.sandbox.image_form import Drawing
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.pieces import count
from chats.gateway.sandbox.works import Work

ITEM_ERROR = {"code": "OutputImageSensitiveContentDetected", "message": "The output image may be sensitive."}
TOKENS_OF_QUALITY = {"low": 272, "medium": 1056, "high": 4160, "auto": 1056}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture as an answer carries it."""

    url: str = ""
    b64_json: str = ""
    size: str = ""
    error: dict[str, Any] | None = None


def whole(drawing: Drawing, order: Order, work: Work, drawn: tuple[Drawn, ...], odd: Misbehaviour) -> dict[str, Any]:
    entries = [] if odd.is_empty else [_entry(drawing, order, one) for one in drawn]
    body: dict[str, Any] = {"created": int(work.at), "data": entries}
    match order.reply:
        case "openai":
            return body | _facts(drawing, order, work) | {"usage": usage(order, work, drawing)}
        case "dalle":
            return body
        case "seedream":
            return {"model": drawing.model} | body | {"usage": usage(order, work, drawing)}
        case _:
            return body | {"usage": usage(order, work, drawing), "metadata": {"seed": work.recipes[0].seed}}


def _entry(drawing: Drawing, order: Order, one: Drawn) -> dict[str, Any]:
    if one.error and order.reply == "seedream":
        return {"error": one.error}
    filled = {"url": one.url} if one.url else {"b64_json": one.b64_json}
    match order.reply:
        case "dalle":
            return {"revised_prompt": f"{drawing.prompt}, as the sandbox paints it"} | filled
        case "seedream":
            return filled | {"size": one.size}
        case "openai":
            return filled | ({"error": one.error} if one.error else {})
        case _:  # converted: always all three keys
            entry: dict[str, Any] = {"url": one.url, "b64_json": one.b64_json, "revised_prompt": ""}
            return {"url": "", "b64_json": "", "revised_prompt": "", "error": one.error} if one.error else entry


def _facts(drawing: Drawing, order: Order, work: Work) -> dict[str, Any]:
    background = "transparent" if order.is_transparent else "opaque"
    quality = drawing.text("quality", "auto")
    quality = "medium" if quality == "auto" else quality
    return {"background": background, "output_format": order.form, "quality": quality, "size": work.size}


def usage(order: Order, work: Work, drawing: Drawing) -> dict[str, Any]:
    recipe = work.recipes[0]
    if order.reply == "seedream":
        tokens = round(recipe.width * recipe.height / 256) * len(work.recipes)
        return {"generated_images": len(work.recipes), "output_tokens": tokens, "total_tokens": tokens}
    text, images = count(drawing.prompt), 323 * len(drawing.images)
    out = TOKENS_OF_QUALITY.get(drawing.text("quality", "auto"), 1056) * len(work.recipes)
    details = {"text_tokens": text, "image_tokens": images}
    return {
        "total_tokens": text + images + out,
        "input_tokens": text + images,
        "output_tokens": out,
        "input_tokens_details": details,
    }


def chunks(
    drawing: Drawing, order: Order, work: Work, drawn: tuple[Drawn, ...], previews: list[list[str]]
) -> list[Chunk]:
    if order.reply == "seedream":
        return _seedream(drawing, order, work, drawn)
    kind = "image_edit" if drawing.is_edit else "image_generation"
    found: list[Chunk] = []
    facts = _facts(drawing, order, work) | {"created_at": int(work.at)}
    for one, coarse in zip(drawn, previews, strict=True):
        found += [_event(f"{kind}.partial_image", facts | _partial(at, text)) for at, text in enumerate(coarse)]
        filled = {"url": one.url} if one.url else {"b64_json": one.b64_json}
        revised = {"revised_prompt": drawing.prompt} if order.reply == "dalle" else {}
        found.append(_event(f"{kind}.completed", facts | filled | revised | {"usage": usage(order, work, drawing)}))
    return found


def _partial(at: int, text: str) -> dict[str, Any]:
    return {"b64_json": text, "partial_image_index": at}


def _seedream(drawing: Drawing, order: Order, work: Work, drawn: tuple[Drawn, ...]) -> list[Chunk]:
    """Each event of a set carries a finished picture; the last one carries none."""
    found = []
    common = {"model": drawing.model, "created_at": int(work.at)}
    for at, one in enumerate(drawn):
        if one.error:
            found.append(_event("image_generation.partial_failed", common | {"image_index": at, "error": one.error}))
            continue
        filled = {"url": one.url} if one.url else {"b64_json": one.b64_json}
        rest = {"image_index": at, "size": one.size}
        found.append(_event("image_generation.partial_succeeded", common | filled | rest))
    total = usage(order, work, drawing) | {"tool_usage": {"web_search": 0}}
    total["generated_images"] = sum(1 for one in drawn if not one.error)
    return [*found, _event("image_generation.completed", common | {"usage": total})]


def _event(name: str, payload: dict[str, Any]) -> Chunk:
    return Chunk({"type": name} | payload, is_delta=True, event=name)
