"""Media of a turn as parts: inline, or by an address the vendor fetches (text.md 6.1)."""

from typing import Any

from chats.gateway.body import Base64
from chats.gateway.values import Part

Content = dict[str, Any]

_TYPES = {"image": "image/png", "video": "video/mp4", "audio": "audio/mp3", "file": "application/pdf"}


def frame(data: bytes) -> Content:
    return _inline(data, "image/jpeg")


def medium(part: Part) -> Content:
    content_type = part.content_type.lower() or _TYPES.get(part.kind, "application/octet-stream")
    if part.kind == "file" and not part.url and content_type.startswith("text/"):
        return {"text": f"{part.name or 'file'}:\n\n{(part.data or b'').decode('utf-8', 'replace')}"}
    piece = _inline(part.data or b"", content_type)
    if part.url:  # whether it is fetched depends on what is behind the gateway
        piece = {"fileData": {"mimeType": content_type, "fileUri": part.url}}
    if looked_at := _looked_at(part):
        piece["videoMetadata"] = looked_at
    return piece


def _looked_at(part: Part) -> Content:
    """Of a film: how often, and from where to where."""
    offsets = {"startOffset": part.start_s, "endOffset": part.end_s}
    told: Content = {name: f"{value:g}s" for name, value in offsets.items() if value is not None}
    return told | ({"fps": part.fps} if part.fps and part.kind == "video" else {})


def _inline(data: bytes, content_type: str) -> Content:
    return {"inlineData": {"mimeType": content_type, "data": Base64(data)}}
