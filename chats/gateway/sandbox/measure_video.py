"""Watches a film with PyAV and says what is measurable: length, pace, colours, cuts, sound; runs in a thread."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chats.gateway.sandbox import film, measure_image
from chats.gateway.sandbox.errors import Refusal, refused_upstream
from chats.gateway.sandbox.film import Look, Span
from chats.gateway.sandbox.measure_audio import AudioFacts, container_name, listen, opened

if TYPE_CHECKING:
    from av.container import InputContainer

MAX_FRAME_PIXELS = 64_000_000
WATCHED_PIXELS = 1_500_000_000  # about 24 s of 1080p30: a longer film is only looked into
LOOKS = 32  # into a film that is not watched whole
LOOKS_PER_S = 4
MOST_LOOKS = 240


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """`container` is empty and `fps` 0 for a list of pictures without a pace. `motion` is 0 (still) to 1."""

    container: str
    codec: str
    duration_s: float
    width: int
    height: int
    fps: float
    frames: int
    size_bytes: int
    spans: tuple[Span, ...]
    cuts_s: tuple[float, ...]
    motion: float
    audio: AudioFacts | None = None


def measure(data: bytes, clip: tuple[float, float | None] = (0.0, None)) -> VideoFacts:
    """Of the film from and to these seconds; raises Refusal (400) when there is no picture to watch."""
    import av

    with opened(data) as container:
        stream = _stream(container)
        looks: list[Look] = []
        try:
            looks.extend(_looks(container, stream))  # what came before any damage is kept
        except av.FFmpegError as error:
            if not looks:
                raise refused_upstream("The video is damaged and cannot be decoded") from error
        if not looks:
            raise refused_upstream("The video holds no picture")
        facts = _facts(container, stream, looks, data)
        return facts if clip == (0.0, None) else _clipped(facts, looks, *clip)


def _clipped(facts: VideoFacts, looks: list[Look], start_s: float, end_s: float | None) -> VideoFacts:
    """Times still count from the beginning of the whole film; its sound is told whole."""
    end_s = min(end_s or facts.duration_s, facts.duration_s)
    within = [look for look in looks if start_s <= look.at_s < end_s]
    if not within:
        raise refused_upstream("The clip lies outside the video")
    length = end_s - start_s
    frames = round(facts.frames * length / facts.duration_s)
    return replace(facts, duration_s=round(length, 2), frames=frames, **film.seen(within))


def measure_frames(pictures: list[bytes], fps: float | None) -> VideoFacts:
    """A film sent as pictures; `fps` says how far apart they were taken."""
    looks, size = [], (0, 0)
    for at, picture in enumerate(pictures):
        with measure_image.opened(picture) as image, measure_image.damage_refused():
            size = image.size
            looks.append(Look(at / (fps or 1.0), film.grid(measure_image.flattened(image)[0])))
    return VideoFacts(
        container="",
        codec="",
        duration_s=round(len(pictures) / fps, 2) if fps else 0.0,
        width=size[0],
        height=size[1],
        fps=fps or 0.0,
        frames=len(pictures),
        size_bytes=sum(map(len, pictures)),
        **film.seen(looks),
    )


def _stream(container: "InputContainer") -> Any:
    if not container.streams.video:
        raise refused_upstream("The video has no picture track")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise refused_upstream("The video's codec cannot be decoded")
    if stream.width * stream.height > MAX_FRAME_PIXELS:
        raise refused_upstream(f"The video has more than {MAX_FRAME_PIXELS:,} pixels a frame")
    stream.thread_type = "AUTO"
    return stream


def _facts(container: "InputContainer", stream: Any, looks: list[Look], data: bytes) -> VideoFacts:
    duration, fps = _duration_s(container, stream, looks), float(stream.average_rate or stream.guessed_rate or 0)
    width, height = looks[0].image.info["shown"]
    return VideoFacts(
        container=container_name(container.format.name, data),
        codec=stream.codec_context.name,
        duration_s=round(duration, 2),
        width=width,
        height=height,
        fps=round(fps, 3),
        frames=stream.frames or round(duration * fps),
        size_bytes=len(data),
        **film.seen(looks),
        audio=_sound(data) if container.streams.audio else None,
    )


def _sound(data: bytes) -> AudioFacts:
    """By a second reader: the first one has read past it. Pictures count even if the sound does not."""
    with opened(data) as container:
        try:
            return listen(container, data)
        except Refusal:
            return AudioFacts("", "?", 0.0, 0, 0, len(data), 0.0, 0.0, "unreadable")


def _duration_s(container: "InputContainer", stream: Any, looks: list[Look]) -> float:
    """A recorder's webm says no length (frontend.md): then the last picture tells."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else looks[-1].at_s


def _looks(container: "InputContainer", stream: Any) -> Iterator[Look]:
    duration = (container.duration or 0) / 1_000_000
    fps = float(stream.average_rate or 25)
    if duration * fps * stream.width * stream.height <= WATCHED_PIXELS:
        yield from _watch(container, stream, max(1 / LOOKS_PER_S, duration / MOST_LOOKS))
    else:
        yield from _look_into(container, stream, duration)


def _watch(container: "InputContainer", stream: Any, every_s: float) -> Iterator[Look]:
    """Decodes all of it; the bound holds for films that say no length too."""
    left, due = WATCHED_PIXELS, 0.0
    last = None
    for frame in container.decode(stream):
        left -= frame.width * frame.height
        last = frame
        if frame.time is not None and frame.time + 1e-6 >= due:
            due = max(due + every_s, frame.time)
            yield _look(frame, frame.time)
            last = None
        if left < 0:
            break
    if last is not None and last.time is not None:
        yield _look(last, last.time)


def _look_into(container: "InputContainer", stream: Any, duration: float) -> Iterator[Look]:
    """One key frame near each of some moments, so a long film costs no more than a short one."""
    stream.codec_context.skip_frame = "NONKEY"
    seen = -1.0
    for at in range(LOOKS):
        container.seek(int(duration * at / LOOKS * 1_000_000))
        frame = next(container.decode(stream), None)
        if frame is not None and frame.time is not None and frame.time > seen:
            seen = frame.time
            yield _look(frame, seen)


def _look(frame: Any, at_s: float) -> Look:
    sideways = frame.rotation % 180 == 90
    small = frame.reformat(width=film.GRID[0] * 2, height=film.GRID[1] * 2, format="rgb24").to_image()
    image = film.grid(small)
    image.info["shown"] = (frame.height, frame.width) if sideways else (frame.width, frame.height)
    return Look(at_s, image)
