"""Looks at a picture with Pillow and says what is measurable about it; runs in a thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from chats.gateway.sandbox import colours
from chats.gateway.sandbox.errors import refused_upstream

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 64_000_000
ORIENTATION = 0x0112  # EXIF


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """`width` and `height` as a viewer shows it, EXIF orientation honoured."""

    format: str
    width: int
    height: int
    size_bytes: int
    colours: tuple[colours.Colour, ...]
    brightness: float
    frames: int = 1
    has_transparency: bool = False


def measure(data: bytes) -> ImageFacts:
    """Raises Refusal (400) when it is no picture, or a damaged one."""
    with opened(data) as image, damage_refused():
        form, size, frames = image.format or "?", image.size, getattr(image, "n_frames", 1)
        image.draft("RGB", (512, 512))
        plain, transparent = flattened(image)
        rotated = image.getexif().get(ORIENTATION, 1) in {5, 6, 7, 8}
    width, height = size[::-1] if rotated else size
    return ImageFacts(
        format=form,
        width=width,
        height=height,
        size_bytes=len(data),
        colours=colours.main_colours(plain),
        brightness=round(colours.brightness(plain), 2),
        frames=frames,
        has_transparency=transparent,
    )


@contextmanager
def damage_refused() -> Iterator[None]:
    """Pillow decodes late, and each format complains in its own way."""
    try:
        yield
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise refused_upstream("The image is damaged and cannot be decoded") from error


def opened(data: bytes) -> "Image":
    import pillow_heif
    from PIL import Image, UnidentifiedImageError

    pillow_heif.register_heif_opener()
    try:
        image = Image.open(BytesIO(data))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise refused_upstream("The image format is illegal and cannot be opened") from error
    if image.width * image.height > MAX_PIXELS:
        raise refused_upstream(f"The image has more than {MAX_PIXELS:,} pixels")
    return image


def flattened(image: "Image") -> tuple["Image", bool]:
    """Over white, as a page would show it, and whether anything shone through."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB"), False
    layered = image.convert("RGBA")
    white = Image.new("RGBA", layered.size, "white")
    shines = any(layered.getchannel("A").histogram()[:255])
    return Image.alpha_composite(white, layered).convert("RGB"), shines
