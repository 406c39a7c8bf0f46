"""A picture cut to the shape a vendor insists on; for the protocols, which have bytes only."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import GatewayError


def cropped(data: bytes, content_type: str, width: int, height: int) -> tuple[bytes, str]:
    """Bytes and type of the middle of the picture at exactly this size; untouched where it has it already."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.size == (width, height):
                return data, content_type
            fitted = ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (width, height))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise GatewayError("bad_request", code="unreadable_image", message="The picture cannot be read.") from error
    target = io.BytesIO()
    fitted.save(target, "JPEG", quality=95)
    return target.getvalue(), "image/jpeg"
