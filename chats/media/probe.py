"""All that can be known of a file by looking into it; called in a worker once the bytes are safe."""

from dataclasses import dataclass, replace
from pathlib import Path

from chats.media import documents, films, pictures, waveforms
from chats.media.errors import Unreadable
from chats.media.sniff import HEAD_BYTES, FileKind, Sniffed, sniff

# Which names Pillow uses, where they are not our own.
_PICTURES = {"HEIF": ("image/heic", "heic"), "MPO": ("image/jpeg", "jpeg")}
_SHOWN_PICTURES = frozenset({"png", "jpeg", "gif", "webp", "avif"})
_SOUND_ONLY = {"mp4": ("audio/mp4", "m4a"), "mov": ("audio/mp4", "m4a"), "3gp": ("audio/3gpp", "3gp")}
_SOUND_TYPES = {"webm": "audio/webm", "mkv": "audio/x-matroska", "wmv": "audio/x-ms-wma", "ogg": "audio/ogg"}


@dataclass(frozen=True, slots=True)
class Probed:
    """Facts for the row, with the still as bytes; `failure` says in words why there are no more."""

    kind: FileKind
    content_type: str
    container: str = ""
    codecs: tuple[str, ...] = ()
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    frame_rate: float | None = None
    pages: int | None = None
    waveform: list[int] | None = None
    poster: bytes | None = None
    is_shown: bool = True
    failure: str = ""


def probe(path: Path, name: str) -> Probed:
    """A file that claims to be media and cannot be read is kept as a plain file, with the reason."""
    with path.open("rb") as file:
        sniffed = sniff(file.read(HEAD_BYTES), name)
    looks = {"image": _picture, "video": _film, "audio": _film}
    try:
        return looks.get(sniffed.kind, _file)(path, sniffed)
    except Unreadable as e:
        return Probed("file", "application/octet-stream", sniffed.container, failure=str(e))


def _picture(path: Path, sniffed: Sniffed) -> Probed:
    with pictures.opened(path) as image:
        width, height = pictures.size(image)
        content_type, container = _PICTURES.get(image.format, (sniffed.content_type, sniffed.container))
        if image.format == "AVIF":
            content_type, container = "image/avif", "avif"
        poster = pictures.encoded(pictures.fitted(image, pictures.POSTER_PX), 80)
    is_shown = container in _SHOWN_PICTURES
    return Probed("image", content_type, container, (), width, height, poster=poster, is_shown=is_shown)


def _film(path: Path, sniffed: Sniffed) -> Probed:
    found = films.facts(path)
    known = Probed(
        kind="video" if found.has_picture else "audio",
        content_type=_film_type(sniffed, found),
        container=_film_container(sniffed, found),
        codecs=found.codecs,
        width=found.width,
        height=found.height,
        duration_s=found.duration_s,
        frame_rate=found.frame_rate,
    )
    known = replace(known, is_shown=films.is_shown(known.container, known.codecs))
    if known.kind == "video":
        return replace(known, poster=films.poster(path, found.duration_s))
    return replace(known, waveform=waveforms.waveform(path, found.duration_s))


def _film_type(sniffed: Sniffed, found: films.FilmFacts) -> str:
    if found.has_picture:
        return "video/ogg" if sniffed.container == "ogg" else sniffed.content_type
    return _SOUND_ONLY.get(sniffed.container, (None,))[0] or _SOUND_TYPES.get(sniffed.container, sniffed.content_type)


def _film_container(sniffed: Sniffed, found: films.FilmFacts) -> str:
    is_sound = not found.has_picture and sniffed.container in _SOUND_ONLY
    return _SOUND_ONLY[sniffed.container][1] if is_sound else sniffed.container


def _file(path: Path, sniffed: Sniffed) -> Probed:
    known = Probed("file", sniffed.content_type, sniffed.container)
    if sniffed.container != "pdf":
        return known
    pages, poster = documents.pages_and_poster(path)
    return replace(known, pages=pages, poster=poster)
