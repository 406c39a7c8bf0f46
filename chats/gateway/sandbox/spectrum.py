"""A small Fourier look at a sound: is it one steady tone, flat noise, or neither; pure Python, a few windows."""

import cmath
import math
from array import array
from dataclasses import dataclass
from functools import cache

SIZE = 2048
WINDOWS = 12
QUIET = 200 / 32768  # windows below are pauses


@dataclass(frozen=True, slots=True)
class Look:
    pitch_hz: float | None
    is_tone: bool
    is_flat: bool


def look(samples: array, rate_hz: int) -> Look:
    """Windows spread evenly over the sound; pauses are passed over."""
    powers = [power for start in _starts(len(samples)) if (power := _power(samples, start))]
    if not powers:
        return Look(None, False, False)
    peaks = [_peak(power, rate_hz) for power in powers]
    pitches = sorted(pitch for pitch, _ in peaks)
    middle = pitches[len(pitches) // 2]
    steady = sum(abs(pitch - middle) < 0.03 * middle for pitch in pitches) / len(pitches)
    purity = sum(share for _, share in peaks) / len(peaks)
    flatness = sum(map(_flatness, powers)) / len(powers)
    return Look(round(middle, 1), steady >= 0.9 and purity >= 0.5, flatness > 0.3)


def _starts(length: int) -> list[int]:
    room = max(length - SIZE, 0)
    return sorted({round(room * at / (WINDOWS - 1)) for at in range(WINDOWS)})


def _power(samples: array, start: int) -> list[float] | None:
    window = samples[start : start + SIZE]
    if math.sqrt(sum(map(int.__mul__, window, window)) / max(len(window), 1)) / 32768 < QUIET:
        return None
    padded = [sample * weight for sample, weight in zip(window, _hann(), strict=False)]
    padded += [0.0] * (SIZE - len(padded))
    return [abs(value) ** 2 for value in fourier(padded)[: SIZE // 2]]


def _peak(power: list[float], rate_hz: int) -> tuple[float, float]:
    """Frequency of the strongest line, and its share of all power (its neighbours included)."""
    top = max(range(2, len(power) - 2), key=power.__getitem__)
    left, mid, right = (math.log(power[at] + 1e-9) for at in (top - 1, top, top + 1))
    bend = left - 2 * mid + right
    offset = 0.5 * (left - right) / bend if bend else 0.0  # parabola through three points
    return (top + offset) * rate_hz / SIZE, sum(power[top - 2 : top + 3]) / sum(power)


def _flatness(power: list[float]) -> float:
    """Geometric over arithmetic mean: near 0.56 for white noise, near 0 for tones and voices."""
    logs = sum(math.log(value + 1e-9) for value in power) / len(power)
    return math.exp(logs) / (sum(power) / len(power))


def fourier(values: list[float]) -> list[complex]:
    """Radix-2 transform; the length is a power of two."""
    if len(values) == 1:
        return [complex(values[0])]
    even, odd = fourier(values[::2]), fourier(values[1::2])
    turned = [twist * value for twist, value in zip(_twists(len(values)), odd, strict=True)]
    pairs = list(zip(even, turned, strict=True))
    return [a + b for a, b in pairs] + [a - b for a, b in pairs]


@cache
def _twists(size: int) -> tuple[complex, ...]:
    return tuple(cmath.exp(-2j * math.pi * at / size) for at in range(size // 2))


@cache
def _hann() -> tuple[float, ...]:
    return tuple(0.5 - 0.5 * math.cos(2 * math.pi * at / SIZE) for at in range(SIZE))
