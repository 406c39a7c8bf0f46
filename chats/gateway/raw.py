"""A body that a person wrote, ready to be sent: its references to media are filled in from the body we would send."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from .body import Base64
from .errors import GatewayError

MARK = "$media"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def reference(medium: Base64, **more: Any) -> dict[str, Any]:
    """How a document shows media: by what they are, not as 60 MB of base64."""
    facts = {"sha256": digest(medium.data), "bytes": len(medium.data), "prefix": medium.prefix}
    return {MARK: facts | {name: value for name, value in more.items() if value}}


def is_reference(value: Any) -> bool:
    """A document that a person wrote may have any key, this one too; only what we write ourselves is a reference."""
    if not isinstance(value, Mapping) or set(value) != {MARK} or not isinstance(value[MARK], Mapping):
        return False
    sha256 = value[MARK].get("sha256")
    return isinstance(sha256, str) and len(sha256) == 64


def filled(raw: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`raw` with each {"$media": {sha256, prefix}} as the bytes that `own` sends; raises GatewayError for others."""
    return _filled(raw, {digest(medium.data): medium.data for medium in media(own)})


def _filled(value: Any, known: Mapping[str, bytes]) -> Any:
    if is_reference(value):
        return _medium(value[MARK], known)
    if isinstance(value, Mapping):
        return {key: _filled(item, known) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(item, known) for item in value]
    return value


def _medium(told: Mapping[str, Any], known: Mapping[str, bytes]) -> Base64:
    data = known.get(str(told.get("sha256")))
    if data is None:
        said = "The body names a file that is no longer part of this message."
        raise GatewayError("bad_request", code="unknown_media", message=said)
    return Base64(data, str(told.get("prefix") or ""))


def media(value: Any) -> Iterator[Base64]:
    """Every medium in a body."""
    if isinstance(value, Base64):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from media(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from media(item)
