"""One medium in words: a sentence that answers, and the rows of a table with everything measured."""

from typing import Any

from chats.gateway.sandbox.measure_audio import AudioFacts
from chats.gateway.sandbox.measure_file import FileFacts
from chats.gateway.sandbox.measure_image import ImageFacts
from chats.gateway.sandbox.measure_video import VideoFacts
from chats.gateway.sandbox.phrases import COLOURS_ZH, EN, ZH
from chats.gateway.sandbox.tokens import Facts

Rows = list[tuple[str, str]]
MOST_SPANS = 12
STRONG = 0.2  # share of a picture that puts a colour into the sentence


class Describer:
    """Speaks one language."""

    def __init__(self, chinese: bool) -> None:
        self.words = ZH if chinese else EN
        self._chinese = chinese

    def say(self, key: str, **values: Any) -> str:
        return self.words[key].format(**values)

    def sentence_and_rows(self, facts: Facts) -> tuple[str, Rows]:
        match facts:
            case ImageFacts():
                return self._image(facts)
            case VideoFacts():
                return self._video(facts)
            case AudioFacts():
                return self._audio(facts)
            case _:
                return self._file(facts)

    def _colour(self, name: str) -> str:
        return COLOURS_ZH[name] if self._chinese else name

    def _row(self, key: str, value: Any) -> tuple[str, str]:
        return self.words[key], str(value)

    def _size(self, size: int) -> tuple[str, str]:
        return self._row("size", self.say("bytes", size=size))

    def _image(self, facts: ImageFacts) -> tuple[str, Rows]:
        strong = [colour for colour in facts.colours if colour.share >= STRONG] or facts.colours[:1]
        light = "dark" if facts.brightness < 0.3 else "bright" if facts.brightness > 0.7 else "medium"
        said = self.say(
            "image_says",
            width=facts.width,
            height=facts.height,
            colours=self._listed([self._colour(colour.name) for colour in strong]),
            light=self.words[light],
        )
        shares = (f"{self._colour(colour.name)} {colour.share:.0%}" for colour in facts.colours)
        rows = [
            self._row("format", facts.format),
            self._row("picture", self.say("picture_is", width=facts.width, height=facts.height)),
            self._row("colours", self.words["comma"].join(shares)),
            self._row("brightness", f"{facts.brightness:.0%}"),
            self._size(facts.size_bytes),
        ]
        rows += [self._row("images", facts.frames)] if facts.frames > 1 else []
        rows += [self._row("transparent", self.words["yes"])] if facts.has_transparency else []
        return said, rows

    def _video(self, facts: VideoFacts) -> tuple[str, Rows]:
        said = self.say(
            "video_says" if facts.container else "frames_say",
            length=_plain(facts.duration_s),
            frames=facts.frames,
            width=facts.width,
            height=facts.height,
            course=self._course(facts),
            cuts=self._cuts(facts),
            sound=self._sound_of(facts),
        )
        spans = (f"{self._colour(span.colour)} ({_plain(span.start_s)} s)" for span in facts.spans[:MOST_SPANS])
        size = self.say("film_is", width=facts.width, height=facts.height, frames=facts.frames)
        pace = self.say("fps_is", fps=_plain(facts.fps)) if facts.fps else ""
        rows = [self._row("length", f"{_plain(facts.duration_s)} s")] if facts.duration_s else []
        rows += [self._row("picture", size + pace)]
        rows += [self._row("codecs", self._codecs(facts))] if facts.container else []
        rows += [
            self._row("colours", " → ".join(spans)),
            self._row("motion", f"{self._motion(facts)} ({facts.motion:.0%})"),
            self._row("scenes", len(facts.cuts_s)),
        ]
        rows += self._sound_rows(facts.audio) if facts.audio and facts.audio.rate_hz else []
        return said, [*rows, self._size(facts.size_bytes)]

    def _course(self, facts: VideoFacts) -> str:
        names = [self._colour(span.colour) for span in facts.spans]
        if len(names) == 1:
            return self.say("stays", colour=names[0])
        more = " → …" if len(names) > MOST_SPANS else ""
        return self.say("goes", colours=" → ".join(names[:MOST_SPANS]) + more)

    def _cuts(self, facts: VideoFacts) -> str:
        if not facts.cuts_s:
            return ""
        times = [_plain(time) for time in facts.cuts_s[:MOST_SPANS]]
        return self.say("cut_at", times=self._listed(times))

    def _listed(self, items: list[str]) -> str:
        """One, two and three."""
        if len(items) < 2:
            return "".join(items)
        return self.words["comma"].join(items[:-1]) + self.words["and"] + items[-1]

    def _codecs(self, facts: VideoFacts) -> str:
        sound = f" + {facts.audio.codec}" if facts.audio else ""
        return f"{facts.codec}{sound} ({facts.container})"

    def _motion(self, facts: VideoFacts) -> str:
        level = "still" if facts.motion < 0.02 else "little" if facts.motion < 0.25 else "lively"
        return self.words[level]

    def _sound_of(self, facts: VideoFacts) -> str:
        if facts.audio is None:
            return self.words["no_sound"]
        return self.say("has_sound", character=self._character(facts.audio))

    def _character(self, facts: AudioFacts) -> str:
        return self.say(facts.character, pitch=round(facts.pitch_hz or 0))

    def _audio(self, facts: AudioFacts) -> tuple[str, Rows]:
        said = self.say("audio_says", length=_plain(facts.duration_s), character=self._character(facts))
        rows = [
            self._row("length", f"{_plain(facts.duration_s)} s"),
            self._row("codecs", f"{facts.codec} ({facts.container})"),
            *self._sound_rows(facts),
            self._size(facts.size_bytes),
        ]
        return said, rows

    def _sound_rows(self, facts: AudioFacts) -> Rows:
        sound = self.say("sound_is", codec=facts.codec, rate=facts.rate_hz, channels=self._channels(facts.channels))
        loudness = self.say("peak_is", loudness=facts.loudness_dbfs, peak=facts.peak_dbfs)
        return [self._row("sound", sound), self._row("loudness", loudness)]

    def _channels(self, count: int) -> str:
        return self.words.get(f"channels_{count}") or self.say("channels_n", count=count)

    def _file(self, facts: FileFacts) -> tuple[str, Rows]:
        said = self.say(
            f"{facts.kind}_says",
            name=facts.name or "?",
            pages=facts.pages,
            characters=f"{facts.characters:,}",
            first=escaped(facts.first_words),
            size=f"{facts.size_bytes:,}",
        )
        rows = []
        if facts.kind == "pdf":
            size = f"{facts.page_mm[0]} × {facts.page_mm[1]} mm" if facts.page_mm else "?"
            rows = [self._row("pages", facts.pages), self._row("page_size", size)]
        elif facts.kind == "text":
            rows = [self._row("words", f"{facts.words:,}, {facts.lines:,}"), self._row("encoding", facts.encoding)]
        return said, [*rows, self._size(facts.size_bytes)]


def _plain(number: float) -> str:
    """At most two decimals, none that say nothing: 3, 29.97, 440.1."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def escaped(text: str) -> str:
    """Kept from being read as Markdown."""
    return "".join("\\" + letter if letter in "\\`*_[]<>|#~$" else letter for letter in text)
