"""Short ways to ask the sandbox for pictures and films, and to look into what comes back."""

import base64
from dataclasses import dataclass
from io import BytesIO

import av
import httpx
from PIL import Image, ImageChops

from tests.sandbox.media import data_url, picture

ROUTE = "/v1/video/generations"


@dataclass(frozen=True)
class Film:
    """`frames` are the first, one in the middle and the last."""

    codec: str
    pixel_format: str
    size: tuple[int, int]
    seconds: float
    frames: list[Image.Image]
    sounds: list[str]


def image(content: bytes) -> Image.Image:
    found = Image.open(BytesIO(content))
    found.load()
    return found


def of_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def film(content: bytes) -> Film:
    with av.open(BytesIO(content)) as container:
        video = container.streams.video[0]
        decoded = list(container.decode(video))
        frames = [decoded[at].to_image() for at in (0, len(decoded) // 2, -1)]
        seconds = float(video.duration * video.time_base)
        sounds = [stream.codec_context.name for stream in container.streams.audio]
        size = video.width, video.height
        return Film(video.codec_context.name, video.pix_fmt, size, seconds, frames, sounds)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of a channel, 0 to 255."""
    pixels = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).tobytes()
    return sum(pixels) / len(pixels)


def inline(*colours: str, size=(640, 360), form="PNG") -> str:
    return data_url(picture(*colours, size=size, form=form), f"image/{form.lower()}")


def raw(*colours: str, size=(640, 360)) -> str:
    return base64.b64encode(picture(*colours, size=size)).decode()


def submit(http: httpx.Client, body: dict, directives: str = "", route: str = ROUTE) -> httpx.Response:
    return http.post(route, json={"prompt": "A paper boat"} | body, headers={"X-Sandbox": directives})


def task(http: httpx.Client, body: dict, directives: str = "", route: str = ROUTE) -> str:
    response = submit(http, body, directives, route)
    assert response.status_code == 200, response.text
    return response.json()["task_id"]


def state(http: httpx.Client, remote_id: str, route: str = ROUTE) -> dict:
    response = http.get(f"{route}/{remote_id}")
    assert response.status_code == 200, response.text
    return response.json()["data"]


def result(http: httpx.Client, body: dict, directives: str = "", route: str = ROUTE) -> bytes:
    """Of a sandbox where generations take no time."""
    told = state(http, task(http, body, directives, route), route)
    assert told["status"] == "succeeded", told
    response = http.get(told["url"])
    assert response.status_code == 200, response.text
    return response.content
