"""Google's own route: POST /v1beta/models/{model}:generateContent and :streamGenerateContent (images.md 7.4)."""

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from chats.gateway.sandbox import accepting, misbehave, models, sources
from chats.gateway.sandbox.chunks import Chunk
from chats.gateway.sandbox.errors import Fault, Refusal, refused, usual
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.pieces import count
from chats.gateway.sandbox.recipe import Recipe, seed_of
from chats.gateway.sandbox.sources import Unusable
from chats.gateway.sandbox.stream import EventStream
from chats.gateway.sandbox.tasks import Call, shortened
from chats.gateway.sandbox.vendors.plan import Limits, of_area
from chats.gateway.sandbox.works import Work, key_hash
from chats.gateway.sandbox.workshop import Workshop

PATH = re.compile(r"/v1(?:beta)?/models/(?P<model>[^/:]+):(?P<verb>generateContent|streamGenerateContent)")
LIMITS = Limits(forms=frozenset({"raw", "url", "data"}), max_bytes=64_000_000)
SIZES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
TOKENS = {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520}
RATIOS = frozenset(["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"])
WIDE_RATIOS = frozenset(["1:4", "4:1", "1:8", "8:1"])
SIGNATURE = base64.b64encode(b"sandbox-signature-of-a-thought").decode()
TAKES_S = 1.5


@dataclass(frozen=True, slots=True)
class Wanted:
    """`ratio` and `size` "" were not named; `draws` is whether pictures were asked for."""

    words: str
    pictures: tuple[str, ...]
    ratio: str
    size: str
    draws: bool


def is_native(path: str) -> bool:
    return PATH.fullmatch(path) is not None


async def generate(call: Call, shop: Workshop) -> None:
    found = PATH.fullmatch(call.exchange.path)
    if found is None:
        raise Refusal(usual(404))
    model = call.entry.model = found["model"]
    wanted = await asyncio.to_thread(_read, call.body, model)
    words, marks = misbehave.split_text(wanted.words)
    marks, wanted = call.marks + ";" + marks, replace(wanted, words=words)
    odd, marks = misbehave.of_work(marks, call.entry.attempt)
    await asyncio.sleep(odd.delay_s)
    if odd.has_fault and not odd.accepts_first:
        raise Refusal(odd.fault(model))
    models.check_allowed(model, call.allowed)
    known = models.listed(shop.settings).get(model)
    if known is None or "image" not in known.outputs:
        raise Refusal(usual(503, model=model))
    recipe = await painting(wanted, call.entry.sha256, 1 if odd.is_same else call.entry.attempt, shop, odd)
    work = Work(
        f"img-{call.exchange.request_id}", call.exchange.path, model, words, key_hash(call.key), directives=marks
    )
    work.recipes, work.sent = (recipe,), shortened({"aspectRatio": wanted.ratio, "imageSize": wanted.size})
    shop.works.add(work)
    await accepting.heard(call.exchange, odd, odd.fault(model))
    data = await shop.content(recipe) if wanted.draws and odd.has_image else b""
    await _answer(call, found["verb"], shop, odd, list(_answers(work, wanted, data, odd)))


async def _answer(call: Call, verb: str, shop: Workshop, odd: Misbehaviour, answers: list[dict[str, Any]]) -> None:
    takes_s = shop.takes_s(TAKES_S, odd)
    if verb == "streamGenerateContent" and call.exchange.query.get("alt") == ["sse"]:
        stream = EventStream(call.exchange, call.entry, replace(odd, has_done=False), 0)
        await stream.begin()
        await stream.pause(takes_s)
        await stream.send_all([Chunk(one, is_delta=True) for one in answers])
        return
    await asyncio.sleep(takes_s)
    call.entry.status = 200
    await call.exchange.answer_json(answers if verb == "streamGenerateContent" else _joined(answers))


async def painting(wanted: Wanted, sha256: str, nth: int, shop: Workshop, odd: Misbehaviour) -> Recipe:
    """Follows the first picture's ratio where none was named, else it is a square."""
    try:
        inputs = [await sources.given(source, LIMITS, shop) for source in wanted.pictures]
    except Unusable as error:
        raise _refused(f"Unable to process input image: {error}") from error
    side = SIZES.get(wanted.size or "1K", 1024)
    ratio = wanted.ratio or (f"{inputs[0].width}:{inputs[0].height}" if inputs else "1:1")
    width, height = of_area(ratio, side)
    names = tuple(one.name for one in inputs)
    seed = seed_of(sha256, nth)
    salt = sha256 if odd.is_tiny else ""
    return Recipe("picture", wanted.words, seed, width, height, inputs=names, is_tiny=odd.is_tiny, salt=salt)


def _answers(work: Work, wanted: Wanted, data: bytes, odd: Misbehaviour) -> Iterator[dict[str, Any]]:
    text = f"Sandbox: here is “{wanted.words}”." if data else f"Sandbox: I only talk about “{wanted.words}”."
    if odd.code or odd.finish in {"PROHIBITED_CONTENT", "BLOCKLIST"}:
        yield {"promptFeedback": {"blockReason": odd.finish or "SAFETY"}, "usageMetadata": _usage(wanted, 0)}
        return
    finish = odd.finish or "STOP"
    parts: list[dict[str, Any]] = [] if odd.is_empty else [{"text": text}]
    yield _candidate(work, parts, "", None)
    if data and finish == "STOP":
        inline = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}}
        yield _candidate(work, [inline | {"thoughtSignature": SIGNATURE}], "", None)
    yield _candidate(
        work, [], finish if odd.has_finish else "", _usage(wanted, TOKENS.get(wanted.size, 1120) * bool(data))
    )


def _candidate(work: Work, parts: list[dict[str, Any]], finish: str, usage: dict[str, Any] | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    body: dict[str, Any] = {"candidates": [candidate | ({"finishReason": finish} if finish else {})]}
    body |= {"usageMetadata": usage} if usage else {}
    return body | {"modelVersion": work.model, "responseId": work.file}


def _joined(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The same as one answer."""
    if "candidates" not in answers[0]:
        return answers[0]
    last = answers[-1]
    parts = [part for one in answers for part in one["candidates"][0]["content"]["parts"]]
    candidate = last["candidates"][0] | {"content": {"role": "model", "parts": parts}}
    return last | {"candidates": [candidate]}


def _usage(wanted: Wanted, image_tokens: int) -> dict[str, Any]:
    asked = count(wanted.words) + 258 * len(wanted.pictures)
    said = image_tokens + 12
    details = [{"modality": "IMAGE", "tokenCount": image_tokens}] if image_tokens else []
    totals = {"promptTokenCount": asked, "candidatesTokenCount": said, "totalTokenCount": asked + said}
    return totals | {"candidatesTokensDetails": details}


def _read(body: bytes, model: str) -> Wanted:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise refused(f"invalid request body: {error}", code="bad_request_body") from error
    contents = raw.get("contents") if isinstance(raw, dict) else None
    if not isinstance(contents, list) or not contents or not all(isinstance(one, dict) for one in contents):
        raise refused("contents is required", param="contents")
    config = raw.get("generationConfig") or {}
    modalities = config.get("responseModalities")
    asked = [part for one in contents if one.get("role", "user") == "user" for part in one.get("parts") or ()]
    last = [part for part in contents[-1].get("parts") or () if isinstance(part, dict)]
    words = "\n".join(str(part["text"]) for part in last if part.get("text"))
    if not words.strip() and not any("inlineData" in part for part in asked):
        raise _refused("contents has no text")
    image = config.get("imageConfig") or {}
    ratio, size = str(image.get("aspectRatio") or ""), str(image.get("imageSize") or "")
    check_shape(model, ratio, size)
    draws = "IMAGE" in modalities if isinstance(modalities, list) else not model.endswith("2.5-flash-image-preview")
    return Wanted(words, tuple(_inline(part) for part in last if "inlineData" in part), ratio, size, draws)


def _inline(part: dict[str, Any]) -> str:
    inline = part["inlineData"]
    if not isinstance(inline, dict) or not isinstance(inline.get("data"), str) or not inline.get("mimeType"):
        raise _refused("inlineData needs mimeType and data")
    return inline["data"]


def check_shape(model: str, ratio: str, size: str) -> None:
    """Raises what Google answers for a ratio or a size the model does not have."""
    is_flash_3 = model.startswith("gemini-3.1-flash")
    if ratio and ratio not in (RATIOS | WIDE_RATIOS if is_flash_3 else RATIOS):
        raise _refused(f"aspect_ratio {ratio} is not supported")
    sizes = {"1K"} if "2.5" in model else {"1K", "2K", "4K"} | ({"512"} if is_flash_3 else set())
    if size and size not in sizes:
        raise _refused(f"image_size {size} is not supported")


def _refused(message: str) -> Refusal:
    return Refusal(Fault(400, "A", "INVALID_ARGUMENT", message, "upstream_error"))
