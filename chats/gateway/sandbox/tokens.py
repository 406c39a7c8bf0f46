"""Counts the tokens of a call; the formulas follow Qwen's guides and are written out in docs/sandbox.md."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox.measure_audio import AudioFacts
from chats.gateway.sandbox.measure_file import FileFacts
from chats.gateway.sandbox.measure_image import ImageFacts
from chats.gateway.sandbox.measure_video import VideoFacts
from chats.gateway.sandbox.pieces import count

Facts = ImageFacts | VideoFacts | AudioFacts | FileFacts

PATCH = 28
MARKS = 2  # begin and end of a picture
IMAGE_PATCHES = 4, 1280
HIGH_RESOLUTION_PATCHES = 16_384
VIDEO_FPS = 2.0
VIDEO_FRAMES = 4, 512
FRAME_PATCHES = 128, 768
VIDEO_PATCHES = 24_576
AUDIO_PER_S = 25
SPOKEN_PER_S = 50
PDF_PAGE = 258
MESSAGE_MARKS = 3


@dataclass(frozen=True, slots=True)
class Prompted:
    """Prompt tokens by kind."""

    text: int = 0
    image: int = 0
    video: int = 0
    audio: int = 0

    @property
    def total(self) -> int:
        return self.text + self.image + self.video + self.audio

    def __add__(self, other: "Prompted") -> "Prompted":
        return Prompted(
            self.text + other.text, self.image + other.image, self.video + other.video, self.audio + other.audio
        )


def of_texts(texts: Iterable[str]) -> int:
    return sum(MESSAGE_MARKS + count(text) for text in texts)


def of_media(facts: Facts, hears_video: bool, fps: float | None, high_resolution: bool) -> Prompted:
    """`hears_video`: an omni model, which also takes the sound of a film."""
    match facts:
        case ImageFacts():
            most = HIGH_RESOLUTION_PATCHES if high_resolution else IMAGE_PATCHES[1]
            return Prompted(image=_patches(facts.width, facts.height, IMAGE_PATCHES[0], most) + MARKS)
        case VideoFacts():
            audio = _heard(facts.audio.duration_s) if facts.audio and hears_video else 0
            return Prompted(video=_of_video(facts, fps or VIDEO_FPS), audio=audio)
        case AudioFacts():
            return Prompted(audio=_heard(facts.duration_s))
        case _:
            return Prompted(text=facts.pages * PDF_PAGE + facts.tokens)


def of_speech(duration_s: float) -> int:
    return math.ceil(duration_s * SPOKEN_PER_S)


def _heard(duration_s: float) -> int:
    return math.ceil(max(duration_s, 1.0) * AUDIO_PER_S)  # less than a second counts as one


def _of_video(facts: VideoFacts, fps: float) -> int:
    """Frames are taken `fps` times a second and go in pairs."""
    taken = facts.duration_s * fps if facts.container else facts.frames
    low, high = VIDEO_FRAMES if facts.container else (1, VIDEO_FRAMES[1])
    pairs = math.ceil(min(max(taken, low), high) / 2)
    most = min(FRAME_PATCHES[1], max(FRAME_PATCHES[0], VIDEO_PATCHES // pairs))
    return pairs * _patches(facts.width, facts.height, FRAME_PATCHES[0], most) + MARKS


def _patches(width: int, height: int, least: int, most: int) -> int:
    """Patches of 28 x 28 after the picture was scaled to hold between `least` and `most` of them."""
    across, down = max(1, round(width / PATCH)), max(1, round(height / PATCH))
    scale = 1.0
    if across * down > most:
        scale = math.sqrt(width * height / (most * PATCH**2))
        across, down = math.floor(width / scale / PATCH), math.floor(height / scale / PATCH)
    elif across * down < least:
        scale = math.sqrt(least * PATCH**2 / (width * height))
        across, down = math.ceil(width * scale / PATCH), math.ceil(height * scale / PATCH)
    return max(1, across) * max(1, down)


def usage(prompted: Prompted, text: int, reasoning: int, audio: int, has_details: bool = True) -> dict[str, Any]:
    """As the wire has it (text.md 3.11); `text` counts what is read, without reasoning."""
    completion = text + reasoning + audio
    counted: dict[str, Any] = {
        "prompt_tokens": prompted.total,
        "completion_tokens": completion,
        "total_tokens": prompted.total + completion,
    }
    if has_details:
        counted["prompt_tokens_details"] = {
            "cached_tokens": 0,
            "text_tokens": prompted.text,
            "audio_tokens": prompted.audio,
            "image_tokens": prompted.image,
            "video_tokens": prompted.video,
        }
        counted["completion_tokens_details"] = {
            "text_tokens": text,
            "audio_tokens": audio,
            "image_tokens": 0,
            "reasoning_tokens": reasoning,
        }
    return counted
