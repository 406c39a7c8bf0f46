"""Paints a result: the prompt's words, size and seed on colours that follow from prompt and seed; or an edit."""

import hashlib
import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from chats.gateway.sandbox import picture
from chats.gateway.sandbox.recipe import Recipe

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Read = Callable[[str], bytes]
# The first that is installed; only the last has Latin letters alone.
FONTS = ("NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "wqy-microhei.ttc", "PingFang.ttc", "msyh.ttc")
TINY_SIDE = 64
LONGEST_WORDS = 400
TINT = 0.35  # of an edit without a mask
MOST_PIXELS = 64_000_000


def make(recipe: Recipe, read: Read) -> bytes:
    if recipe.is_tiny:
        return encoded(tiny(recipe), recipe.form, recipe.quality)
    return encoded(painted(recipe, [opened(read(name)) for name in recipe.inputs], read), recipe.form, recipe.quality)


def painted(recipe: Recipe, inputs: Sequence["Image"], read: Read) -> "Image":
    """At the size of the recipe; a side of 0 follows the first input."""
    size = (recipe.width, recipe.height)
    if not inputs:
        return written(background(recipe, size), recipe, size)
    if recipe.mask:
        return _masked(recipe, inputs, opened(read(recipe.mask)), size)
    base = composed(inputs, size).convert("RGB")
    from PIL import Image as images

    return written(images.blend(base, background(recipe, size, plain=True).convert("RGB"), TINT), recipe, size)


def _masked(recipe: Recipe, inputs: Sequence["Image"], mask: "Image", size: tuple[int, int]) -> "Image":
    """New where the mask is transparent, with the words there too; untouched everywhere else."""
    from PIL import ImageChops

    change = ImageChops.invert(mask.convert("RGBA").getchannel("A").resize(size))
    box = change.getbbox() or (0, 0, *size)
    inner = box[2] - box[0], box[3] - box[1]
    fresh = composed(inputs[1:], inner) if len(inputs) > 1 else background(recipe, inner, plain=True)
    base = covered(inputs[0], size)
    made = base.convert("RGBA")
    painted_over = made.copy()
    painted_over.paste(written(fresh.convert("RGB"), recipe, size), box)
    made.paste(painted_over, (0, 0), change)
    return made if base.mode in {"RGBA", "LA", "P"} else made.convert("RGB")


def background(recipe: Recipe, size: tuple[int, int], plain: bool = False) -> "Image":
    """Stripes of colours that the words name, else a gradient of two that follow from words and seed."""
    from PIL import Image as images
    from PIL import ImageDraw, ImageOps

    if recipe.is_transparent and not plain:
        return images.new("RGBA", size, (0, 0, 0, 0))
    named = picture.named_in(recipe.words)
    if named:
        made = images.new("RGB", size)
        draw = ImageDraw.Draw(made)
        for at, colour in enumerate(named):
            draw.rectangle((at * size[0] // len(named), 0, size[0], size[1]), fill=picture.PAINTS[colour])
        return made
    first, second = colours(recipe.words, recipe.seed)
    slope = images.linear_gradient("L")
    slope = slope.rotate(90) if recipe.seed % 2 else slope
    made = ImageOps.colorize(slope, first, second).resize(size)
    _bubbles(ImageDraw.Draw(made, "RGBA"), recipe, size)
    return made


def _bubbles(draw: "ImageDraw", recipe: Recipe, size: tuple[int, int]) -> None:
    chance = hashlib.sha256(f"{recipe.seed} {recipe.words}".encode("utf-8", "replace")).digest()
    for at in range(0, 15, 3):
        x, y = chance[at] * size[0] // 255, chance[at + 1] * size[1] // 255
        radius = (24 + chance[at + 2] // 3) * min(size) // 400
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 255, 255, 26 + chance[at] // 8))


def colours(words: str, seed: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    import colorsys

    chance = hashlib.sha256(f"{seed} {words}".encode("utf-8", "replace")).digest()
    hue = chance[0] / 255
    made = [
        colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value)
        for turn, saturation, value in ((0.0, 0.7, 0.85), (0.08 + chance[1] / 1000, 0.75, 0.4))
    ]
    first, second = (tuple(round(255 * part) for part in colour) for colour in made)
    return first, second  # type: ignore[return-value]


def composed(inputs: Sequence["Image"], size: tuple[int, int]) -> "Image":
    """Several pictures as columns of one."""
    from PIL import Image as images

    if len(inputs) == 1:
        return covered(inputs[0], size)
    made = images.new("RGB", size)
    edges = [at * size[0] // len(inputs) for at in range(len(inputs) + 1)]
    for one, left, right in zip(inputs, edges, edges[1:], strict=False):
        made.paste(covered(one, (max(right - left, 1), size[1])).convert("RGB"), (left, 0))
    return made


def covered(image: "Image", size: tuple[int, int]) -> "Image":
    """Fills that size, cut where the ratios differ; itself where it fits."""
    from PIL import ImageOps

    return image if image.size == size else ImageOps.fit(image, size)


def written(image: "Image", recipe: Recipe, size: tuple[int, int]) -> "Image":
    """The words on a plate, the size of the whole and the seed below them."""
    from PIL import ImageDraw

    note = f"{size[0]} × {size[1]} · seed {recipe.seed}" + (" · AI generated" if recipe.is_marked else "")
    plate(ImageDraw.Draw(image, "RGBA"), image.size, recipe.words, note)
    return image


def plate(draw: "ImageDraw", size: tuple[int, int], words: str, note: str) -> None:
    side = min(size)
    font, small = lettering(max(side // 16, 8)), lettering(max(side // 30, 8))
    margin = max(side // 20, 2)
    lines = _wrapped(draw, words[:LONGEST_WORDS], font, size[0] - 4 * margin)[:6]
    height = round(font.size * 1.3)
    top = size[1] - margin - round(small.size * 2.2) - height * len(lines) - margin // 2
    box = (margin, max(top, margin), size[0] - margin, size[1] - margin)
    if box[2] <= box[0] or box[3] <= box[1]:
        return
    draw.rounded_rectangle(box, radius=margin // 2, fill=(0, 0, 0, 140))
    for at, line in enumerate(lines):
        draw.text((2 * margin, box[1] + margin // 2 + at * height), line, font=font, fill=(255, 255, 255, 255))
    draw.text((2 * margin, size[1] - margin - round(small.size * 1.9)), note, font=small, fill=(230, 230, 230, 255))


def _wrapped(draw: "ImageDraw", words: str, font: Any, width: int) -> list[str]:
    """Han characters may break anywhere, Latin words at spaces."""
    lines, line = [], ""
    for piece in _pieces(" ".join(words.split())):
        if line and draw.textlength(line + piece, font=font) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece.lstrip() if not line else piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    for letter in text:
        if found and letter < "\u2e80" and found[-1][-1] < "\u2e80" and found[-1][-1] != " ":
            found[-1] += letter
        else:
            found.append(letter)
    return found


@lru_cache(maxsize=32)
def lettering(size: int) -> Any:
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def tiny(recipe: Recipe) -> "Image":
    """64 pixels that differ for each recipe, for tests that make hundreds."""
    from PIL import Image as images

    chance = hashlib.sha512(recipe.digest.encode()).digest()
    return images.frombytes("RGB", (4, 4), chance[:48]).resize((TINY_SIDE, TINY_SIDE), resample=0)


def opened(content: bytes) -> "Image":
    """Decoded and turned as its EXIF says; raises ValueError for what is no picture."""
    from PIL import Image as images
    from PIL import ImageOps, UnidentifiedImageError

    try:
        found = images.open(BytesIO(content))
        if found.width * found.height > MOST_PIXELS:
            raise ValueError("the picture is too large")
        found.load()
    except (UnidentifiedImageError, OSError, SyntaxError, struct.error) as error:
        raise ValueError("not a picture") from error
    return ImageOps.exif_transpose(found)


def encoded(image: "Image", form: str, quality: int = 90) -> bytes:
    out = BytesIO()
    match form:
        case "jpeg":
            image.convert("RGB").save(out, "JPEG", quality=max(quality, 1))
        case "webp":
            image.save(out, "WEBP", quality=quality, method=0)
        case _:
            image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def preview(content: bytes, step: int) -> bytes:
    """A coarse form of a finished picture, finer with each step."""
    image = opened(content)
    side = 8 * 2 ** (step + 1)
    coarse = image.resize((max(side * image.width // image.height, 1), side)).resize(image.size, resample=0)
    return encoded(coarse, (image.format or "png").lower())
