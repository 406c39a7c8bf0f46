"""The shape of a sound as at most 200 levels, to be drawn with a play head; called when sound is probed."""

from array import array
from collections.abc import Iterator
from pathlib import Path

from chats.media.films import opened, sound_stream

LEVELS = 200
RATE = 8000
READ_WHOLE_S = 20 * 60  # longer recordings are sampled: 200 short looks instead of hours of decoding
LOOK_FRAMES = 4


def waveform(path: Path, duration_s: float | None) -> list[int]:
    """Levels 0–100, the loudest being 100."""
    with opened(path) as container:
        is_long = duration_s is not None and duration_s > READ_WHOLE_S
        peaks = list(_looks(container, duration_s or 0) if is_long else _peaks(container))
    return _scaled(_thinned(peaks))


def _peaks(container) -> Iterator[int]:
    from av import AudioResampler

    resampler = AudioResampler(format="s16", layout="mono", rate=RATE, frame_size=RATE // 50)
    for frame in container.decode(sound_stream(container)):
        yield from map(_peak, resampler.resample(frame))
    yield from map(_peak, resampler.resample(None))


def _looks(container, duration_s: float) -> Iterator[int]:
    stream = sound_stream(container)
    for i in range(LEVELS):
        container.seek(int(duration_s * i / LEVELS / stream.time_base), stream=stream)
        frames = (frame for _, frame in zip(range(LOOK_FRAMES), container.decode(stream), strict=False))
        yield max(map(_peak_of_any, frames), default=0)


def _peak_of_any(frame) -> int:
    from av import AudioResampler

    return max(map(_peak, AudioResampler(format="s16", layout="mono", rate=RATE).resample(frame)), default=0)


def _peak(frame) -> int:
    samples = array("h", bytes(frame.planes[0])[: frame.samples * 2])
    return max(max(samples), -min(samples)) if samples else 0


def _thinned(peaks: list[int]) -> list[int]:
    count = min(LEVELS, len(peaks))
    return [max(peaks[i * len(peaks) // count : (i + 1) * len(peaks) // count]) for i in range(count)]


def _scaled(peaks: list[int]) -> list[int]:
    loudest = max(peaks, default=0)
    return [round(100 * peak / loudest) for peak in peaks] if loudest else [0] * len(peaks)
