"""The content parts of a user turn, in the form each family wants them (text.md 3.2)."""

from collections.abc import Iterator
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.body import Base64
from chats.gateway.errors import GatewayError
from chats.gateway.values import Part

Content = dict[str, Any]

_AUDIO_FORMATS = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/vnd.wave": "wav",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/aac": "aac",
    "audio/aacp": "aac",
    "audio/3gpp": "3gp",
    "audio/amr": "amr",
    "audio/x-flac": "flac",
}


def content(spec: ModelSpec, parts: tuple[Part, ...]) -> str | list[Content]:
    """A string where it is text alone, because some vendors know no other form; else a list in the given order."""
    contents = [piece for part in parts for piece in _contents(spec, part)]
    if all(piece["type"] == "text" for piece in contents):
        return "\n\n".join(piece["text"] for piece in contents)
    return contents


def _contents(spec: ModelSpec, part: Part) -> Iterator[Content]:
    if part.kind == "text":
        if part.text:
            yield {"type": "text", "text": part.text}
    elif part.kind == "image":
        yield _image(part)
    elif part.kind == "video":
        yield _video(spec, part)
    elif part.kind == "frames":
        yield from _frames(spec, part)
    elif part.kind == "audio":
        yield _audio(spec, part)
    elif part.kind == "file":
        yield _file(part)


def _image(part: Part) -> Content:
    return {
        "type": "image_url",
        "image_url": {"url": part.url or _data_url(part.data, part.content_type or "image/jpeg")},
    }


def _video(spec: ModelSpec, part: Part) -> Content:
    # DashScope's omni samples write data URLs of video and audio without a type (VD Qwen-Omni guide).
    content_type = "" if spec.options.get("speaks") == "qwen" else part.content_type or "video/mp4"
    address: Content = {"url": part.url or _data_url(part.data, content_type)}
    piece: Content = {"type": "video_url", "video_url": address}
    if part.fps:
        _set_fps(spec, piece, address, part.fps)
    return piece


def _set_fps(spec: ModelSpec, piece: Content, address: Content, fps: float) -> None:
    where = spec.options.get("fps")
    if where == "beside":  # VD DashScope visual understanding
        piece["fps"] = fps
    elif where == "inside":  # VD Volcano Ark video understanding
        address["fps"] = fps


def _frames(spec: ModelSpec, part: Part) -> Iterator[Content]:
    urls = [_data_url(frame, "image/jpeg") for frame in part.frames]
    if not spec.options.get("frames"):
        yield from ({"type": "image_url", "image_url": {"url": url}} for url in urls)
        return
    piece: Content = {"type": "video", "video": urls}
    if part.fps:
        _set_fps(spec, piece, {}, part.fps)
    yield piece


def _audio(spec: ModelSpec, part: Part) -> Content:
    takes_urls = spec.options.get("audio_in") == "data_url"
    if part.url and not takes_urls:
        return {"type": "audio_url", "audio_url": {"url": part.url}}
    data = part.url or (_data_url(part.data, "") if takes_urls else Base64(part.data or b""))
    return {"type": "input_audio", "input_audio": {"data": data, "format": _audio_format(part.content_type)}}


def _audio_format(content_type: str) -> str:
    content_type = content_type.partition(";")[0].strip().lower()
    return _AUDIO_FORMATS.get(content_type) or content_type.partition("/")[2] or "wav"


def _file(part: Part) -> Content:
    if part.data is None:
        # There is no upload route, so `file_id` cannot be had, and an address is not a form of this part (text.md 3.2).
        raise GatewayError("not_supported", code="file_by_address", message="A file has to be sent inline.")
    if part.content_type.startswith("text/"):
        # Claude's conversion sends every file but PDF as a picture; text is understood by all.
        return {"type": "text", "text": f"{part.name or 'file'}:\n\n{part.data.decode('utf-8', 'replace')}"}
    file_data = _data_url(part.data, part.content_type or "application/pdf")
    return {"type": "file", "file": {"filename": part.name or "file.pdf", "file_data": file_data}}


def _data_url(data: bytes | None, content_type: str) -> Base64:
    return Base64(data or b"", f"data:{content_type};base64,")
