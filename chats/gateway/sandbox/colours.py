"""Names for what a picture looks like: its main colours and how bright it is."""

import colorsys
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

SAMPLED_SIDE = 48
ENOUGH_SHARE = 0.06  # of the picture, for a colour to be named at all
NAMED_COLOURS = 3

HUES = ((15, "red"), (42, "orange"), (68, "yellow"), (160, "green"), (200, "cyan"), (258, "blue"), (290, "purple"))


@dataclass(frozen=True, slots=True)
class Colour:
    name: str
    share: float  # 0 to 1


def main_colours(image: "Image") -> tuple[Colour, ...]:
    """The colours that fill most of it, largest first; never empty."""
    counted = _counted(image)
    total = counted.total()
    colours = [
        Colour(name, count / total) for name, count in sorted(counted.items(), key=lambda row: (-row[1], row[0]))
    ]
    named = [colour for colour in colours if colour.share >= ENOUGH_SHARE][:NAMED_COLOURS]
    return tuple(named or colours[:1])


def brightness(image: "Image") -> float:
    """Mean lightness, 0 black to 1 white."""
    small = _small(image).convert("L")
    return sum(small.tobytes()) / (255 * small.width * small.height)


def _small(image: "Image") -> "Image":
    """Single pixels, not averages: a fine pattern of two colours must not become a third."""
    side = min(SAMPLED_SIDE, image.width), min(SAMPLED_SIDE, image.height)
    return image.resize(side, resample=0)


def _counted(image: "Image") -> Counter[str]:
    pixels = _small(image).convert("RGB").tobytes()
    triples = zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True)
    return Counter(name_of(red >> 3, green >> 3, blue >> 3) for red, green, blue in triples)


@lru_cache(maxsize=32768)
def name_of(red: int, green: int, blue: int) -> str:
    """For a colour in 32 steps per channel."""
    hue, saturation, value = colorsys.rgb_to_hsv(red / 31, green / 31, blue / 31)
    if value < 0.17:
        return "black"
    if saturation < 0.16 or (saturation < 0.3 and value < 0.3):
        return "white" if value > 0.88 else "grey"
    return _tinted(hue * 360, saturation, value)


def _tinted(degrees: float, saturation: float, value: float) -> str:
    name = next((name for limit, name in HUES if degrees < limit), "pink" if degrees < 345 else "red")
    if name in {"red", "orange"} and value < 0.62 and degrees >= 8 and degrees < 345:
        return "brown"
    if name == "pink" and degrees < 330 and value < 0.65:
        return "purple"
    if name == "red" and saturation < 0.6 and value > 0.75:
        return "pink"
    return name
