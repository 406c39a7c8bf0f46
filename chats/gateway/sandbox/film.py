"""What a film's pictures tell when looked at one after the other: colours over time, cuts, motion."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from chats.gateway.sandbox import colours

if TYPE_CHECKING:
    from PIL.Image import Image

GRID = (32, 32)
CUT = 0.18  # mean change of the picture between two looks that makes a new scene


@dataclass(frozen=True, slots=True)
class Span:
    """From `start_s` on the picture is mostly of this colour."""

    start_s: float
    colour: str


@dataclass(frozen=True, slots=True)
class Look:
    at_s: float
    image: "Image"  # GRID in size


def grid(image: "Image") -> "Image":
    return image.resize(GRID, resample=0)


def seen(looks: list[Look]) -> dict[str, Any]:
    changes = [_change(a.image, b.image) for a, b in pairwise(looks)]
    cuts = tuple(round(look.at_s, 2) for look, change in zip(looks[1:], changes, strict=True) if change >= CUT)
    calm = [change for change in changes if change < CUT]
    motion = round(min(1.0, sum(calm) / len(calm) / CUT), 2) if calm else 0.0
    return {"spans": tuple(_spans(looks)), "cuts_s": cuts, "motion": motion}


def _spans(looks: list[Look]) -> Iterator[Span]:
    before = ""
    for look in looks:
        colour = colours.main_colours(look.image)[0].name
        if colour != before:
            yield Span(round(look.at_s, 2), colour)
        before = colour


def _change(a: "Image", b: "Image") -> float:
    from PIL import ImageChops, ImageStat

    return sum(ImageStat.Stat(ImageChops.difference(a, b)).mean) / (3 * 255)
