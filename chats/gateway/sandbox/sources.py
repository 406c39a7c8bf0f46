"""Pictures that come with a form: as the vendor takes them, fetched, looked at and laid on the shelf."""

import asyncio
import re
from dataclasses import dataclass
from io import BytesIO

from chats.gateway.sandbox import fetch
from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.vendors.plan import Limits
from chats.gateway.sandbox.workshop import Workshop

NO_IMAGE = "invalid image file"
DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Given:
    name: str  # on the shelf
    width: int
    height: int
    form: str  # png, jpeg …
    has_alpha: bool


class Unusable(Exception):
    """A picture the vendor does not take; the message is what it would say."""


async def given(source: str | bytes, limits: Limits, shop: Workshop) -> Given:
    """Raises Unusable."""
    form = form_of(source)
    if form not in limits.forms:
        raise Unusable(f"image given as {form} is not supported")
    content = source if isinstance(source, bytes) else await _fetched(source, shop)
    found = await asyncio.to_thread(looked_at, content)
    if limits.max_bytes and len(content) > limits.max_bytes:
        raise Unusable(f"image is larger than {limits.max_bytes} bytes")
    _check(found, limits)
    return Given(await shop.kept(content), *found)


def form_of(source: str | bytes) -> str:
    """url, data, raw or file."""
    if isinstance(source, bytes):
        return "file"
    if source.startswith(("http://", "https://")):
        return "url"
    return "data" if source.startswith("data:") else "raw"


async def _fetched(source: str, shop: Workshop) -> bytes:
    if source.startswith("data:") and not DATA_URL.match(source):
        raise Unusable("data URI is not an image in base64")
    try:
        return await fetch.source_bytes(source, shop.settings)
    except Refusal as refusal:
        raise Unusable(refusal.fault.message) from refusal


def looked_at(content: bytes) -> tuple[int, int, str, bool]:
    """Width, height as shown, form and whether it has an alpha channel; only its head is read."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
            if image.getexif().get(0x0112, 1) in {5, 6, 7, 8}:
                width, height = height, width
            has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
            return width, height, (image.format or "").lower(), has_alpha
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Unusable(NO_IMAGE) from error


def _check(found: tuple[int, int, str, bool], limits: Limits) -> None:
    width, height, *_ = found
    if min(width, height) < limits.min_px:
        raise Unusable(f"image is {width}x{height}, each side needs {limits.min_px} pixels")
    if limits.max_px and max(width, height) > limits.max_px:
        raise Unusable(f"image is {width}x{height}, at most {limits.max_px} pixels a side")
    if not limits.ratio[0] <= width / height <= limits.ratio[1]:
        raise Unusable("image aspect ratio is out of range")
