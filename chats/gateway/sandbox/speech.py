"""Speaks without a voice: a murmur of syllables, raw PCM as the vendors send it, as long as the text is."""

import math
import re
import struct
from array import array
from functools import cache

RATE_HZ = 24_000  # s16le, mono (text.md 3.6)
SYLLABLE_S = 0.16
PAUSE_S = 0.24
LONGEST_S = 60.0
PITCHES_HZ = (131, 147, 165, 175, 196, 220)
SOUNDS = re.compile(r"[\u3400-\u9fff]|[aeiouy]+|\d|[.,!?;:，。！？；：、\n]", re.IGNORECASE)


def speak(text: str) -> bytes:
    """One syllable for a Han character, a group of vowels or a digit, one pause for a punctuation mark."""
    spoken, length = [], 0.0
    for sound in SOUNDS.findall(text):
        is_syllable = sound.isalnum()
        spoken.append(_syllable(_pitch(sound)) if is_syllable else _pause())
        length += SYLLABLE_S if is_syllable else PAUSE_S
        if length >= LONGEST_S:
            break
    return b"".join(spoken) or _pause()


def seconds(pcm: bytes) -> float:
    return len(pcm) / 2 / RATE_HZ


def as_wav(pcm: bytes) -> bytes:
    head = struct.pack(
        "<4sI8sIHHIIHH4sI",
        b"RIFF",
        36 + len(pcm),
        b"WAVEfmt ",
        16,
        1,
        1,
        RATE_HZ,
        2 * RATE_HZ,
        2,
        16,
        b"data",
        len(pcm),
    )
    return head + pcm


def _pitch(sound: str) -> int:
    return PITCHES_HZ[sum(map(ord, sound.lower())) % len(PITCHES_HZ)]


@cache
def _syllable(pitch_hz: int) -> bytes:
    """Swells and falls like a vowel, with two overtones."""
    count = round(SYLLABLE_S * RATE_HZ)
    samples = array("h", bytes(2 * count))
    for at in range(count):
        turn = 2 * math.pi * pitch_hz * at / RATE_HZ
        voice = math.sin(turn) + 0.5 * math.sin(2 * turn) + 0.25 * math.sin(3 * turn)
        samples[at] = round(9000 * voice * math.sin(math.pi * at / count) ** 2)
    return samples.tobytes()


@cache
def _pause() -> bytes:
    return bytes(2 * round(PAUSE_S * RATE_HZ))
