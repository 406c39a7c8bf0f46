"""Answers to "how far is it": the simple envelope, the task record, OpenAI's object; cheap, for there are many."""

import asyncio
import time
from typing import Any
from urllib.parse import quote

from chats.gateway.sandbox import misbehave, vendors
from chats.gateway.sandbox.directives import FOREVER_S
from chats.gateway.sandbox.errors import SATURATED, Fault, Refusal, usual
from chats.gateway.sandbox.exchange import Exchange
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.stream import Severed
from chats.gateway.sandbox.works import Work
from chats.gateway.sandbox.workshop import Workshop, name_of

BY_NAME = {vendor.name: vendor for vendor in (*vendors.VENDORS, *vendors.PICTURES)}
QUEUED_SHARE = 0.15  # of its time a task waits
SIMPLE = {"queued": "queued", "running": "processing", "succeeded": "succeeded", "failed": "failed"}
RECORD = {"queued": "QUEUED", "running": "IN_PROGRESS", "succeeded": "SUCCESS", "failed": "FAILURE"}
OBJECT = {"queued": "queued", "running": "in_progress", "succeeded": "completed", "failed": "failed"}
NOT_THERE = Fault(400, "E", "task_not_exist", "task_not_exist")


async def poll(exchange: Exchange, shop: Workshop, remote_id: str) -> None:
    """GET /v1/video/generations/{id} and its kin."""
    work = _found(shop, remote_id)
    odd = misbehave.remembered(work.directives)
    await _in_the_way(exchange, work, odd)
    if odd.gone_after is not None and work.polls > odd.gone_after:
        raise Refusal(NOT_THERE)
    phase = phase_of(work, odd)
    if work.polls <= odd.poll_fails + odd.poll_nulls:
        await exchange.answer_json({"code": "success", "data": None})
        return
    if phase == "succeeded" and not work.is_told:
        await asyncio.sleep(odd.slow_success_s)
    await exchange.answer_json(_envelope(exchange, shop, work, odd, phase))
    if phase == "succeeded":
        shop.works.tell(work)


async def show(exchange: Exchange, shop: Workshop, remote_id: str) -> None:
    """GET /v1/videos/{id}, which not every vendor has (video.md 2.4)."""
    work = _found(shop, remote_id)
    vendor, odd = BY_NAME[work.vendor], misbehave.remembered(work.directives)
    await _in_the_way(exchange, work, odd)
    phase = phase_of(work, odd)
    if not vendor.has_object or (vendor.name == "seedance" and not work.is_g2):
        raise Refusal(Fault(501, "E", "not_implemented", f"not_implemented:{vendor.name}"))
    if vendor.name == "wan" and phase == "running" and not work.is_g2:
        phase = "queued"  # as it was at the submit, until the gateway's own look at the vendor
    if phase == "succeeded" and not work.is_g2:
        await exchange.answer_json(_envelope(exchange, shop, work, odd, phase))
    else:
        await exchange.answer_json(_object(exchange, shop, work, odd, phase))


def _found(shop: Workshop, remote_id: str) -> Work:
    shop.works.polls += 1
    work = shop.works.find(remote_id)
    if work is None or not work.vendor:
        raise Refusal(NOT_THERE)
    work.polls += 1
    return work


async def _in_the_way(exchange: Exchange, work: Work, odd: Misbehaviour) -> None:
    """What the first polls meet."""
    if work.polls > odd.poll_fails:
        return
    match odd.poll_status:
        case "timeout":
            await asyncio.sleep(FOREVER_S)
        case "cut":
            await exchange.sever()
            raise Severed
        case "html":
            raise Refusal(usual(502))
        case "429":
            raise Refusal(Fault(429, "E", "fail_to_fetch_task", SATURATED))
        case status:
            raise Refusal(Fault(int(status), "E", "fail_to_fetch_task", f"bad response status code {status}"))


def phase_of(work: Work, odd: Misbehaviour) -> str:
    vendor, share = BY_NAME[work.vendor], work.share(time.time())
    if share < QUEUED_SHARE and vendor.is_queued:
        return "queued"
    if share < 1 or odd.is_stuck:
        return "running"
    if work.failure or odd.fails:
        if vendor.name == "veo" and not work.is_g2:
            return "succeeded"  # without an address: Google's filter took the film (video.md 4.7)
        return "running" if vendor.hides_failure else "failed"
    return "succeeded"


def progress_of(work: Work, phase: str) -> int:
    if phase in {"succeeded", "failed"}:
        return 100
    if BY_NAME[work.vendor].name in {"hailuo", "sora"}:  # whose vendors tell a real one
        return min(int(100 * work.share(time.time())), 99)
    return 20 if phase == "queued" else 30


def why_of(work: Work, odd: Misbehaviour) -> str:
    vendor = BY_NAME[work.vendor]
    plain = vendor.failure if work.is_g2 or vendor.name != "seedance" else "task failed"
    return work.failure or odd.failure or plain


def _envelope(exchange: Exchange, shop: Workshop, work: Work, odd: Misbehaviour, phase: str) -> dict[str, Any]:
    kind = odd.envelope_of_poll
    as_record = kind == "record" or (kind == "mixed" and work.polls % 2 == 0)
    if as_record:
        return {"code": "success", "message": "", "data": _record(exchange, shop, work, odd, phase)}
    url = url_of(exchange, shop, work, odd) if phase == "succeeded" else ""
    data: dict[str, Any] = {
        "task_id": work.id,
        "status": SIMPLE[phase],
        "url": url if url or not work.is_g2 else None,
        "format": _ending(url),
        "error": None,
        "metadata": None,
    }
    if phase == "failed":
        data |= _failure(work, odd)
    if phase == "succeeded" and BY_NAME[work.vendor].makes == "world" and not work.is_told and url:
        data |= _world(exchange, shop, work, odd)
    return {"code": "success", "message": "", "data": data}


def _failure(work: Work, odd: Misbehaviour) -> dict[str, Any]:
    """G2 has it in `error`; G1 in `url` for LTX and nowhere for the others (video.md 2.2)."""
    place = odd.failure_in or ("error" if work.is_g2 else "url" if work.vendor == "ltx" else "nothing")
    match place:
        case "error":
            return {"error": {"message": why_of(work, odd)}, "url": None}
        case "url":
            return {"url": why_of(work, odd)}
        case _:
            return {"url": ""}


def _record(exchange: Exchange, shop: Workshop, work: Work, odd: Misbehaviour, phase: str) -> dict[str, Any]:
    """The gateway's own row, told where the vendor could not be asked (video.md 2.3)."""
    at, is_over = int(work.at), phase in {"succeeded", "failed"}
    url = url_of(exchange, shop, work, odd) if phase == "succeeded" else ""
    started = phase != "queued"
    row: dict[str, Any] = {
        "task_id": work.id,
        "action": "generate",
        "status": RECORD[phase],
        "fail_reason": why_of(work, odd) if phase == "failed" else "" if work.is_g2 else url,
        "submit_time": at,
        "start_time": at + 1 if started else 0,
        "finish_time": int(at + work.takes_s) if is_over else 0,
        "progress": f"{progress_of(work, phase)}%",
        "data": {},
    }
    if work.is_g2:
        names = {"id": 1, "created_at": at, "updated_at": int(time.time()), "platform": work.vendor, "user_id": 1}
        row |= names | {"group": "default", "channel_id": 1, "quota": 1000, "result_url": url, "properties": {}}
    return row


def _object(exchange: Exchange, shop: Workshop, work: Work, odd: Misbehaviour, phase: str) -> dict[str, Any]:
    vendor = BY_NAME[work.vendor]
    seconds = work.recipes[0].seconds
    body: dict[str, Any] = {"id": work.id, "task_id": work.id, "object": "video", "model": work.model}
    body |= {"status": OBJECT[phase], "progress": progress_of(work, phase), "created_at": int(work.at)}
    body |= {"completed_at": int(time.time()), "seconds": f"{seconds:g}", "size": work.size}
    if phase == "failed":
        body["error"] = {"message": why_of(work, odd), "code": "video_generation_failed"}
    if phase == "succeeded" and vendor.url_in == "video_url":
        body |= {"video_url": url_of(exchange, shop, work, odd), "url": url_of(exchange, shop, work, odd)}
    if phase == "succeeded" and vendor.url_in == "metadata":
        extras = _world(exchange, shop, work, odd) | {"world_id": work.file} if vendor.makes == "world" else {}
        body["metadata"] = {"url": url_of(exchange, shop, work, odd)} | extras
    return body


def url_of(exchange: Exchange, shop: Workshop, work: Work, odd: Misbehaviour) -> str:
    """Where the result is told to be; a world's is a page to visit."""
    vendor = BY_NAME[work.vendor]
    if not odd.has_result or odd.fails:
        return ""
    if vendor.makes == "world":
        return exchange.address(f"/sandbox/worlds/{work.file}/viewer.html")
    if odd.content != "none" and (odd.content or vendor.link == "content"):
        return exchange.address(f"/v1/videos/{quote(work.id, safe='')}/content")
    return shop.link(exchange, work, name_of(work), odd)


def _world(exchange: Exchange, shop: Workshop, work: Work, odd: Misbehaviour) -> dict[str, Any]:
    def link(name: str) -> str:
        return shop.link(exchange, work, name, odd)

    found = {
        "world_marble_url": url_of(exchange, shop, work, odd),
        "splat_url_500k": link("splat_500k.spz"),
        "splat_url_full_res": link("splat_full.spz"),
        "collider_mesh_url": link("collider.glb"),
    }
    return found | ({"pano_url": link("panorama.jpg")} if odd.has_panorama else {})


def _ending(url: str) -> str:
    """Cut from the address, `mp4` where that has none; of a web page it says nothing (video.md 2.2)."""
    name = url.partition("?")[0].rpartition("/")[2]
    return name.rpartition(".")[2] if "." in name else "mp4"
