"""A kept exchange as the call that snippets are written from."""

from collections.abc import Callable
from typing import Any

from chats import exchanges
from chats.models import Exchange

from .call import INLINE_BYTES, Call, File


def call_of(exchange: Exchange, address: Callable[[str], str]) -> Call:
    """`address` makes a path of this site one that a command can fetch; raises exchanges.Gone."""
    document = exchanges.document(exchange)
    facts: dict[str, Any] = {
        "method": exchange.method,
        "base_url": exchange.base_url,
        "path": exchange.path,
        "headers": exchange.request_headers,
        "protocol": exchange.protocol,
    }
    signed = address(exchanges.signed_path(exchange))
    if is_form(document):
        return Call(**facts, form=document["form"], files=_files(document, signed))
    if not document:
        return Call(**facts)
    facts["is_streamed"] = document.get("stream") is True or "stream" in exchange.path.partition("?")[0].lower()
    if exchange.sent_bytes > 2 * INLINE_BYTES:  # counted with the references, so not to the byte
        return Call(**facts, body_url=signed)
    body = b"".join(exchanges.body(exchange))
    if len(body) > INLINE_BYTES:
        return Call(**facts, body_url=signed)
    return Call(**facts, body=body.decode())


def is_form(document: dict[str, Any]) -> bool:
    return set(document) == {"form", "files"}


def _files(document: dict[str, Any], signed: str) -> tuple[File, ...]:
    return tuple(
        File(file["name"], file["filename"], file["content_type"], f"{signed}?file={position}")
        for position, file in enumerate(document["files"])
    )
