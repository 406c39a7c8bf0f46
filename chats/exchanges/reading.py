"""Reads a kept exchange again: the document, the exact bytes that were sent, and the chunks that came."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from chats.gateway import raw
from chats.gateway.body import Base64, Body
from chats.gateway.recording import Chunk
from chats.models import Attachment, Exchange, Message

_OURS = ("source", "blob")  # where the bytes are in our storage: nobody's business outside


class Gone(Exception):
    """What was sent or received cannot be had any more: a file was deleted, or it was too large to keep."""


def of_message(message: Message) -> QuerySet[Exchange]:
    return Exchange.objects.filter(message=message).order_by("pk")


def document(exchange: Exchange) -> dict[str, Any]:
    """What was sent: the JSON body, or {"form", "files"}; media as {"$media": {sha256, bytes, prefix, attachment?}}.

    Raises Gone.
    """
    told = _sent(exchange)
    facts = [*_references(told.get("json")), *(file[raw.MARK] for file in told.get("files") or ())]
    names = {one["source"] for one in facts if one.get("source")}
    return _opened(told, facts, _attachments(exchange, names))


def body(exchange: Exchange) -> Iterator[bytes]:
    """The exact bytes of a JSON body; raises Gone, also when it is called for a form."""
    told = _sent(exchange)
    if "json" not in told or told["json"] is None:
        raise Gone("no JSON body")
    return iter(Body(_restored(told["json"])))


def file_bytes(exchange: Exchange, position: int) -> tuple[str, str, bytes]:
    """Name, type and bytes of a form's file; raises Gone."""
    files = _sent(exchange).get("files") or []
    if not 0 <= position < len(files):
        raise Gone("no such file")
    facts = files[position]
    return facts["filename"], facts["content_type"], _bytes(facts[raw.MARK])


def chunks(exchange: Exchange) -> list[Chunk]:
    """What came, in order, as far as it was kept."""
    if not exchange.received_file:
        return []
    content, at, found = _read(exchange.received_file), 0, []
    while at < len(content):
        end = content.index(b"\n", at)
        at_s, size, left_out = json.loads(content[at:end])
        found.append(Chunk(at_s, content[end + 1 : end + 1 + size], left_out))
        at = end + 1 + size
    return found


def _sent(exchange: Exchange) -> dict[str, Any]:
    return json.loads(_read(exchange.sent_file))


def _read(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return gzip.decompress(file.read())
    except (OSError, ValueError) as error:
        raise Gone(name) from error


def _references(value: Any) -> Iterator[dict[str, Any]]:
    if raw.is_reference(value):
        yield value[raw.MARK]
    elif isinstance(value, dict):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _attachments(exchange: Exchange, names: set[str]) -> dict[str, int]:
    if not names:
        return {}
    found = Attachment.objects.filter(team_id=exchange.team_id, file__in=names)
    return dict(found.values_list("file", "pk"))


def _opened(
    told: dict[str, Any], references: Iterable[dict[str, Any]], attachments: Mapping[str, int]
) -> dict[str, Any]:
    for facts in references:
        if attachment := attachments.get(facts.get("source", "")):
            facts["attachment"] = attachment
        for name in _OURS:
            facts.pop(name, None)
    return told["json"] or {} if "json" in told else told


def _restored(value: Any) -> Any:
    if raw.is_reference(value):
        return Base64(_bytes(value[raw.MARK]), value[raw.MARK].get("prefix", ""))
    if isinstance(value, dict):
        return {key: _restored(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_restored(item) for item in value]
    return value


def _bytes(facts: Mapping[str, Any]) -> bytes:
    """The stored file must still be what was sent."""
    name = facts.get("source") or facts.get("blob")
    if not name:
        raise Gone("too large to keep")
    try:
        with default_storage.open(name) as file:
            data = file.read()
    except OSError as error:
        raise Gone(name) from error
    if raw.digest(data) != facts["sha256"]:
        raise Gone(name)
    return data
