"""Real media made on the spot: films, sounds, pictures and documents whose properties are known."""

import base64
import math
import random
from array import array
from io import BytesIO

import av
from PIL import Image

RATE = 16_000


def data_url(data: bytes, kind: str = "") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def picture(*colours: str, size: tuple[int, int] = (120, 80), form: str = "PNG", **options) -> bytes:
    """Stripes of equal width, left to right."""
    image = Image.new("RGB", size)
    for at, colour in enumerate(colours):
        image.paste(Image.new("RGB", size, colour), (at * size[0] // len(colours), 0))
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def film(*colours, seconds=1.0, fps=10, size=(160, 120), form="mp4", codec="libx264", sound=None) -> bytes:
    """One colour after the other, `seconds` each; `sound` is 16 kHz mono samples."""
    frames = [Image.new("RGB", size, colour) for colour in colours for _ in range(round(fps * seconds))]
    return film_of(frames, fps, form, codec, sound)


def film_of(frames, fps=10, form="mp4", codec="libx264", sound=None) -> bytes:
    out = BytesIO()
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = *frames[0].size, "yuv420p"
        track = container.add_stream("aac" if form == "mp4" else "libopus", rate=48000) if sound else None
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_image(frame)))
        container.mux(stream.encode(None))
        if track:
            _encode(container, track, sound)
    return out.getvalue()


def moving(seconds: float = 2, fps: int = 10) -> bytes:
    """A white block that jumps about on black."""
    chance = random.Random(1)
    frames = []
    for _ in range(round(seconds * fps)):
        frame = Image.new("RGB", (160, 120), "black")
        frame.paste(Image.new("RGB", (40, 40), "white"), (chance.randrange(120), chance.randrange(80)))
        frames.append(frame)
    return film_of(frames, fps)


def sound(samples, form: str = "wav", codec: str = "pcm_s16le", rate: int = RATE, layout: str = "mono") -> bytes:
    out = BytesIO()
    with av.open(out, "w", format=form) as container:
        _encode(container, container.add_stream(codec, rate=rate, layout=layout), samples)
    return out.getvalue()


def _encode(container, track, samples) -> None:
    resampler = av.AudioResampler(track.format, track.layout, track.rate, frame_size=track.frame_size or 1024)
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
    frame.rate, frame.pts = RATE, 0
    frame.planes[0].update(bytes(samples).ljust(frame.planes[0].buffer_size, b"\0"))
    for part in (frame, None):
        for piece in resampler.resample(part):
            container.mux(track.encode(piece))
    container.mux(track.encode(None))


def tone(pitch_hz: float, seconds: float, amplitude: float = 0.5) -> array:
    return _made(seconds, lambda at: amplitude * math.sin(2 * math.pi * pitch_hz * at / RATE))


def silence(seconds: float) -> array:
    return _made(seconds, lambda at: 0.0)


def noise(seconds: float) -> array:
    chance = random.Random(2)
    return _made(seconds, lambda at: chance.uniform(-0.4, 0.4))


def babble(seconds: float) -> array:
    """Three voices' syllables a second: pitch changes, loudness swells and falls."""
    chance = random.Random(3)
    pitches = [chance.choice((110, 140, 180, 220)) for _ in range(math.ceil(seconds * 3))]

    def voice(at: int) -> float:
        pitch, part = pitches[at * 3 // RATE], (at * 3 % RATE) / RATE
        swell = math.sin(math.pi * min(part / 0.7, 1.0)) ** 2
        turn = 2 * math.pi * pitch * at / RATE
        return 0.3 * swell * (math.sin(turn) + 0.6 * math.sin(2 * turn) + 0.4 * math.sin(5 * turn))

    return _made(seconds, voice)


def _made(seconds: float, level) -> array:
    return array("h", (round(32767 * level(at)) for at in range(round(seconds * RATE))))


def pdf(pages: int, width: int = 595, height: int = 842) -> bytes:
    kids = " ".join(f"{3 + at} 0 R" for at in range(pages))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>"]
    objects += [f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] >>"] * pages
    body = "".join(f"{at} 0 obj\n{text}\nendobj\n" for at, text in enumerate(objects, 1))
    return f"%PDF-1.7\n{body}trailer\n<< /Root 1 0 R >>\n%%EOF".encode()


def film_part(*colours, **options):
    return {"type": "video_url", "video_url": {"url": data_url(film(*colours, **options), "video/mp4")}}


def image_part(*colours, **options):
    return {"type": "image_url", "image_url": {"url": data_url(picture(*colours, **options), "image/png")}}


def text_part(text):
    return {"type": "text", "text": text}
