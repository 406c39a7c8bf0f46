"""Which route is met by what, of those that cost something or ask after it; called by app.py."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from typing import Any

from chats.gateway.sandbox import (
    chat,
    delivery,
    embedding,
    formulas,
    google,
    images,
    messages,
    native,
    polls,
    responses,
    searching,
    tasks,
)
from chats.gateway.sandbox.errors import Fault, Refusal
from chats.gateway.sandbox.exchange import Exchange
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.workshop import Workshop

Making = Callable[[Call, Workshop], Coroutine[Any, Any, None]]
MAKING: dict[str, Making] = {
    "/v1/chat/completions": chat.complete,
    "/v1/messages": messages.reply,
    "/v1/responses": responses.reply,
    "/v1/embeddings": embedding.embed,
    "/v1/rerank": embedding.rerank,
    "/v1/images/generations": images.draw,
    "/v1/images/edits": images.draw,
    "/v1/edits": images.draw,
    "/v1/async/image/generations": tasks.submit,
    "/v1/video/generations": tasks.submit,
    "/v1/videos": tasks.submit,
    "/kling/v1/videos/text2video": tasks.submit,
    "/kling/v1/videos/image2video": tasks.submit,
}
POLLED = (
    "/v1/video/generations/",
    "/v1/async/image/generations/",
    "/kling/v1/videos/text2video/",
    "/kling/v1/videos/image2video/",
)
OPEN_PATHS = ("/sandbox/files/", "/sandbox/worlds/")


@dataclass(frozen=True, slots=True)
class Task:
    """Asked after on one of the routes: "poll", "object" or "content"."""

    id: str
    form: str


def route(exchange: Exchange) -> Making | None:
    if formulas.is_formula(exchange.path, exchange.method):
        return formulas.serve
    if searching.is_search(exchange.path, exchange.method):
        return searching.find
    if exchange.method != "POST":
        return None
    if native.is_native(exchange.path):
        return google.generate
    return MAKING.get(exchange.path)


def asked_after(exchange: Exchange) -> Task | None:
    if exchange.method != "GET":
        return None
    for start in POLLED:
        if exchange.path.startswith(start):
            return Task(exchange.path.removeprefix(start), "poll")
    if exchange.path.startswith("/v1/videos/"):
        name = exchange.path.removeprefix("/v1/videos/")
        form = "content" if name.endswith("/content") else "object"
        return Task(name.removesuffix("/content"), form)
    return None


async def tell(exchange: Exchange, shop: Workshop, task: Task, allowed: frozenset[str]) -> None:
    """Older gateways look for a model in the GET of a limited key and find none (video.md 3)."""
    work = shop.works.find(task.id) if allowed else None
    if work and not work.is_g2:
        raise Refusal(Fault(403, "C", "", "This token has no access to model "))
    match task.form:
        case "poll":
            await polls.poll(exchange, shop, task.id)
        case "object":
            await polls.show(exchange, shop, task.id)
        case _:
            await delivery.content(exchange, shop, task.id)


async def open_file(exchange: Exchange, shop: Workshop) -> None:
    if exchange.method != "GET":
        raise Refusal(Fault(404, "A", "", "only GET", "invalid_request_error"))
    if exchange.path.startswith("/sandbox/worlds/"):
        await delivery.world(exchange, shop)
    else:
        await delivery.file(exchange, shop)


async def submits(exchange: Exchange, shop: Workshop) -> None:
    """What was accepted, as a list or one of it by its id."""
    remote_id = exchange.path.removeprefix("/sandbox/submits").removeprefix("/")
    if not remote_id:
        await _listed(exchange, shop)
        return
    work = shop.works.find(remote_id)
    if work is None:
        raise Refusal(Fault(404, "A", "", "no such submit", "invalid_request_error"))
    told: dict[str, Any] = {
        "id": work.id,
        "model": work.model,
        "prompt": work.prompt,
        "size": work.size,
        "sent": work.sent,
    }
    told["recipes"] = [asdict(recipe) for recipe in work.recipes]
    await exchange.answer_json(told | {"polls": work.polls, "downloads": work.downloads})


async def _listed(exchange: Exchange, shop: Workshop) -> None:
    """GET /sandbox/submits: every accepted paid call, oldest first; `?after=n` only later ones; DELETE empties it."""
    if exchange.method == "DELETE":
        shop.works.clear()
        await exchange.answer(204, "", b"")
        return
    after = exchange.query.get("after", ["0"])[0]
    rows = await asyncio.to_thread(shop.works.listed, int(after) if after.isdigit() else 0)
    await exchange.answer_json({"submits": rows, "count": len(rows), "polls": shop.works.polls})
