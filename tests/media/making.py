"""Real files made on the spot: film and sound by PyAV, pictures by Pillow, documents by hand."""

import io
import math
import zipfile
from array import array
from fractions import Fraction
from pathlib import Path

RATE = 44_100


def film(
    path: Path,
    seconds: float = 2,
    size: tuple[int, int] = (160, 120),
    fps: int = 12,
    codec: str = "libx264",
    sound: str | None = "aac",
    rotation: int = 0,
    bit_rate: int | None = None,
) -> Path:
    """Colours that change from red to blue, and a tone of 440 Hz."""
    import av

    options = {"x265-params": "log-level=error"} if codec == "libx265" else {}
    with av.open(str(path), "w") as out:
        picture = out.add_stream(codec, rate=fps, options=options)
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
        if bit_rate:
            picture.bit_rate = bit_rate
        if rotation:
            picture.set_display_rotation(rotation)
        track = _track(out, sound) if sound else None
        count = round(seconds * fps)
        for i in range(count):
            out.mux(picture.encode(_frame(size, i / max(1, count - 1), noisy=bool(bit_rate))))
        out.mux(picture.encode(None))
        if track:
            _play(out, track, seconds)
    return path


def _frame(size: tuple[int, int], progress: float, noisy: bool):
    import av
    from PIL import Image

    if noisy:
        image = Image.effect_noise(size, 120).convert("RGB")
    else:
        image = Image.new("RGB", size, (round(250 * (1 - progress)), 40, round(250 * progress)))
    return av.VideoFrame.from_image(image)


def sound(path: Path, seconds: float = 2, codec: str | None = None, loud_after: float = 0) -> Path:
    """A tone; silent until `loud_after`."""
    import av

    codecs = {".wav": "pcm_s16le", ".mp3": "libmp3lame", ".m4a": "aac", ".flac": "flac", ".aac": "aac"}
    with av.open(str(path), "w") as out:
        _play(out, _track(out, codec or codecs.get(path.suffix, "libopus")), seconds, loud_after)
    return path


def _track(out, codec: str):
    return out.add_stream(codec, rate=48_000 if codec in ("libopus", "opus") else RATE, layout="mono")


def _play(out, track, seconds: float, loud_after: float = 0) -> None:
    import av

    rate, step = track.rate, 1024
    for start in range(0, round(seconds * rate), step):
        samples = (
            0 if (start + i) / rate < loud_after else round(20_000 * math.sin(2 * math.pi * 440 * (start + i) / rate))
            for i in range(step)
        )
        frame = av.AudioFrame(format="s16", layout="mono", samples=step)
        frame.planes[0].update(array("h", samples).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        out.mux(track.encode(frame))
    out.mux(track.encode(None))


def picture(path: Path, size: tuple[int, int] = (120, 80), mode: str = "RGB", orientation: int = 1, **options) -> Path:
    """The left half red, the right half blue, as the camera stored it."""
    from PIL import Image

    image = Image.new(mode, size, "red" if mode != "RGBA" else (255, 0, 0, 128))
    image.paste("blue" if mode != "RGBA" else (0, 0, 255, 255), (size[0] // 2, 0, size[0], size[1]))
    if path.suffix in (".heic", ".heif"):
        import pillow_heif

        pillow_heif.register_heif_opener()
    if orientation != 1:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    image.save(path, **options)
    return path


def noise(path: Path, size: tuple[int, int]) -> Path:
    """A picture that does not compress."""
    from PIL import Image

    Image.merge("RGB", [Image.effect_noise(size, 150) for _ in range(3)]).save(path, quality=95)
    return path


def pdf(path: Path, pages: int = 3, words: str = "Quarterly figures") -> Path:
    """A document with text, written object by object."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(pages))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for i in range(pages):
        said = f"{words} {i + 1}" if words else ""
        stream = f"BT /F1 24 Tf 72 700 Td ({said}) Tj ET"
        fonts = "/Resources<</Font<</F1 3 0 R>>>>"
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {5 + 2 * i} 0 R{fonts}>>")
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj{body}endobj\n".encode())
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010d} 00000 n \n" for place in places).encode())
    out.write(f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode())
    path.write_bytes(out.getvalue())
    return path


def docx(path: Path, paragraphs: tuple[str, ...] = ("First words", "第二段")) -> Path:
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("[Content_Types].xml", "<Types/>")
        bundle.writestr("word/document.xml", f"<w:document {names}><w:body>{body}</w:body></w:document>")
    return path


def xlsx(path: Path) -> Path:
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("[Content_Types].xml", "<Types/>")
        bundle.writestr("xl/sharedStrings.xml", f"<sst {names}><si><t>Town</t></si><si><t>杭州</t></si></sst>")
        row = '<row><c t="s"><v>0</v></c><c><v>7</v></c></row><row><c t="s"><v>1</v></c><c><v>8</v></c></row>'
        sheet = f"<worksheet {names}><sheetData>{row}</sheetData></worksheet>"
        bundle.writestr("xl/worksheets/sheet1.xml", sheet)
    return path
