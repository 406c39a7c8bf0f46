"""What a reply sent and heard is kept as it was, and can be sent again as a person wrote it."""

import hashlib
import io
import json

import pytest
from channels.db import database_sync_to_async
from django.core.files.base import ContentFile
from PIL import Image

from chats import exchanges, replies
from chats.models import Attachment, Exchange, Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@database_sync_to_async
def picture(team, user) -> Attachment:
    target = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(target, "PNG")
    row = Attachment(team=team, uploader=user, kind="image", name="a.png", content_type="image/png", state="ready")
    row.width, row.height, row.size_bytes = 64, 48, len(target.getvalue())
    row.file.save("a.png", ContentFile(target.getvalue()))
    return row


@database_sync_to_async
def kept(pk: int) -> list[tuple[Exchange, dict, bytes, bytes]]:
    rows = Exchange.objects.filter(message=pk).order_by("pk")
    return [
        (
            one,
            exchanges.document(one),
            b"".join(exchanges.body(one)),
            b"".join(chunk.data for chunk in exchanges.chunks(one)),
        )
        for one in rows
    ]


async def answered(socket, accepted) -> None:
    await socket.ended(accepted["reply"])
    await replies.wait_for([accepted["reply"]])


async def test_sent_received_and_timeline_are_kept_byte_for_byte(team, alice, connect, sandbox):
    file = await picture(team, alice)
    sandbox.clear()
    socket = await connect(alice)
    accepted = await socket.ask_and_open("What is this?", model="qwen-vl-plus", attachments=[file.pk])
    await answered(socket, accepted)
    ((exchange, document, body, received),) = await kept(accepted["reply"])
    (seen,) = sandbox.requests()
    assert seen["body_bytes"] == len(body)
    assert hashlib.sha256(body).hexdigest() == seen["sha256"]
    medium = document["messages"][0]["content"][0]["image_url"]["url"]["$media"]
    assert medium["attachment"] == file.pk
    assert received.startswith(b"data: ")
    assert received.rstrip().endswith(b"[DONE]")
    assert len(received) == exchange.received_bytes
    times = [exchange.queued_at, exchange.sent_at, exchange.first_byte_at, exchange.first_token_at]
    assert times == sorted(times)
    assert exchange.last_byte_at >= exchange.first_token_at
    assert exchange.request_id == seen["id"]
    assert "Authorization" not in exchange.request_headers


async def test_an_edited_body_is_sent_as_it_stands_and_what_no_form_knows_survives(team, alice, connect, sandbox):
    file = await picture(team, alice)
    socket = await connect(alice)
    ask = {"model": "qwen-vl-plus", "attachments": [file.pk]}
    accepted = await socket.ask_and_open("What is this?", **ask)
    await answered(socket, accepted)
    ((_exchange, document, *_rest),) = await kept(accepted["reply"])
    document |= {"made_up": {"by": "hand"}, "temperature": 0.25}
    sandbox.clear()
    await socket.send("reply.create", client_id="raw", message=accepted["reply"], model="", raw=document)
    again = await socket.until("message.accepted", client_id="raw")
    await answered(socket, again)
    ((exchange, shown, body, _received),) = await kept(again["reply"])
    assert exchange.is_raw
    assert shown["made_up"] == {"by": "hand"}
    (seen,) = sandbox.requests()
    assert hashlib.sha256(body).hexdigest() == seen["sha256"]
    assert json.loads(body)["messages"][0]["content"][0]["image_url"]["url"].startswith("data:image/png;base64,")
    reply = await database_sync_to_async(Message.objects.get)(pk=again["reply"])
    assert (reply.status, reply.raw["temperature"]) == ("complete", 0.25)


async def test_a_body_that_names_a_foreign_file_is_refused_before_anything_is_sent(team, alice, connect, sandbox):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("Hello")
    await answered(socket, accepted)
    sandbox.clear()
    raw = {"model": "qwen3-max", "messages": [{"role": "user", "content": {"$media": {"sha256": "0" * 64}}}]}
    await socket.send("reply.create", client_id="raw", message=accepted["reply"], model="", raw=raw)
    again = await socket.until("message.accepted", client_id="raw")
    await answered(socket, again)
    reply = await database_sync_to_async(Message.objects.get)(pk=again["reply"])
    assert (reply.status, reply.error["code"]) == ("failed", "unknown_media")
    assert sandbox.requests() == []


async def test_a_refusal_is_kept_with_its_body_and_each_try_by_itself(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("Hello [sandbox: status 500 times 1]")
    await answered(socket, accepted)
    first, second = await kept(accepted["reply"])
    assert (first[0].status, first[0].tries) == (500, 1)
    assert b"error" in first[3]
    assert (second[0].status, second[0].tries, second[0].error) == (200, 2, "")
