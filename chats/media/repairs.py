"""Making a file fit a model: what fit() offers, done to the bytes; called in a worker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop as _

from chats.catalog import ModelSpec
from chats.catalog.acceptance import BODY_BYTES, INLINE_BYTES, limits_of, takes_frame_lists
from chats.catalog.fit import FileFacts
from chats.catalog.values import FRAMES
from chats.media import documents, encode, films, frames, office, pictures
from chats.media.encode import Wish
from chats.media.errors import Unreadable
from chats.media.probe import Probed, probe

REPAIRS = ("transcode", "shrink", "trim", "extract_audio", "sample_frames", "as_text")
MARGIN = 0.95  # of a limit in bytes, for what containers add
EARLIER_S = 0.15  # a cut falls between frames; limits in seconds are kept with this to spare
WAV_S = 60  # shorter sound goes as WAV, which every recogniser reads; longer as MP3
SIDES = ((1_500_000, 1280), (700_000, 854), (300_000, 640), (0, 480))  # bits per second, longer side
PICTURE_SIDES = (None, 4096, 2560, 1920, 1280, 1024, 768)


@dataclass(frozen=True, slots=True)
class Source:
    """The file to be repaired; `limits` is what limits_for() said when the repair was asked for."""

    path: Path
    name: str
    facts: FileFacts
    limits: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """The result; `probed` is given where looking into the file would not tell what it means."""

    path: Path
    name: str
    probed: Probed | None = None


def limits_for(repair: str, facts: FileFacts, spec: ModelSpec) -> dict[str, Any]:
    """What the result must keep to, as plain JSON: the catalog may have changed when the worker comes to it."""
    kind = "audio" if repair == "extract_audio" else facts.kind
    limits, whole = limits_of(spec, kind), limits_of(spec, "request").get("max_bytes_inline", BODY_BYTES)
    inline = min(limits.get("max_bytes_inline", INLINE_BYTES.get(kind, BODY_BYTES)), whole, settings.MAX_INLINE_BYTES)
    by_url = settings.PUBLIC_URL and (spec.options.get("delivery") or {}).get(kind) != "inline"
    most = limits.get("max_bytes_url", settings.MAX_UPLOAD_BYTES) if by_url else inline
    pictures_most = limits_of(spec, "image").get("max_count")
    return {
        "max_bytes": min(most, settings.MAX_UPLOAD_BYTES),
        "max_s": limits.get("max_duration_s"),
        "formats": list(limits.get("formats", ())),
        "frames_min": limits.get("frames_min", 1),
        "frames_max": limits.get("frames_max") if takes_frame_lists(spec) else pictures_most,
    }


def make(repair: str, source: Source, folder: Path) -> Made:
    """The repaired file in `folder`; Unreadable says in words why it cannot be done."""
    return _MAKERS[repair](source, folder)


def _named(source: Source, folder: Path, suffix: str, mark: str = "") -> Made:
    stem = Path(source.name).stem[:200]
    return Made(folder / f"made{suffix}", f"{stem}{mark}{suffix}")


def _transcode(source: Source, folder: Path) -> Made:
    if source.facts.kind == "image":
        return _picture(source, folder)
    if source.facts.kind == "audio":
        return _sound(source, folder)
    made = _named(source, folder, ".mp4")
    encode.film(source.path, made.path)
    return made


def _shrink(source: Source, folder: Path) -> Made:
    if source.facts.kind == "image":
        return _picture(source, folder)
    if source.facts.kind == "audio":
        return _sound(source, folder)
    made = _named(source, folder, ".mp4", "-small")
    duration_s, room = source.facts.duration_s or 0, _room(source)
    if not duration_s:
        raise Unreadable(_("The film does not say how long it is, so it cannot be made smaller."))
    for squeeze in (0.92, 0.75, 0.55):
        bit_rate = int(room * 8 * squeeze / duration_s) - 128_000
        if bit_rate < 60_000:
            break
        side = next(side for least, side in SIDES if bit_rate >= least)
        encode.film(source.path, made.path, Wish(side=side, bit_rate=bit_rate))
        if made.path.stat().st_size <= room:
            return made
    raise Unreadable(_("The film is too long to be made that small. Trim it first."))


def _trim(source: Source, folder: Path) -> Made:
    """The beginning, as much as the model takes."""
    if source.facts.kind == "audio":
        return _sound(source, folder, "-trimmed")
    made = _named(source, folder, ".mp4", "-trimmed")
    wanted_s, room = _longest(source), _room(source)
    for _attempt in range(4):
        encode.film(source.path, made.path, Wish(max_s=wanted_s))
        size = made.path.stat().st_size
        if size <= room:
            return made
        wanted_s *= 0.9 * room / size
    raise Unreadable(_("Even the first seconds of the film are too large. Make it smaller instead."))


def _longest(source: Source) -> float:
    """Seconds that are allowed, and that fit into the bytes at the rate the film has now."""
    whole = source.facts.duration_s or float("inf")
    by_time = (source.limits.get("max_s") or whole + EARLIER_S) - EARLIER_S
    by_size = whole * _room(source) / source.facts.size_bytes if source.facts.size_bytes else whole
    return max(0.5, min(whole, by_time, by_size))


def _room(source: Source) -> int:
    return int(source.limits["max_bytes"] * MARGIN)


def _extract_audio(source: Source, folder: Path) -> Made:
    return _sound(source, folder)


def _sound(source: Source, folder: Path, mark: str = "") -> Made:
    """WAV or MP3, in length and size what the model takes; a longer recording keeps its beginning."""
    formats = source.limits.get("formats") or ["mp3", "wav"]
    whole = source.facts.duration_s or films.facts(source.path).duration_s or 0
    most_s = source.limits.get("max_s")
    wanted_s = min(whole, most_s - EARLIER_S) if most_s else whole
    if "wav" in formats and (wanted_s <= WAV_S or "mp3" not in formats) and wanted_s * 32_000 < _room(source):
        made, wish = _named(source, folder, ".wav", mark), Wish(max_s=wanted_s or None)
    else:
        made, wish = _named(source, folder, ".mp3", mark), Wish(wanted_s or None, bit_rate=_bit_rate(source, wanted_s))
    encode.sound(source.path, made.path, wish)
    return made


def _bit_rate(source: Source, duration_s: float) -> int:
    fitting = _room(source) * 8 / max(duration_s, 1)
    rate = next((rate for rate in (64_000, 48_000, 32_000, 24_000, 16_000) if rate <= fitting), None)
    if rate is None:
        raise Unreadable(_("The recording is too long for this model."))
    return rate


def _picture(source: Source, folder: Path) -> Made:
    """JPEG in the largest size that fits."""
    made, room = _named(source, folder, ".jpg"), _room(source)
    for side in PICTURE_SIDES:
        with pictures.opened(source.path) as image:
            shown = pictures.upright(image) if side is None else pictures.fitted(image, side)
            made.path.write_bytes(pictures.jpeg(shown, 90 if side is None else 85))
        if made.path.stat().st_size <= room:
            return made
    raise Unreadable(_("The picture cannot be made small enough."))


def _sample_frames(source: Source, folder: Path) -> Made:
    duration_s = source.facts.duration_s or films.facts(source.path).duration_s or 1.0
    most, least = source.limits.get("frames_max"), source.limits.get("frames_min") or 1
    sampled = frames.sample(source.path, duration_s, frames.count_for(duration_s, least, most))
    made = _named(source, folder, ".zip", "-frames")
    frames.pack(sampled, made.path)
    return Made(made.path, made.name, _frames_facts(source.facts, sampled))


def _frames_facts(facts: FileFacts, sampled: frames.Sampled) -> Probed:
    return Probed(
        kind="video",
        content_type="application/zip",
        container=FRAMES,
        codecs=("mjpeg",),
        width=facts.width,
        height=facts.height,
        duration_s=facts.duration_s,
        frame_rate=sampled.rate,
        pages=len(sampled.frames),
        poster=frames.sheet(sampled),
    )


def _as_text(source: Source, folder: Path) -> Made:
    reader = documents if source.facts.content_type == "application/pdf" else office
    words = reader.text(source.path, settings.MAX_TEXT_CHARACTERS)
    if not words.strip():
        raise Unreadable(_("The document holds no words; it may be made of pictures of pages."))
    made = _named(source, folder, ".txt")
    made.path.write_text(words, encoding="utf-8")
    return Made(made.path, made.name, probe(made.path, made.name))


_MAKERS: Mapping[str, Callable[[Source, Path], Made]] = {
    "transcode": _transcode,
    "shrink": _shrink,
    "trim": _trim,
    "extract_audio": _extract_audio,
    "sample_frames": _sample_frames,
    "as_text": _as_text,
}
