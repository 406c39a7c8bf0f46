"""Files of results: under signed links without a key, and at /v1/videos/{id}/content with one."""

import asyncio
from pathlib import Path

from chats.gateway.sandbox import links, make_world, misbehave, polls
from chats.gateway.sandbox.errors import Fault, Refusal
from chats.gateway.sandbox.exchange import Exchange
from chats.gateway.sandbox.make_film import padding
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.stream import Severed
from chats.gateway.sandbox.works import Work
from chats.gateway.sandbox.workshop import Workshop, name_of

PIECE_BYTES = 256 * 1024
PAGE_POLICY = {"Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"}
TYPES = {"mp4": "video/mp4", "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
EXPIRED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
WRONG = {
    "html": ("text/html; charset=utf-8", b"<!doctype html><title>Sign in</title><p>Please sign in to continue.</p>"),
    "text": ("video/mp4", b"the upstream has no such file"),
    "nothing": ("video/mp4", b""),
}


async def file(exchange: Exchange, shop: Workshop) -> None:
    """GET /sandbox/files/{file}/{name}?expires=…&signature=…"""
    folder, _, name = exchange.path.removeprefix("/sandbox/files/").partition("/")
    query = {key: values[0] for key, values in exchange.query.items()}
    secret = shop.settings.key_prefix
    work = shop.works.of_file(folder)
    if work is None or not links.is_good(folder, query.get("expires", ""), query.get("signature", ""), secret):
        await exchange.answer(403, "application/xml", EXPIRED)
        return
    odd = misbehave.remembered(work.directives)
    await _send(exchange, shop, work, name, odd)


async def world(exchange: Exchange, shop: Workshop) -> None:
    """GET /sandbox/worlds/{file}/viewer.html and the panorama it shows: public, and they do not expire."""
    folder, _, name = exchange.path.removeprefix("/sandbox/worlds/").partition("/")
    work = shop.works.of_file(folder)
    if work is None or work.recipes[0].kind != "world" or name not in {"viewer.html", "panorama.jpg"}:
        raise _unknown()
    made = await shop.content(work.recipes[0], name)
    await exchange.begin(200, make_world.PARTS[name], {"Content-Length": str(len(made)), **PAGE_POLICY})
    await exchange.write(made, more=False)


async def content(exchange: Exchange, shop: Workshop, remote_id: str) -> None:
    """As JSON that names the file, or as the file, by the gateway's generation (video.md 2.5)."""
    work = shop.works.find(remote_id)
    if work is None or not work.vendor:
        raise Refusal(Fault(404, "A", "", "Task not found", "invalid_request_error"))
    odd = misbehave.remembered(work.directives)
    phase = polls.phase_of(work, odd)
    if phase != "succeeded" or work.recipes[0].kind == "world":
        status = polls.RECORD[phase]
        raise Refusal(
            Fault(400, "A", "", f"Task is not completed yet, current status: {status}", "invalid_request_error")
        )
    as_json = odd.content == "json" or (odd.content != "bytes" and not work.is_g2)
    if as_json:
        await exchange.answer_json({"data": {"url": shop.link(exchange, work, name_of(work), odd)}})
    else:
        await _send(exchange, shop, work, name_of(work), odd)


async def _send(exchange: Exchange, shop: Workshop, work: Work, name: str, odd: Misbehaviour) -> None:
    work.downloads += 1
    await asyncio.sleep(odd.slow_link_s)
    if work.downloads <= odd.dead_links:
        await exchange.answer(odd.dead_status, "application/xml", EXPIRED)
    elif odd.wrong_bytes:
        await exchange.answer(200, *WRONG[odd.wrong_bytes])
    else:
        path, kind = await _made(shop, work, name)
        await _stream(exchange, path, kind, odd, is_cut=work.downloads <= odd.cut_links)


async def _made(shop: Workshop, work: Work, name: str) -> tuple[Path, str]:
    if name in make_world.PARTS and work.recipes[0].kind == "world":
        return await shop.file(work.recipes[0], name), make_world.PARTS[name]
    number, _, ending = name.partition(".")
    if not number.isdigit() or int(number) >= len(work.recipes):
        raise _unknown()
    return await shop.file(work.recipes[int(number)]), TYPES.get(ending, "application/octet-stream")


async def _stream(exchange: Exchange, path: Path, kind: str, odd: Misbehaviour, is_cut: bool) -> None:
    """`big_file` goes on with an empty box that players skip."""
    made = await asyncio.to_thread(path.read_bytes)
    more = max(odd.big_file_bytes - len(made), 0)
    headers = {"Content-Length": str(len(made) + more), "Cache-Control": "public, max-age=86400"}
    await exchange.begin(200, kind, headers)
    if is_cut:
        await exchange.write(made[: len(made) // 2])
        await exchange.sever()
        raise Severed
    for at in range(0, len(made), PIECE_BYTES):
        await exchange.write(made[at : at + PIECE_BYTES])
    await _fill(exchange, more)
    await exchange.write(b"", more=False)


async def _fill(exchange: Exchange, more: int) -> None:
    head = padding(more)[:more]
    await exchange.write(head)
    left = more - len(head)
    while left > 0:
        await exchange.write(bytes(min(left, PIECE_BYTES)))
        left -= PIECE_BYTES
        await asyncio.sleep(0)


def _unknown() -> Refusal:
    return Refusal(Fault(404, "A", "", "no such file", "invalid_request_error"))
