"""Listens to a sound with PyAV and says what is measurable: length, loudness, tone or speech; runs in a thread."""

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from chats.gateway.sandbox import spectrum
from chats.gateway.sandbox.errors import refused_upstream

if TYPE_CHECKING:
    from av.container import InputContainer

RATE_HZ = 16_000
HEARD_S = 180  # of a longer sound only the beginning is listened to
BLOCK = RATE_HZ // 50  # 20 ms
SILENT_DBFS = -60.0
FORMATS = "mov,mp4,matroska,webm,avi,flv,asf,mpegts,mpeg,wav,mp3,aac,ogg,flac,amr,aiff,caf,w64"
OPEN_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": ""}


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """`character`: silence, tone, speech-like, noise, mixed or unreadable. `pitch_hz` is set for a tone only."""

    container: str
    codec: str
    duration_s: float
    rate_hz: int
    channels: int
    size_bytes: int
    loudness_dbfs: float
    peak_dbfs: float
    character: str
    pitch_hz: float | None = None


def measure(data: bytes) -> AudioFacts:
    """Raises Refusal (400) when there is nothing to hear."""
    with opened(data) as container:
        if not container.streams.audio:
            raise refused_upstream("The audio has no sound track")
        return listen(container, data)


def opened(data: bytes) -> "InputContainer":
    """Only containers on the list, and no protocol at all: a playlist must not make us read files or addresses."""
    import av

    try:
        return av.open(BytesIO(data), mode="r", options=OPEN_OPTIONS)
    except (av.FFmpegError, ValueError) as error:
        raise refused_upstream("The media format is illegal and cannot be opened") from error


def listen(container: "InputContainer", data: bytes) -> AudioFacts:
    """Raises Refusal (400) when the track cannot be decoded."""
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise refused_upstream("The audio's codec cannot be decoded")
    samples, is_whole = _samples(container)
    duration = len(samples) / RATE_HZ
    if not is_whole and container.duration:
        duration = container.duration / 1_000_000
    levels = _levels(samples)
    loudness = _dbfs(math.sqrt(sum(level * level for level in levels) / max(len(levels), 1)))
    character, pitch = _character(samples, levels, loudness)
    return AudioFacts(
        container=container_name(container.format.name, data),
        codec=stream.codec_context.name,
        duration_s=round(duration, 2),
        rate_hz=stream.rate or 0,
        channels=stream.channels,
        size_bytes=len(data),
        loudness_dbfs=round(loudness, 1),
        peak_dbfs=round(_dbfs(max(max(samples, default=0), -min(samples, default=0)) / 32768), 1),
        character=character,
        pitch_hz=pitch,
    )


def container_name(names: str, data: bytes) -> str:
    """FFmpeg has one reader for a whole family; the bytes say which member it is."""
    if "webm" in names:
        return "webm" if b"webm" in data[:64] else "matroska"
    if "mp4" in names:
        return {b"qt  ": "mov", b"M4A ": "m4a"}.get(data[8:12], "3gp" if data[8:10] == b"3g" else "mp4")
    return names.partition(",")[0]


def _samples(container: Any) -> tuple[array, bool]:
    """16 kHz mono, and whether that was all of it; what came before any damage is kept."""
    import av

    samples = array("h")
    try:
        for block in _resampled(container):
            samples.frombytes(block)
            if len(samples) > HEARD_S * RATE_HZ:
                return samples[: HEARD_S * RATE_HZ], False
    except av.FFmpegError as error:
        if not samples:
            raise refused_upstream("The audio is damaged and cannot be decoded") from error
    return samples, True


def _resampled(container: Any) -> Iterator[bytes]:
    resampler, form = _resampler(), None
    for frame in container.decode(audio=0):
        came = frame.format.name, frame.layout.name, frame.sample_rate
        if form and form != came:  # a stream may change its form on the way; a resampler cannot
            yield from _plain(resampler.resample(None))
            resampler = _resampler()
        form = came
        yield from _plain(resampler.resample(frame))
    if form:
        yield from _plain(resampler.resample(None))


def _resampler() -> Any:
    import av

    return av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)


def _plain(frames: list[Any]) -> Iterator[bytes]:
    for frame in frames:
        yield bytes(frame.planes[0])[: frame.samples * 2]  # planes are padded


def _levels(samples: array) -> list[float]:
    return [math.sqrt(sum(map(int.__mul__, block, block)) / len(block)) / 32768 for block in _blocks(samples)]


def _blocks(samples: array) -> Iterator[array]:
    for start in range(0, len(samples) - BLOCK + 1, BLOCK):
        yield samples[start : start + BLOCK]


def _dbfs(level: float) -> float:
    return 20 * math.log10(max(level, 1e-5))


def _character(samples: array, levels: list[float], loudness: float) -> tuple[str, float | None]:
    if loudness <= SILENT_DBFS:
        return "silence", None
    heard = spectrum.look(samples, RATE_HZ)
    if heard.is_tone:
        return "tone", heard.pitch_hz
    if heard.is_flat:
        return "noise", None
    return ("speech-like" if _is_syllabic(levels) else "mixed"), None


def _is_syllabic(levels: list[float]) -> bool:
    """Speech swells and falls two to ten times a second, with near-silence in between."""
    smooth = [sum(levels[at : at + 3]) / 3 for at in range(len(levels) - 2)]
    if not smooth:
        return False
    high, low = 0.35 * max(smooth), 0.2 * max(smooth)
    swells, is_up = 0, False
    for level in smooth:
        if not is_up and level > high:
            swells, is_up = swells + 1, True
        elif level < low:
            is_up = False
    per_second = swells / (len(smooth) * BLOCK / RATE_HZ)
    return 1.0 <= per_second <= 10.0 and swells >= 2
