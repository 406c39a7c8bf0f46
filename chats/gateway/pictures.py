"""Pictures in the forms answers have them: an address, a data URL, bare base64 (images.md 4)."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from typing import Any

from .characters import storable
from .values import MediaKind, Output

_DATA_URL = re.compile(r"data:(?P<type>[\w.+-]+/[\w.+-]+)?(?:;[\w=.-]+)*?;base64,")
_SPACE = re.compile(r"\s+")
_HEADS = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


def of_entry(entry: Mapping[str, Any]) -> Output:
    """One of `data`: truthiness decides, for the gateway writes every key (images.md 4)."""
    if error := entry.get("error"):
        said = error.get("message") or error.get("code") if isinstance(error, Mapping) else error
        return Output("image", error=storable(said or "failed")[:2000])
    address = entry.get("b64_json") or entry.get("url")
    found = of_address(address, "image", storable(entry.get("revised_prompt"))) if isinstance(address, str) else None
    return found or Output("image", error="empty image entry")


def of_address(address: str, kind: MediaKind, revised_prompt: str = "") -> Output | None:
    """None for what is neither an address nor base64."""
    if address.startswith(("https://", "http://")):
        return Output(kind, url=storable(address), revised_prompt=revised_prompt)
    opener = _DATA_URL.match(address)
    data = decoded(address[opener.end() :] if opener else address)
    if not data:
        return None
    content_type = type_of(data) or ((opener["type"] if opener else "") or "")
    return Output(kind, data=data, content_type=content_type, revised_prompt=revised_prompt)


def decoded(text: str) -> bytes:
    """The bytes of base64, wrapped in lines and padded or not; b"" for what is none."""
    text = _SPACE.sub("", text).rstrip("=") if text[-1:] == "=" or _SPACE.search(text) else text
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (Error, ValueError):
        return b""


def type_of(data: bytes) -> str:
    """By the first bytes: neither the address nor what was asked for can be trusted (images.md 4)."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((content_type for head, content_type in _HEADS if data.startswith(head)), "")
