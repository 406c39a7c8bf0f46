"""A film as a few pictures: taken, kept as one ZIP of JPEGs, handed on; for models that see but do not watch."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_noop as _

from chats.media import films, pictures
from chats.media.errors import Unreadable

SIDE_PX = 768
QUALITY = 78
MOST = 32
KEYS_ONLY_S = 5 * 60  # above this only key frames are decoded: they are exact enough, and quick
SHEET_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Sampled:
    frames: tuple[bytes, ...]
    rate: float  # pictures per second


def count_for(duration_s: float, least: int = 1, most: int | None = None) -> int:
    """One picture a second, at least 8 of a short film, at most what the model takes."""
    return max(least, min(most or MOST, MOST, max(8, round(duration_s))))


def sample(path: Path, duration_s: float, count: int) -> Sampled:
    """`count` pictures from the middles of as many equal pieces of the film."""
    step = duration_s / count
    with films.opened(path) as container:
        if duration_s > KEYS_ONLY_S:
            films.picture_stream(container).codec_context.skip_frame = "NONKEY"
        stills = [films.still(films.frame_at(container, (i + 0.5) * step), SIDE_PX) for i in range(count)]
    return Sampled(tuple(pictures.jpeg(still, QUALITY) for still in stills), round(1 / step, 4))


def pack(sampled: Sampled, target: Path) -> None:
    """Names say when each picture was taken, for people who open the ZIP."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
        for i, frame in enumerate(sampled.frames):
            bundle.writestr(f"{i + 1:04d}_{(i + 0.5) / sampled.rate:09.3f}s.jpg", frame)


def unpack(path: Path, limit_bytes: int) -> tuple[bytes, ...]:
    """The pictures in their order."""
    try:
        with zipfile.ZipFile(path) as bundle:
            entries = sorted(bundle.infolist(), key=lambda entry: entry.filename)
            if sum(entry.file_size for entry in entries) > limit_bytes:
                raise Unreadable(_("The pictures of this film are too large."))
            return tuple(bundle.read(entry) for entry in entries)
    except zipfile.BadZipFile as e:
        raise Unreadable(_("The pictures of this film could not be read.")) from e


def sheet(sampled: Sampled) -> bytes:
    """All at a glance, as a poster: up to sixteen of them in rows of four."""
    from io import BytesIO

    from PIL import Image

    chosen = list(_spread(sampled.frames, SHEET_COLUMNS**2))
    width = pictures.POSTER_PX // SHEET_COLUMNS
    tiles = [pictures.fitted(Image.open(BytesIO(frame)), width) for frame in chosen]
    height = max(tile.height for tile in tiles)
    rows = -(-len(tiles) // SHEET_COLUMNS)
    whole = Image.new("RGB", (width * min(SHEET_COLUMNS, len(tiles)), height * rows))
    for i, tile in enumerate(tiles):
        whole.paste(tile, (i % SHEET_COLUMNS * width, i // SHEET_COLUMNS * height))
    return pictures.encoded(whole, 80)


def _spread(frames: tuple[bytes, ...], most: int) -> Iterator[bytes]:
    count = min(most, len(frames))
    for i in range(count):
        yield frames[i * len(frames) // count]
