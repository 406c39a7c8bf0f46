"""The parts of one message (text.md 3.2): its words, and each image, video, sound or file in it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox.errors import Refusal, refused

OFFSET = re.compile(r"\d{1,6}(\.\d{1,9})?s")
DATA_URL = re.compile(r"data:[\w/+.-]*;base64,[A-Za-z0-9+/=]+")


@dataclass(frozen=True, slots=True)
class Medium:
    """One image, video, sound or file as it was sent; `frames` instead of `source` for a list of pictures."""

    kind: str
    wire_type: str
    source: str = ""
    frames: tuple[str, ...] = ()
    name: str = ""
    format: str = ""
    fps: float | None = None
    turn: int = 0  # which user turn, from 1
    clip: tuple[float, float | None] = (0.0, None)  # of a film, in seconds


def is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _parts(content: Any) -> list[dict[str, Any]]:
    if content is None or isinstance(content, str):
        return [{"type": "text", "text": content or ""}]
    if not is_list_of_objects(content):
        raise _wrong("content must be a string or a list of parts")
    return content


def text(content: Any) -> str:
    """Pictures that a model sent inline are left out: they are not words."""
    worded = "\n".join(str(part.get("text") or "") for part in _parts(content) if part.get("type") == "text")
    return DATA_URL.sub("", worded)


def media(content: Any, turn: int) -> Iterator[Medium]:
    for part in _parts(content):
        wire_type = part.get("type")
        if wire_type == "text":
            continue
        if wire_type not in READERS:
            raise _wrong(f"unknown content part type {wire_type!r}")
        yield READERS[wire_type](part, turn)


def _linked(kind: str, wire_type: str) -> Callable[[dict[str, Any], int], Medium]:
    def reader(part: dict[str, Any], turn: int) -> Medium:
        value = part.get(wire_type)
        value = {"url": value} if isinstance(value, str) else as_object(value)
        if not _is_word(value.get("url")):
            raise _wrong(f"{wire_type} needs a url")
        fps = _fps(part.get("fps") or value.get("fps"))  # Qwen beside it, Doubao inside it (text.md 3.2)
        return Medium(kind, wire_type, value["url"], fps=fps, turn=turn, clip=_clip(part.get("videoMetadata")))

    return reader


def _clip(metadata: Any) -> tuple[float, float | None]:
    """Google's "12.5s" from and to (text.md 6.1)."""
    told = as_object(metadata)
    start, end = _offset(told.get("startOffset")), _offset(told.get("endOffset"))
    if end is not None and end <= (start or 0):
        raise _wrong("videoMetadata: endOffset must come after startOffset")
    return start or 0.0, end


def _offset(value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, str) or not OFFSET.fullmatch(value):
        raise _wrong("videoMetadata: an offset looks like 12.5s")
    return float(value[:-1])


def _frames(part: dict[str, Any], turn: int) -> Medium:
    frames = part.get("video")
    if not isinstance(frames, list) or not frames or not all(isinstance(frame, str) for frame in frames):
        raise _wrong("video needs a list of pictures")
    return Medium("video", "video", frames=tuple(frames), fps=_fps(part.get("fps")), turn=turn)


def _input_audio(part: dict[str, Any], turn: int) -> Medium:
    value = as_object(part.get("input_audio"))
    if not _is_word(value.get("data")) or not _is_word(value.get("format")):
        raise _wrong("input_audio needs data and format")
    return Medium("audio", "input_audio", value["data"], format=value["format"], turn=turn)


def _file(part: dict[str, Any], turn: int) -> Medium:
    value = as_object(part.get("file"))
    if value.get("file_id"):
        raise _wrong("file_id is not supported: the gateway keeps no files")
    if not _is_word(value.get("file_data")):
        raise _wrong("file needs filename and file_data")
    return Medium("file", "file", value["file_data"], name=str(value.get("filename") or ""), turn=turn)


def as_object(value: Any) -> dict[str, Any]:
    """Itself, or an empty one for whatever else stands where an object belongs."""
    return value if isinstance(value, dict) else {}


def as_word(value: Any) -> str:
    """Itself, or an empty one for whatever else stands where a word belongs."""
    return value if isinstance(value, str) else ""


def _fps(value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or not 0 < value <= 60:
        raise _wrong("fps is invalid")
    return float(value)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _wrong(message: str) -> Refusal:
    return refused(message, param="messages")


READERS = {
    "image_url": _linked("image", "image_url"),
    "video_url": _linked("video", "video_url"),
    "audio_url": _linked("audio", "audio_url"),
    "video": _frames,
    "input_audio": _input_audio,
    "file": _file,
}
