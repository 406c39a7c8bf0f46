"""Film and sound by PyAV: facts, a still, a waveform; opened with closed lists of formats, runs in a worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_noop as _

from chats.media.errors import Unreadable
from chats.media.pictures import MAX_PIXELS, POSTER_PX, encoded

# No playlists, no image sequences, no addresses: a file that names another file is not followed.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,wav,mp3,aac,flac,avi,flv,asf,mpeg,mpegts,mpegvideo,amr,aiff,au,caf,w64"
)
LIMITS = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}

# What today's browsers decode everywhere; HEVC shows black in most (frontend.md).
SHOWN_CONTAINERS = frozenset({"mp4", "mov", "m4a", "webm", "ogg", "mp3", "wav", "flac", "aac"})
SHOWN_CODECS = frozenset(
    {"h264", "vp8", "vp9", "av1", "theora", "aac", "mp3", "opus", "vorbis", "flac", "pcm_s16le", "pcm_u8", "pcm_f32le"}
)


@dataclass(frozen=True, slots=True)
class FilmFacts:
    duration_s: float | None
    codecs: tuple[str, ...]
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    sound_rate: int | None = None

    @property
    def has_picture(self) -> bool:
        return self.width is not None


@contextmanager
def opened(path: Path) -> Iterator:
    """The container, for reading; whatever FFmpeg dislikes becomes one exception."""
    import av

    try:
        with av.open(str(path), options=LIMITS, metadata_errors="replace") as container:
            yield container
    except (av.FFmpegError, EOFError) as e:
        raise Unreadable(_("The file could not be read as film or sound.")) from e


def picture_stream(container):
    """The film's pictures; the cover of a song is not a film."""
    from av.stream import Disposition

    covers = Disposition.attached_pic | Disposition.still_image
    return next((s for s in container.streams.video if not s.disposition & covers), None)


def sound_stream(container):
    return next(iter(container.streams.audio), None)


def facts(path: Path) -> FilmFacts:
    with opened(path) as container:
        picture, sound = picture_stream(container), sound_stream(container)
        if picture is None and sound is None:
            raise Unreadable(_("The file has neither pictures nor sound."))
        codecs = tuple(_codec(stream) for stream in (picture, sound) if stream)
        duration_s = _duration(container)
        if picture is None:
            return FilmFacts(duration_s, codecs, sound_rate=sound.rate)
        width, height = _shown_size(container, picture)
        rate = float(picture.average_rate) if picture.average_rate else None
        return FilmFacts(duration_s, codecs, width, height, rate, sound.rate if sound else None)


def _codec(stream) -> str:
    return stream.codec_context.codec.canonical_name if stream.codec_context else "unknown"


def _duration(container) -> float | None:
    """From the header; what a browser recorded has none there, so the last packet tells (frontend.md)."""
    import av

    if container.duration and container.duration > 0:
        return round(container.duration / av.time_base, 3)
    ends = (
        float((packet.pts + (packet.duration or 0)) * packet.time_base)
        for packet in container.demux()
        if packet.pts is not None
    )
    end = max(ends, default=0.0)
    container.seek(0)
    return round(end, 3) or None


def _shown_size(container, picture) -> tuple[int, int]:
    """Width and height as shown: phones film upright by a note to turn the pictures."""
    width, height = picture.width, picture.height
    if not width or not height or width * height > MAX_PIXELS:
        raise Unreadable(_("The film's pictures have no usable size."))
    first = next(container.decode(picture), None)
    if first is None:
        raise Unreadable(_("The film's first picture could not be read."))
    return (height, width) if first.rotation % 180 else (width, height)


def still(frame, side: int = POSTER_PX):
    """A decoded frame as an upright Pillow image, at most `side` long."""
    longer = max(frame.width, frame.height)
    scale = min(1.0, side / longer)
    width, height = (max(2, round(frame.width * scale)), max(2, round(frame.height * scale)))
    image = frame.to_image(width=width, height=height)
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image


def poster(path: Path, duration_s: float | None) -> bytes:
    """A still from early on: one second in, or a tenth of a short film; the first picture may be black."""
    with opened(path) as container:
        return encoded(still(frame_at(container, min(1.0, (duration_s or 0) / 10))), 80)


def frame_at(container, second: float):
    """The first picture at or after `second`, or the last there is."""
    import av

    stream = picture_stream(container)
    try:
        container.seek(int(second / stream.time_base) + (stream.start_time or 0), stream=stream)
    except av.FFmpegError:  # no index of key frames: from the beginning, then
        container.seek(0)
    frame = None
    for frame in container.decode(stream):
        if frame.time is None or frame.time >= second - 0.001:
            break
    if frame is None:
        raise Unreadable(_("The film's pictures could not be read."))
    return frame


def is_shown(container: str, codecs: tuple[str, ...]) -> bool:
    """Whether browsers play it as it is."""
    return container in SHOWN_CONTAINERS and SHOWN_CODECS.issuperset(codecs)
