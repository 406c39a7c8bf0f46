"""The form of the image routes, as JSON or as parts: what the gateway itself checks before a vendor sees it."""

import json
from dataclasses import dataclass, field
from typing import Any

from chats.gateway.sandbox import multipart
from chats.gateway.sandbox.errors import Refusal, refused
from chats.gateway.sandbox.multipart import Form

MOST = 128
KNOWN = frozenset(
    {
        "model",
        "prompt",
        "n",
        "size",
        "quality",
        "response_format",
        "style",
        "user",
        "background",
        "moderation",
        "output_format",
        "output_compression",
        "partial_images",
        "input_fidelity",
        "mask",
        "user_id",
        "watermark_enabled",
        "stream",
        "watermark",
        "image",
        "images",
        "extra_fields",
    }
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One checked form. `images` are addresses, base64 or the bytes of files, in order; `raw` is what was sent."""

    model: str
    prompt: str
    is_edit: bool
    n: int = 1
    size: str = ""
    streams: bool = False
    images: tuple[str | bytes, ...] = ()
    mask: str | bytes = ""
    file_names: tuple[str, ...] = ()
    is_multipart: bool = False
    raw: dict[str, Any] = field(default_factory=dict)

    def text(self, name: str, usual: str = "") -> str:
        value = self.raw.get(name)
        return value if isinstance(value, str) and value else usual

    def number(self, name: str, usual: int) -> int:
        """Text in a form of parts; -1 for what is no whole number."""
        value = self.raw.get(name)
        if value in (None, ""):
            return usual
        if self.is_multipart and isinstance(value, str):
            return int(value) if value.isdigit() else -1
        return value if isinstance(value, int) and not isinstance(value, bool) else -1


def read(body: bytes, content_type: str, is_edit: bool) -> Drawing:
    """Raises Refusal with the gateway's own 400s."""
    if multipart.is_multipart(content_type):
        broken = refused("invalid multipart form", code="bad_request_body")
        return _of_parts(multipart.read(body, content_type, broken), is_edit)
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise refused(f"invalid request body: {error}", code="bad_request_body") from error
    if not isinstance(raw, dict):
        raise refused("invalid request body: an object is needed", code="bad_request_body")
    return _checked(raw, is_edit, _images(raw), _mask(raw))


def _of_parts(form: Form, is_edit: bool) -> Drawing:
    files = form.files_of("image", "image[]", "image[#]")
    mask = next((file.content for file in form.files_of("mask")), b"")
    raw: dict[str, Any] = dict(form.texts)
    images = tuple(file.content for file in files)
    if is_edit and not images:
        raise refused("image is required", param="image")
    names = tuple(file.name for file in files)
    return _checked(raw, is_edit, images, mask, file_names=names, is_multipart=True)


def _checked(raw: dict[str, Any], is_edit: bool, images: tuple[Any, ...], mask: Any, **rest: Any) -> Drawing:
    for name in ("model", "prompt", "size"):
        if raw.get(name) is not None and not isinstance(raw[name], str):
            raise _wrong(raw[name], name, "string")
    if not raw.get("model"):
        raise refused("model is required", param="model")
    if not (raw.get("prompt") or "").strip():
        raise refused("prompt is required", param="prompt")
    size = raw.get("size") or ""
    if "×" in size:  # gateway source, relay/helper/valid_request.go
        raise refused("size an unexpected error occurred in the parameter, please use 'x' instead of '×'", param="size")
    is_multipart = bool(rest.get("is_multipart"))
    return Drawing(
        model=raw["model"],
        prompt=raw["prompt"],
        is_edit=is_edit,
        n=_count(raw.get("n"), is_multipart),
        size=size,
        streams=_stream(raw.get("stream"), is_multipart),
        images=images,
        mask=mask,
        raw=raw,
        **rest,
    )


def _count(value: Any, is_text: bool) -> int:
    if is_text and isinstance(value, str) and value.isdigit():
        value = int(value)
    if value in (None, 0, ""):
        return 1
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _wrong(value, "n", "uint")
    if value > MOST:
        raise refused(f"n must be an integer between 1 and {MOST}", param="n")
    return value


def _stream(value: Any, is_text: bool) -> bool:
    if is_text:
        return value in {"true", "True", "1"}
    if value is not None and not isinstance(value, bool):
        raise _wrong(value, "stream", "bool")
    return bool(value)


def _images(raw: dict[str, Any]) -> tuple[str, ...]:
    """`image` wins; OpenAI's own form has objects in `images` (images.md 6.2)."""
    value = raw.get("image") or raw.get("images") or ()
    listed = value if isinstance(value, list | tuple) else (value,)
    return tuple(_source(one, "images") for one in listed)


def _mask(raw: dict[str, Any]) -> str:
    return _source(raw["mask"], "mask") if raw.get("mask") else ""


def _source(value: Any, name: str) -> str:
    if isinstance(value, dict):
        value = value.get("image_url")
        value = value.get("url") if isinstance(value, dict) else value
    if not isinstance(value, str) or not value:
        raise refused(f"invalid {name}", param=name)
    return value


def _wrong(value: Any, name: str, wanted: str) -> Refusal:
    shown = json.dumps(value) if isinstance(value, int | float) else type(value).__name__
    message = f"json: cannot unmarshal {shown} into Go struct field ImageRequest.{name} of type {wanted}"
    return refused(message, code="bad_request_body", param=name)
