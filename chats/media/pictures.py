"""Pictures by Pillow: sizes, thumbnails and JPEG versions with the camera's orientation applied; runs in a worker."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext_noop as _

from chats.media.errors import Unreadable

MAX_PIXELS = 100_000_000  # a 100 megapixel camera; anything above is refused before a pixel is decoded
POSTER_PX = 640
PREVIEW_PX = 2560
ORIENTATION = 0x0112
TOO_LARGE = _("The picture has more than 100 million pixels.")


@contextmanager
def opened(source) -> Iterator:
    """A Pillow image whose pixels are not decoded yet; `source`: a path or a file object."""
    from PIL import Image, UnidentifiedImageError

    _know_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(source)
        with image:
            if image.width * image.height > MAX_PIXELS:
                raise Unreadable(TOO_LARGE)
            yield image
    except Image.DecompressionBombError as e:
        raise Unreadable(TOO_LARGE) from e
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as e:
        raise Unreadable(_("The picture could not be read.")) from e


def _know_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()


def upright(image):
    """The picture as the photographer held the camera."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(image)


def is_turned(image) -> bool:
    return image.getexif().get(ORIENTATION, 1) not in (0, 1)


def size(image) -> tuple[int, int]:
    """Width and height after turning; no pixel is decoded."""
    is_on_its_side = image.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if is_on_its_side else (image.width, image.height)


def fitted(image, side: int):
    """A copy whose longer side is at most `side`, upright; JPEG is decoded at the nearest useful scale."""
    image.draft("RGB", (side * 2, side * 2))
    turned = upright(image)
    turned.thumbnail((side, side))
    return turned


def encoded(image, quality: int = 85) -> bytes:
    """JPEG, or WebP where something shines through; without the camera's notes (place, serial number)."""
    target = io.BytesIO()
    if has_alpha(image):
        image.convert("RGBA").save(target, "WEBP", quality=quality, method=2)
    else:
        image.convert("RGB").save(target, "JPEG", quality=quality)
    return target.getvalue()


def jpeg(image, quality: int = 85) -> bytes:
    """JPEG whatever shines through, on white: for models that list no other type."""
    from PIL import Image

    if has_alpha(image):
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    target = io.BytesIO()
    image.convert("RGB").save(target, "JPEG", quality=quality)
    return target.getvalue()


def has_alpha(image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or (image.mode == "P" and "transparency" in image.info)


def poster(path: Path) -> bytes:
    with opened(path) as image:
        return encoded(fitted(image, POSTER_PX), 80)


def preview(path: Path) -> bytes:
    """A version that every browser and every model can read."""
    with opened(path) as image:
        return encoded(fitted(image, PREVIEW_PX), 90)


def suffix(content: bytes) -> str:
    return ".jpg" if content.startswith(b"\xff\xd8") else ".webp"
