"""Makes a playable film: H.264 in mp4, from the first picture to the last, with the prompt's words and maybe a tone."""

import math
import tempfile
from array import array
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chats.gateway.sandbox import make_picture
from chats.gateway.sandbox.make_picture import Read
from chats.gateway.sandbox.recipe import Recipe
from chats.gateway.sandbox.vendors.plan import even

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_SIDE = 640
TINY_SIDE = 64
LONGEST_S = 60.0
RATE = 24_000
LOUDNESS = 0.2


def make(recipe: Recipe, read: Read) -> bytes:
    if recipe.is_tiny:
        return _told_apart(_template(int(recipe.digest[:2], 16) % 8), recipe.digest)
    size = film_size(recipe)
    scenes = _scenes(recipe, read, size)
    return _encoded(recipe, size, scenes)


def film_size(recipe: Recipe) -> tuple[int, int]:
    """The ratio that was asked for, at most 640 pixels long unless all of it is wanted."""
    longest = max(recipe.width, recipe.height)
    scale = 1.0 if recipe.is_full else min(LONG_SIDE / longest, 1.0)
    return even(recipe.width * scale), even(recipe.height * scale)


def _scenes(recipe: Recipe, read: Read, size: tuple[int, int]) -> list["Image"]:
    """Pictures the film goes through, one at least."""
    names = [name for name in (recipe.first, *recipe.inputs, recipe.last) if name]
    scenes = [_scene(read(name), size) for name in names]
    return scenes or [make_picture.background(recipe, size).convert("RGB")]


def _scene(content: bytes, size: tuple[int, int]) -> "Image":
    return make_picture.covered(make_picture.opened(content).convert("RGB"), size)


def _nearer(image: "Image", share: float) -> "Image":
    """The camera comes closer."""
    x, y = image.width / 6 * share, image.height / 6 * share
    return image.resize(image.size, resample=2, box=(x, y, image.width - x, image.height - y))


def _encoded(recipe: Recipe, size: tuple[int, int], scenes: list["Image"]) -> bytes:
    import av

    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:  # not in memory: faststart reads it again by its name
        _record(av, file.name, recipe, size, scenes)
        return Path(file.name).read_bytes()


def _record(av: Any, path: str, recipe: Recipe, size: tuple[int, int], scenes: list["Image"]) -> None:
    count = max(2, round(min(recipe.seconds, LONGEST_S) * recipe.fps))
    overlay = _overlay(recipe, size)
    with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream: Any = container.add_stream("libx264", rate=recipe.fps, options={"preset": "ultrafast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.thread_count = 1  # the same bytes on every machine, and a core left for the loop
        track: Any = container.add_stream("aac", rate=RATE, layout="mono") if recipe.is_heard else None
        for at in range(count):
            frame = _frame(recipe, scenes, at / (count - 1), overlay)
            container.mux(stream.encode(av.VideoFrame.from_image(frame)))
        container.mux(stream.encode(None))
        if track:
            _sing(container, track, recipe.seed, count / recipe.fps)


def _frame(recipe: Recipe, scenes: list["Image"], share: float, overlay: "Image") -> "Image":
    """A first or last picture that was given stands alone; elsewhere a disc wanders and the words are seen."""
    frame = _between(scenes, share)
    if (share == 0 and recipe.first) or (share == 1 and recipe.last):
        return frame
    from PIL import ImageDraw

    width, height = frame.size
    radius = max(min(width, height) // 10, 3)
    x = radius + share * (width - 2 * radius)
    y = height * (0.35 + 0.2 * math.sin(4 * math.pi * share))
    ImageDraw.Draw(frame, "RGBA").ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 255, 255, 170))
    frame.paste(overlay, (0, 0), overlay)
    return frame


def _between(scenes: list["Image"], share: float) -> "Image":
    from PIL import Image as images

    if len(scenes) == 1:
        return _nearer(scenes[0], share)
    place = share * (len(scenes) - 1)
    at = min(int(place), len(scenes) - 2)
    return images.blend(scenes[at], scenes[at + 1], place - at)


def _overlay(recipe: Recipe, size: tuple[int, int]) -> "Image":
    from PIL import Image as images
    from PIL import ImageDraw

    plate = images.new("RGBA", size, (0, 0, 0, 0))
    note = f"{recipe.width} × {recipe.height} · {recipe.seconds:g} s · seed {recipe.seed}"
    note += " · AI generated" if recipe.is_marked else ""
    make_picture.plate(ImageDraw.Draw(plate, "RGBA"), size, recipe.words, note)
    return plate


def _sing(container: Any, track: Any, seed: int, seconds: float) -> None:
    """A tone whose pitch follows from the seed, in whole periods a second, so that one second repeats."""
    import av

    pitch = 220 + seed % 440
    second = array("h", (round(32767 * LOUDNESS * math.sin(2 * math.pi * pitch * at / RATE)) for at in range(RATE)))
    samples = (second * (int(seconds) + 1))[: round(seconds * RATE)]
    resampler = av.AudioResampler(track.format, track.layout, track.rate, frame_size=track.frame_size or 1024)
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
    frame.rate, frame.pts = RATE, 0
    frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
    for part in (frame, None):
        for piece in resampler.resample(part):
            container.mux(track.encode(piece))
    container.mux(track.encode(None))


@lru_cache(maxsize=8)
def _template(number: int) -> bytes:
    """One second at 64 pixels."""
    recipe = Recipe("film", "", number, TINY_SIDE, TINY_SIDE, seconds=1.0)
    return _encoded(recipe, (TINY_SIDE, TINY_SIDE), _scenes(recipe, lambda name: b"", (TINY_SIDE, TINY_SIDE)))


def _told_apart(film: bytes, text: str) -> bytes:
    """With a box that players skip (ISO 14496-12: free) and that makes each of them another file."""
    return film + padding(8 + len(text), text.encode())


def padding(size: int, content: bytes = b"") -> bytes:
    return size.to_bytes(4, "big") + b"free" + content
