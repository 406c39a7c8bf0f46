"""Where things are in a picture, as Gemini tells it: points and boxes from 0 to 1000, y first (text.md 6.4)."""

import asyncio
import json
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chats.gateway.sandbox import colours, fetch, measure_image, picture
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.phrases import COLOURS_ZH
from chats.gateway.sandbox.question import Question
from chats.gateway.sandbox.settings import Settings

if TYPE_CHECKING:
    from PIL.Image import Image

BOXES = re.compile(r"box_2d|\bbox(?:es)?\b|bounding|边界框|方框|框出|框选", re.IGNORECASE)
POINTS = re.compile(r"\bpoint(?:s|ing)?\b|\[y, ?x\]|指出|标出|指向|点出", re.IGNORECASE)
PATHS = re.compile(r"\btrajector(?:y|ies)\b|\bpath\b|轨迹|路径", re.IGNORECASE)
SIDE = 96
SMALLEST = 0.004  # of the picture, to be a thing
MOST = 10
PATH_POINTS = 5
SCALE = 1000


@dataclass(frozen=True, slots=True)
class Thing:
    """A patch of one colour; the box is left, top, right, bottom from 0 to 1."""

    colour: str
    share: float
    box: tuple[float, float, float, float]

    @property
    def centre(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


async def answered(question: Question, model: Model, settings: Settings) -> str:
    """The JSON that was asked for, in a fence; "" where no position is wanted or there is no picture."""
    if not model.id.startswith("gemini") or not any(one.search(question.text) for one in (BOXES, POINTS, PATHS)):
        return ""
    sent = [medium for medium in question.media if medium.kind == "image"]
    if not sent:
        return ""
    content = await fetch.source_bytes(sent[-1].source, settings)
    found = await asyncio.to_thread(things, content)
    named = set(picture.named_in(question.text))
    wanted = [thing for thing in found if not named or thing.colour in named][:MOST]
    rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in _rows(wanted, question))
    return f"```json\n[\n  {rows}\n]\n```" if rows else "```json\n[]\n```"


def _rows(found: list[Thing], question: Question) -> Iterator[dict[str, Any]]:
    if PATHS.search(question.text):
        yield from _path(found)
        return
    for thing in found:
        label = COLOURS_ZH[thing.colour] if question.is_chinese else thing.colour
        if BOXES.search(question.text):
            left, top, right, bottom = map(_scaled, thing.box)
            yield {"box_2d": [top, left, bottom, right], "label": label}
        else:
            x, y = map(_scaled, thing.centre)
            yield {"point": [y, x], "label": label}


def _path(found: list[Thing]) -> Iterator[dict[str, Any]]:
    """From the largest thing to the next one, in equal steps."""
    if not found:
        return
    (x, y), (to_x, to_y) = found[0].centre, found[min(1, len(found) - 1)].centre
    for step in range(PATH_POINTS):
        part = step / (PATH_POINTS - 1)
        yield {"point": [_scaled(y + (to_y - y) * part), _scaled(x + (to_x - x) * part)], "label": str(step)}


def _scaled(part: float) -> int:
    return min(max(round(part * SCALE), 0), SCALE)


def things(content: bytes) -> list[Thing]:
    """Patches of one colour on what the picture's edge shows most, largest first."""
    with measure_image.opened(content) as image, measure_image.damage_refused():
        plain, _ = measure_image.flattened(image)
    names, width, height = _named(plain)
    edge = Counter(names[:width] + names[-width:] + names[::width] + names[width - 1 :: width])
    ground, _ = edge.most_common(1)[0]
    patches = _patches(names, width, height, ground)
    found = [_thing(names[patch[0]], patch, width, height) for patch in patches]
    return sorted((one for one in found if one.share >= SMALLEST), key=lambda one: (-one.share, one.box))


def _named(image: "Image") -> tuple[list[str], int, int]:
    scale = SIDE / max(image.size)
    size = max(round(image.width * scale), 1), max(round(image.height * scale), 1)
    pixels = image.resize(size, resample=0).tobytes()
    triples = zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True)
    return [colours.name_of(red >> 3, green >> 3, blue >> 3) for red, green, blue in triples], *size


def _patches(names: list[str], width: int, height: int, ground: str) -> Iterator[list[int]]:
    seen = [name == ground for name in names]
    for start in range(len(names)):
        if not seen[start]:
            yield _grown(start, names, seen, width, height)


def _grown(start: int, names: list[str], seen: list[bool], width: int, height: int) -> list[int]:
    """All places of its colour that hang together with it."""
    seen[start], patch, waiting = True, [start], deque([start])
    while waiting:
        at = waiting.popleft()
        for near in _neighbours(at, width, height):
            if not seen[near] and names[near] == names[start]:
                seen[near] = True
                patch.append(near)
                waiting.append(near)
    return patch


def _neighbours(at: int, width: int, height: int) -> Iterator[int]:
    x, y = at % width, at // width
    yield from (at + step for step, fits in ((-1, x > 0), (1, x < width - 1)) if fits)
    yield from (at + step for step, fits in ((-width, y > 0), (width, y < height - 1)) if fits)


def _thing(colour: str, patch: list[int], width: int, height: int) -> Thing:
    xs, ys = [at % width for at in patch], [at // width for at in patch]
    box = min(xs) / width, min(ys) / height, (max(xs) + 1) / width, (max(ys) + 1) / height
    return Thing(colour, len(patch) / (width * height), box)
