"""What an adaptor of the gateway makes of a form: the vendor's own body, and the film or picture that follows."""

import re
from dataclasses import dataclass, field
from typing import Any

from chats.gateway.sandbox.errors import Fault, Refusal

MASKED = "请求上游地址失败"  # for any text that holds one of these (gateway source, service/error.go)
MASKING = re.compile(r"post|dial|http", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plan:
    """`sent` is what the vendor is given; addresses and base64 stay as they were sent, files stay bytes.

    Width and height of 0 follow the first picture, at `tier` pixels on the short side. `late_failure` is a refusal
    that comes when the vendor was asked later, so the task is taken and fails.
    """

    sent: dict[str, Any]
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    tier: int = 720
    first: Any = None
    last: Any = None
    references: tuple[Any, ...] = ()
    is_heard: bool = False
    seed: int | None = None
    form: str = "png"
    fps: int = 12
    is_marked: bool = False  # carries the vendor's watermark
    late_failure: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the pictures a vendor takes; 0 has no limit."""

    forms: frozenset[str] = frozenset({"url", "data"})
    min_px: int = 0
    max_px: int = 0
    max_bytes: int = 0
    ratio: tuple[float, float] = (0.0, 1e9)


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked form on its way through an adaptor; `picture_bytes` is a file of a multipart body."""

    model: str
    prompt: str
    is_g2: bool
    image: str = ""
    images: tuple[str, ...] = ()
    size: str = ""
    duration: int | None = None
    seconds: str = ""
    mode: str = ""
    input_reference: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    references: tuple[dict[str, Any], ...] = ()
    negative_prompt: str = ""
    resolution: str = ""
    aspect_ratio: str = ""
    audio: str = ""
    fps: int | None = None
    camera_motion: str = ""
    generate_audio: bool | None = None
    last_frame_uri: str = ""
    raw: dict[str, Any] = field(default_factory=dict)
    file: bytes | None = None

    def length(self, usual: int, seconds_win: bool = False) -> int:
        """`duration` wins over `seconds`, except where `seconds_win`."""
        told = int(self.seconds) if self.seconds.lstrip("-").isdigit() else None
        both = (told, self.duration) if seconds_win else (self.duration, told)
        return next((value for value in both if value), usual)


def task_refusal(status: int, code: str, message: str) -> Refusal:
    """In the envelope of the task handler (video.md 3.1)."""
    return Refusal(Fault(status, "E", code, MASKED if MASKING.search(message) else message))


def unbuildable(message: str) -> Refusal:
    """A mistake of the client that is found while the vendor's call is built: 500 all the same."""
    return task_refusal(500, "build_request_failed", message)


def vendor_refusal(message: str, code: str = "task_failed", status: int = 400) -> Refusal:
    return task_refusal(status, code, message)


def not_fetched(message: str, status: int = 400) -> Refusal:
    """The vendor's status and body as they came."""
    return task_refusal(status, "fail_to_fetch_task", message)


def known(metadata: dict[str, Any], *names: str, drops_false: bool = False) -> dict[str, Any]:
    """The keys an adaptor copies; the others are dropped without a word (video.md 1.3)."""
    found = {name: metadata[name] for name in names if name in metadata}
    return {name: value for name, value in found.items() if value or not drops_false}


def whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value)


def pixels(size: str, sign: str = "x") -> tuple[int, int]:
    """(0, 0) where it is no size."""
    found = re.fullmatch(rf"(\d{{2,5}}){re.escape(sign)}(\d{{2,5}})", size.strip())
    return (int(found[1]), int(found[2])) if found else (0, 0)


def of_ratio(ratio: str, short: int) -> tuple[int, int]:
    """ "16:9" and 720 is 1280 x 720; (0, 0) for what is no ratio, such as "adaptive"."""
    found = re.fullmatch(r"(\d+):(\d+)", ratio)
    if not found or not int(found[1]) or not int(found[2]):
        return 0, 0
    wide, high = int(found[1]), int(found[2])
    scale = short / min(wide, high)
    return even(wide * scale), even(high * scale)


def of_area(ratio: str, side: int) -> tuple[int, int]:
    """The same, with about as many pixels as a square of that side."""
    width, height = of_ratio(ratio, side)
    scale = (side * side / (width * height)) ** 0.5 if width else 0.0
    return (even(width * scale), even(height * scale)) if width else (0, 0)


def even(side: float) -> int:
    return max(2, round(side / 2) * 2)


def tier_of(text: str, usual: int = 720) -> int:
    """The short side that "720p", "1080P" or "4k" speak of."""
    if text.lower() == "4k":
        return 2160
    found = re.fullmatch(r"(\d{3,4})[pP]", text)
    return int(found[1]) if found else usual


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""
