"""Paints the picture that an image model would send back: stripes in the colours its prompt names."""

import base64
import hashlib
from io import BytesIO

from chats.gateway.sandbox.phrases import COLOURS_ZH

SIDE = 256
PAINTS = {
    "black": "#101010",
    "white": "#f8f8f8",
    "grey": "#808080",
    "red": "#d82020",
    "orange": "#f08a00",
    "yellow": "#f4dc20",
    "green": "#20a040",
    "cyan": "#20c8d0",
    "blue": "#2040d8",
    "purple": "#7a30d0",
    "pink": "#f060b0",
    "brown": "#7a4a20",
}


def data_url(prompt: str) -> str:
    return "data:image/png;base64," + base64.b64encode(png(prompt)).decode()


def png(prompt: str) -> bytes:
    from PIL import Image, ImageDraw

    colours = named_in(prompt) or _by_chance(prompt)
    image = Image.new("RGB", (SIDE, SIDE), PAINTS[colours[0]])
    draw = ImageDraw.Draw(image)
    for at, colour in enumerate(colours):
        draw.rectangle((at * SIDE // len(colours), 0, SIDE, SIDE), fill=PAINTS[colour])
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def named_in(prompt: str) -> list[str]:
    """In the order in which the prompt names them, in English or Chinese ("红" is enough)."""
    lowered = prompt.lower()
    places = {name: _place(lowered, name, chinese[0]) for name, chinese in COLOURS_ZH.items()}
    return sorted((name for name, place in places.items() if place >= 0), key=places.__getitem__)


def _place(text: str, *words: str) -> int:
    return min((place for word in words if (place := text.find(word)) >= 0), default=-1)


def _by_chance(prompt: str) -> list[str]:
    digest = hashlib.sha256(prompt.encode("utf-8", "replace")).digest()
    names = list(PAINTS)
    first, second = digest[0] % len(names), digest[1] % (len(names) - 1)
    return [names[first], names[(first + 1 + second) % len(names)]]
