"""Pictures made to measure for vendors who insist; for the protocols, which have bytes only."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import GatewayError

WHITE = (255, 255, 255)


def cropped(data: bytes, content_type: str, width: int, height: int) -> tuple[bytes, str]:
    """Bytes and type of the middle of the picture at exactly this size; untouched where it has it already."""
    with _opened(data) as image:
        if image.size == (width, height):
            return data, content_type
        return _jpeg(ImageOps.fit(_flat(image), (width, height)))


def within(data: bytes, content_type: str, most_px: int, takes_alpha: bool) -> tuple[bytes, str]:
    """The same with sides of at most `most_px` (0: any) and, where alpha is not taken, on white."""
    with _opened(data) as image:
        is_large = bool(most_px) and max(image.size) > most_px
        if not is_large and (takes_alpha or not image.has_transparency_data):
            return data, content_type
        flat = _flat(image)
        if is_large:
            flat.thumbnail((most_px, most_px))
        return _jpeg(flat)


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            yield image
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise GatewayError("bad_request", code="unreadable_image", message="The picture cannot be read.") from error


def _flat(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    ground = Image.new("RGB", upright.size, WHITE)
    coloured = upright.convert("RGBA")
    ground.paste(coloured, mask=coloured.getchannel("A"))
    return ground


def _jpeg(image: Image.Image) -> tuple[bytes, str]:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=95)
    return target.getvalue(), "image/jpeg"
