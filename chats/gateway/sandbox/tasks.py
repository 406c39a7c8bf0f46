"""Submits of films, worlds and slow pictures: checked, planned by the vendor's adaptor, kept, answered."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chats.gateway.sandbox import accepting, misbehave, models, sources, task_form, task_ids, vendors
from chats.gateway.sandbox.errors import TEXT_OF_CODE, UPSTREAM_OWN, Fault, Refusal, usual, usual_of_task
from chats.gateway.sandbox.exchange import Exchange
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.recipe import Recipe, seed_of
from chats.gateway.sandbox.record import Entry
from chats.gateway.sandbox.sources import Given, Unusable
from chats.gateway.sandbox.vendors import Vendor, sora
from chats.gateway.sandbox.vendors.plan import Asked, Plan, even, not_fetched, unbuildable, vendor_refusal
from chats.gateway.sandbox.works import Work, key_hash
from chats.gateway.sandbox.workshop import Workshop

Reader = Callable[[bool], Asked]
LARGE_BODY_BYTES = 256 * 1024  # from here on parsing is left to a thread
SHORTENED = 200  # characters of a picture that `sent` keeps


@dataclass(frozen=True, slots=True)
class Call:
    """One paid request on its way; `marks` are all directives that hold for it."""

    exchange: Exchange
    entry: Entry
    body: bytes
    key: str
    allowed: frozenset[str]
    marks: str


async def submit(call: Call, shop: Workshop) -> None:
    is_kling = call.exchange.path.startswith("/kling/")
    is_picture = call.exchange.path.startswith("/v1/async/")
    content_type = call.exchange.headers.get("content-type", "")

    def reader(is_g2: bool) -> Asked:
        if is_kling:
            return task_form.of_kling(call.body, is_g2)
        return task_form.read(call.body, content_type, is_g2)

    is_large = len(call.body) > LARGE_BODY_BYTES
    read = asyncio.to_thread(_read, call, shop, reader) if is_large else None
    odd, marks, asked = await read if read else _read(call, shop, reader)
    call.entry.model = asked.model
    await asyncio.sleep(odd.delay_s)
    fault = _fault(odd, asked, is_picture)
    if odd.has_fault and not odd.accepts_first:
        raise Refusal(fault)
    vendor = _vendor(asked.model, is_picture, call.allowed, shop)
    plan = vendor.plan(asked)
    recipe = await _recipe(call, asked, plan, vendor, odd, shop)
    work = Work(
        id=task_ids.fresh(vendor.id_form, asked.is_g2, asked.model, odd.id_length),
        route=call.exchange.path,
        model=asked.model,
        prompt=asked.prompt,
        key_hash=key_hash(call.key),
        vendor=vendor.name,
        is_g2=asked.is_g2,
        takes_s=shop.takes_s(vendor.takes_s, odd),
        directives=marks,
        failure=plan.late_failure,
        size=f"{recipe.width}x{recipe.height}",
        sent=shortened(plan.sent),
    )
    work.recipes = (replace(recipe, salt=work.id) if odd.is_tiny else recipe,)
    shop.works.add(work)
    await accepting.heard(call.exchange, odd, fault)
    call.entry.status = 200
    await call.exchange.answer_json(_reply(work, vendor, asked, odd))


def _read(call: Call, shop: Workshop, reader: Reader) -> tuple[Misbehaviour, str, Asked]:
    """The prompt may name the gateway's generation, which decides how the form is read."""
    header = misbehave.read(call.marks)
    asked = reader(shop.is_g2(header))
    words, marks = misbehave.split_text(asked.prompt)
    marks = call.marks + ";" + marks
    odd, marks = misbehave.of_work(marks, call.entry.attempt)
    asked = asked if asked.is_g2 == shop.is_g2(odd) else reader(shop.is_g2(odd))
    return odd, marks, replace(asked, prompt=words)


def _fault(odd: Misbehaviour, asked: Asked, is_picture: bool) -> Fault:
    """A code of a vendor comes in the words of that vendor's adaptor, the gateway's own as they are."""
    vendor = vendors.find(asked.model, is_picture)
    if not odd.code or odd.code not in UPSTREAM_OWN or odd.envelope or vendor is None:
        return usual_of_task(odd.fault().status, odd.envelope, odd.code, asked.model)
    said, status = TEXT_OF_CODE.get(odd.code, odd.code), odd.status or 400
    match vendor.name:
        case "kling" | "vidu" | "pixverse":
            return Fault(status, "E", "task_failed", said)
        case "wan":
            return Fault(status, "E", "ali_api_error", f"{odd.code}: {said}")
        case _:
            error = json.dumps({"error": {"code": odd.code, "message": said}})
            return Fault(status, "E", "fail_to_fetch_task", error)


def _vendor(model: str, is_picture: bool, allowed: frozenset[str], shop: Workshop) -> Vendor:
    vendor = vendors.find(model, is_picture)
    models.check_allowed(model, allowed)
    if vendor is None and model in models.listed(shop.settings):
        raise Refusal(Fault(400, "E", "invalid_api_platform", f"invalid api platform: {model}"))
    if vendor is None or (shop.settings.models and model not in shop.settings.models):
        raise Refusal(usual(503, model=model))
    return vendor


async def _recipe(call: Call, asked: Asked, plan: Plan, vendor: Vendor, odd: Misbehaviour, shop: Workshop) -> Recipe:
    looked = {source: await _given(source, vendor, plan, shop) for source in _sources(plan)}
    names = {source: one.name for source, one in looked.items()}
    width, height = _size(plan, looked)
    nth = 1 if odd.is_same else call.entry.attempt
    return Recipe(
        kind=vendor.makes,
        words=asked.prompt,
        seed=seed_of(call.entry.sha256, nth) if plan.seed is None else plan.seed,
        width=width,
        height=height,
        form=plan.form,
        inputs=tuple(names[source] for source in plan.references),
        first=names.get(plan.first, ""),
        last=names.get(plan.last, ""),
        is_marked=plan.is_marked,
        seconds=float(plan.seconds),
        fps=plan.fps,
        is_heard=plan.is_heard,
        is_tiny=odd.is_tiny,
        is_full=odd.is_full,
    )


def _sources(plan: Plan) -> list[Any]:
    return [source for source in dict.fromkeys((plan.first, plan.last, *plan.references)) if source]


async def _given(source: Any, vendor: Vendor, plan: Plan, shop: Workshop) -> Given:
    if not isinstance(source, str | bytes):
        raise not_fetched("invalid image")
    try:
        found = await sources.given(source, vendor.limits, shop)
    except Unusable as error:
        raise _refusal(vendor, source, str(error)) from error
    if vendor.name == "sora":
        sora.check_picture(found.width, found.height, plan)
    return found


def _refusal(vendor: Vendor, source: str | bytes, why: str) -> Refusal:
    match vendor.name:
        case "pixverse":  # the gateway's own upload, before the vendor's call is built
            return unbuildable(f"upload image failed: {why}")
        case "kling":
            is_odd = sources.form_of(source) == "data" or why == sources.NO_IMAGE
            return vendor_refusal("File is not in a valid base64 format" if is_odd else why)
        case "vidu":
            return vendor_refusal(why)
        case _:
            return not_fetched(why)


def _size(plan: Plan, looked: dict[Any, Given]) -> tuple[int, int]:
    if plan.width and plan.height:
        return plan.width, plan.height
    first = next(iter(looked.values()), None)
    if first is None:
        return plan.tier, plan.tier
    scale = plan.tier / min(first.width, first.height)
    return even(first.width * scale), even(first.height * scale)


def _reply(work: Work, vendor: Vendor, asked: Asked, odd: Misbehaviour) -> dict[str, Any]:
    """In the shape of the vendor and of the gateway's generation (video.md 1.5)."""
    shape = odd.shape or _shape(vendor, work.is_g2)
    names = {"id": work.id, "task_id": work.id}
    told = {"model": work.model, "created_at": int(time.time())}
    match shape:
        case "B":
            return {"task_id": work.id}
        case "C":
            rest = {"seconds": asked.seconds or "4", "size": work.size}
            return names | {"object": "video", "status": "queued", "progress": 0} | told | rest
        case "D":
            return names | {"status": "queued"} | told
        case _:
            return names | {"object": "video", "status": vendor.reply_status, "progress": 0} | told


def _shape(vendor: Vendor, is_g2: bool) -> str:
    if is_g2 and vendor.name == "seedance":
        return "A"
    return "D" if is_g2 and vendor.makes == "picture" else vendor.reply


def shortened(value: Any) -> Any:
    """For the record: pictures without most of their base64."""
    if isinstance(value, str):
        return value if len(value) <= 4000 else value[:SHORTENED] + f"… ({len(value)} characters)"
    if isinstance(value, dict):
        return {name: shortened(one) for name, one in value.items()}
    return [shortened(one) for one in value] if isinstance(value, list | tuple) else value
