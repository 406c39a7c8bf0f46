"""Makes static/samples/film.mp4, the greeting's sample: a red boat crosses the sea while the sun rises, with two notes.

Run by hand: `python -m bench.make_sample_film`. Drawn here, so that the first question needs nobody's material.
"""

import array
import math
import shutil
import sys
import tempfile
from pathlib import Path

import av
from PIL import Image, ImageDraw

WIDTH, HEIGHT, RATE, SECONDS = 640, 360, 24, 4
SOUND_RATE = 24_000
HORIZON = 225
TARGET = Path(__file__).resolve().parent.parent / "static" / "samples" / "film.mp4"


def mixed(start: tuple[int, ...], end: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * share) for a, b in zip(start, end, strict=True))


def picture(share: float) -> Image.Image:
    """The scene at `share` (0 to 1) of the film."""
    image = Image.new("RGB", (WIDTH * 2, HEIGHT * 2))
    draw = ImageDraw.Draw(image)
    top, low = mixed((24, 36, 84), (108, 178, 232), share), mixed((196, 92, 92), (255, 226, 170), share)
    for y in range(HORIZON * 2):
        draw.line([(0, y), (WIDTH * 2, y)], fill=mixed(top, low, (y / (HORIZON * 2)) ** 1.6))
    x, y, r = 430 * 2, (HORIZON + 40 - 150 * share) * 2, 42 * 2
    draw.ellipse([x - r, y - r, x + r, y + r], fill=mixed((255, 110, 70), (255, 226, 120), share))
    sea, deep = mixed((18, 48, 92), (36, 124, 176), share), mixed((8, 22, 50), (12, 62, 108), share)
    for y in range(HORIZON * 2, HEIGHT * 2):
        draw.line([(0, y), (WIDTH * 2, y)], fill=mixed(sea, deep, (y / 2 - HORIZON) / (HEIGHT - HORIZON)))
    boat(draw, share)
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def boat(draw: ImageDraw.ImageDraw, share: float) -> None:
    x, y = 2 * (40 + 400 * share), 2 * (262 + 3 * math.sin(share * 4 * math.pi))
    hull = [(x, y), (x + 180, y), (x + 150, y + 44), (x + 30, y + 44)]
    draw.polygon(hull, fill=(206, 44, 48))
    draw.rectangle([x + 84, y - 150, x + 92, y], fill=(70, 44, 30))
    draw.polygon([(x + 100, y - 146), (x + 100, y - 14), (x + 176, y - 14)], fill=(250, 248, 240))
    draw.polygon([(x + 76, y - 126), (x + 76, y - 14), (x + 20, y - 14)], fill=(250, 248, 240))


def notes() -> av.AudioFrame:
    sound = array.array("h", (level(at / SOUND_RATE) for at in range(SECONDS * SOUND_RATE)))
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(sound))
    frame.sample_rate = SOUND_RATE
    frame.planes[0].update(sound.tobytes())
    return frame


def level(at_s: float) -> int:
    """Two notes that fade, the second above the first."""
    since = [(pitch, at_s - start) for pitch, start in ((392.0, 0.0), (523.25, 1.6)) if at_s >= start]
    return round(7200 * sum(math.sin(2 * math.pi * pitch * s) * math.exp(-1.6 * s) for pitch, s in since))


def write(target: Path) -> None:
    with av.open(str(target), "w", options={"movflags": "faststart"}) as film:
        video = film.add_stream("libx264", rate=RATE, options={"crf": "25", "preset": "veryslow"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = film.add_stream("aac", rate=SOUND_RATE, layout="mono")
        audio.bit_rate = 48_000
        for number in range(RATE * SECONDS):
            frame = av.VideoFrame.from_image(picture(number / (RATE * SECONDS - 1)))
            film.mux(video.encode(frame))
        film.mux(audio.encode(notes()))
        film.mux(video.encode())
        film.mux(audio.encode())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "film.mp4"
        write(made)  # faststart rewrites the file, which a pipe could not
        shutil.copy(made, TARGET)
    sys.stdout.write(f"{TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
