"""Sound and pictures of an answer in the forms they come in (text.md 3.6, images.md 9)."""

import re
from collections.abc import Mapping
from typing import Any

from chats.gateway.characters import storable
from chats.gateway.values import MediaOut

from .content import decoded

SAMPLE_RATE_HZ = 24_000
_DATA_URL = re.compile(r"data:(?P<type>[\w.+/-]*)(?:;[\w=.-]+)*?;base64,")


def pcm(audio: Mapping[str, Any]) -> MediaOut | None:
    """Raw PCM also where `wav` was asked for; a whole file, which starts with RIFF, is kept as it is (text.md 3.6)."""
    data = decoded(audio.get("data") or "")
    if not data:
        return None
    if data.startswith(b"RIFF"):
        return MediaOut("audio", data, content_type="audio/wav", key="audio")
    return MediaOut("audio", data, content_type="audio/pcm", sample_rate_hz=SAMPLE_RATE_HZ, key="audio")


def picture(part: Mapping[str, Any], key: str) -> MediaOut | None:
    """A part {"type": "image_url", …}, or an entry {"url" | "b64_json"} of an image route."""
    address = part.get("image_url") or part.get("url") or part.get("b64_json") or ""
    facts = address if isinstance(address, Mapping) else part
    address = facts.get("url") if isinstance(address, Mapping) else address
    if not isinstance(address, str) or not address:
        return None
    if address.startswith(("https://", "http://")):
        return MediaOut("image", url=storable(address), key=key)
    # Bare base64 names its type beside it, spelled either way (GS relay/channel/gemini).
    content_type = storable(facts.get("mime_type") or facts.get("MimeType") or "image/png")
    if match := _DATA_URL.match(address):
        content_type, address = match["type"] or content_type, address[match.end() :]
    data = decoded(address)
    return MediaOut("image", data, content_type=content_type, key=key) if data else None
