"""Film to H.264 and AAC in mp4, sound to WAV or MP3, by PyAV; called for previews and repairs, in a worker."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop as _

from chats.media.errors import Unreadable
from chats.media.films import opened, picture_stream, sound_stream

FASTSTART = {"movflags": "+faststart"}  # needs a real file; the index goes to the front so that playing starts at once
COPIED_SOUND = frozenset({"aac", "mp3"})
TIME_BASE = Fraction(1, 90_000)
THREADS = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What the new film or sound must keep to; None leaves it as it is."""

    max_s: float | None = None
    side: int | None = None
    bit_rate: int | None = None


def film(source: Path, target: Path, wish: Wish = Wish()) -> None:
    """An mp4 that every browser and every model reads; streams that are right already are just copied."""
    with opened(source) as found:
        picture, sound = picture_stream(found), sound_stream(found)
        if picture is None:
            raise Unreadable(_("The file has no pictures."))
        if _is_right(found, picture, sound) and not (wish.side or wish.bit_rate):
            _copy(found, [s for s in (picture, sound) if s], target, wish.max_s)
            return
    with opened(source) as found:
        _encode_film(found, target, wish)


def sound(source: Path, target: Path, wish: Wish = Wish()) -> None:
    """By the name of `target`: .wav is 16 kHz mono, as recognisers want it; .mp3 is mono too."""
    with opened(source) as found:
        stream = sound_stream(found)
        if stream is None:
            raise Unreadable(_("The film has no sound."))
        with _new(target) as out:
            _encode_all(found, [_wav(out, stream) if target.suffix == ".wav" else _mp3(out, stream, wish)], out, wish)


def _new(target: Path, options: dict | None = None):
    import av

    return av.open(str(target), "w", options=options or {})


def _is_right(found, picture, sound) -> bool:
    """H.264 in 8 bits, not to be turned, and sound that mp4 may hold."""
    if picture.codec_context.name != "h264" or picture.codec_context.pix_fmt not in ("yuv420p", "yuvj420p"):
        return False
    if sound and sound.codec_context.codec.canonical_name not in COPIED_SOUND:
        return False
    first = next(found.decode(picture), None)
    found.seek(0)
    return first is not None and first.rotation == 0


def _copy(found, streams: list, target: Path, max_s: float | None) -> None:
    with _new(target, FASTSTART) as out:
        copies = {stream.index: out.add_stream_from_template(stream) for stream in streams}
        for packet in _dated(found.demux(streams)):
            if max_s and packet.pts is not None and float(packet.pts * packet.time_base) >= max_s:
                continue
            packet.stream = copies[packet.stream_index]
            out.mux(packet)


def _dated(packets: Iterator) -> Iterator:
    """Matroska keeps no decoding times, and the first packets have none; they are counted back from the first known."""
    waiting: dict[int, list] = defaultdict(list)
    for packet in packets:
        if not packet.size:
            continue
        queue = waiting[packet.stream_index]
        if packet.dts is None:
            queue.append(packet)
            continue
        for place, early in enumerate(queue):
            early.dts = packet.dts - (len(queue) - place) * (packet.duration or 1)
        yield from (*queue, packet)
        queue.clear()


def _encode_film(found, target: Path, wish: Wish) -> None:
    picture, sound = picture_stream(found), sound_stream(found)
    with _new(target, FASTSTART) as out:
        tracks = [_h264(out, picture, wish)] + ([_aac(out, sound)] if sound else [])
        _encode_all(found, tracks, out, wish)


def _encode_all(found, tracks: list, out, wish: Wish) -> None:
    import av

    by_index = {track.source.index: track for track in tracks}
    origin_s = (found.start_time or 0) / av.time_base
    done: set[int] = set()
    for packet in found.demux([track.source for track in tracks]):
        track = by_index[packet.stream.index]  # the last packets, which flush, carry no index of their own
        for frame in _decoded(packet):
            if wish.max_s and frame.time is not None and frame.time - origin_s >= wish.max_s:
                done.add(packet.stream.index)
                continue
            out.mux(list(track.encode(frame, origin_s)))
        if len(done) == len(tracks):
            break
    for track in tracks:
        out.mux(list(track.finish()))


def _decoded(packet) -> list:
    """Frames of a packet; a damaged packet in the middle of a film costs its frames, not the film."""
    from av import InvalidDataError

    try:
        return packet.decode()
    except InvalidDataError:
        return []


class _Pictures:
    """Turns decoded pictures upright, scales them and encodes them at the times they had."""

    def __init__(self, source, stream, side: int | None) -> None:
        self.source, self.stream, self.side = source, stream, side
        self._graph: Any = None
        self._shape: tuple = ()
        self._size: tuple[int, int] | None = None
        self._count = 0

    def encode(self, frame, origin_s: float) -> Iterator:
        rate = self.source.average_rate or 25
        second = frame.time - origin_s if frame.time is not None else self._count / float(rate)
        self._count += 1
        for made in self._filtered(frame):
            made.pts, made.time_base, made.pict_type = round(max(0.0, second) / TIME_BASE), TIME_BASE, 0
            yield from self.stream.encode(made)

    def _filtered(self, frame) -> Iterator:
        shape = (frame.width, frame.height, frame.format.name, frame.rotation)
        if shape != self._shape:  # a call's recording changes its size as the line does; the film keeps its first
            self._size = self._size or _even_size(frame, self.side)
            self._shape, self._graph = shape, _turning_and_scaling(frame, self._size)
        self._graph.push(frame)
        made = self._graph.pull()
        if not self.stream.codec_context.is_open:
            self.stream.width, self.stream.height = made.width, made.height
        yield made

    def finish(self) -> Iterator:
        yield from self.stream.encode(None)


def _even_size(frame, side: int | None) -> tuple[int, int]:
    """As it is shown, at most `side` long; the encoder wants even numbers."""
    width, height = (frame.height, frame.width) if frame.rotation % 180 else (frame.width, frame.height)
    scale = min(1.0, side / max(width, height)) if side else 1.0
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


_TURNS: dict[int, list[tuple[str, str | None]]] = {
    90: [("transpose", "2")],
    180: [("hflip", None), ("vflip", None)],
    270: [("transpose", "1")],
}


def _turning_and_scaling(frame, size: tuple[int, int]):
    from av.filter import Graph

    graph = Graph()
    nodes = [graph.add_buffer(width=frame.width, height=frame.height, format=frame.format.name, time_base=TIME_BASE)]
    scaling = [("scale", f"{size[0]}:{size[1]}"), ("format", "yuv420p")]
    for name, args in [*_TURNS.get(frame.rotation % 360, []), *scaling]:
        nodes.append(graph.add(name, args))
    graph.link_nodes(*nodes, graph.add("buffersink")).configure()
    return graph


class _Sound:
    """Resamples decoded sound and encodes it gaplessly from the first sample on."""

    def __init__(self, source, stream, resampler) -> None:
        self.source, self.stream, self.resampler = source, stream, resampler
        self._samples = 0

    def encode(self, frame, origin_s: float) -> Iterator:
        if self._samples == 0 and frame.time is not None:
            self._samples = max(0, round((frame.time - origin_s) * self.stream.rate))
        frame.pts = None
        yield from self._encode(self.resampler.resample(frame))

    def finish(self) -> Iterator:
        yield from self._encode(self.resampler.resample(None))
        yield from self.stream.encode(None)

    def _encode(self, frames: list) -> Iterator:
        for made in frames:
            made.pts, made.time_base = self._samples, Fraction(1, self.stream.rate)
            self._samples += made.samples
            yield from self.stream.encode(made)


def _h264(out, source, wish: Wish) -> _Pictures:
    stream = out.add_stream("libx264", rate=source.average_rate or 25)
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = TIME_BASE
    stream.codec_context.thread_count = THREADS
    stream.options = {"preset": "veryfast", "crf": "23"}
    if wish.bit_rate:
        stream.bit_rate = wish.bit_rate
        stream.options = {"preset": "veryfast", "maxrate": str(wish.bit_rate), "bufsize": str(wish.bit_rate)}
    return _Pictures(source, stream, wish.side)


def _aac(out, source) -> _Sound:
    rate, layout = (48_000 if source.rate > 44_100 else 44_100), ("mono" if source.channels == 1 else "stereo")
    stream = out.add_stream("aac", rate=rate, layout=layout)
    stream.bit_rate = 64_000 if layout == "mono" else 128_000
    return _Sound(source, stream, _resampler("fltp", layout, rate))


def _mp3(out, source, wish: Wish) -> _Sound:
    rate = 16_000 if (wish.bit_rate or 64_000) < 48_000 else 44_100
    stream = out.add_stream("libmp3lame", rate=rate, layout="mono")
    stream.bit_rate = wish.bit_rate or 64_000
    return _Sound(source, stream, _resampler("s16p", "mono", rate))


def _wav(out, source) -> _Sound:
    stream = out.add_stream("pcm_s16le", rate=16_000, layout="mono")
    return _Sound(source, stream, _resampler("s16", "mono", 16_000))


def _resampler(layout_format: str, layout: str, rate: int):
    from av import AudioResampler

    return AudioResampler(format=layout_format, layout=layout, rate=rate)
