"""What each family of image models takes and makes: sizes, counts, forms, and how it words its refusals."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from chats.gateway.sandbox.errors import Fault, Refusal, refused, refused_upstream
from chats.gateway.sandbox.image_form import KNOWN, Drawing
from chats.gateway.sandbox.vendors.plan import Limits, of_area, pixels

ANY = frozenset({"url", "data", "raw", "file"})
OPENAI_LIMITS = Limits(forms=frozenset({"url", "data", "file"}), max_bytes=50_000_000)
SEEDREAM_LIMITS = Limits(forms=frozenset({"url", "data"}), min_px=14, max_bytes=30_000_000, ratio=(1 / 16, 16))
GPT_SIZES = ("1024x1024", "1536x1024", "1024x1536")
DALLE_3_SIZES = ("1024x1024", "1024x1792", "1792x1024")
GPT_KEYS = frozenset(
    [
        "model",
        "prompt",
        "n",
        "size",
        "quality",
        "background",
        "output_format",
        "output_compression",
        "moderation",
        "stream",
        "partial_images",
        "input_fidelity",
        "user",
        "image",
        "images",
        "mask",
    ]
)
DALLE_KEYS = frozenset(["model", "prompt", "n", "size", "quality", "style", "response_format", "user", "stream"])


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be drawn. A side of 0 follows the first input; `reply` names the shape of the answer."""

    reply: str
    width: int
    height: int
    count: int = 1
    form: str = "png"
    quality: int = 90
    is_transparent: bool = False
    is_marked: bool = False
    in_base64: bool = True
    limits: Limits = field(default_factory=lambda: Limits(forms=ANY))
    takes_s: float = 1.5
    partials: int = 0
    longest_px: int = 0


def order(drawing: Drawing, channel: str) -> Order:
    """Raises Refusal as the gateway or the vendor would. `channel` is one that takes Gemini ids on this route."""
    for pattern, plan in FAMILIES:
        if pattern.match(drawing.model):
            return plan(drawing)
    if re.match(r"gemini-", drawing.model) and not channel:
        message = "not supported model for image generation, only imagen models are supported"
        raise refused(message, code="convert_request_failed", param="model")
    return _other(drawing)


def _gpt(drawing: Drawing) -> Order:
    _check_keys(drawing, GPT_KEYS if drawing.is_edit else GPT_KEYS - {"image", "images", "mask", "input_fidelity"})
    _check_gpt_choices(drawing)
    form = drawing.text("output_format", "png")
    compression = drawing.number("output_compression", 100)
    if not 0 <= compression <= 100 or (form == "png" and compression < 100):
        raise _invalid("output_compression", str(drawing.raw.get("output_compression")))
    partials = drawing.number("partial_images", 0)
    if not 0 <= partials <= 3:
        raise _invalid("partial_images", str(drawing.raw.get("partial_images")))
    is_transparent = drawing.text("background") == "transparent"
    if is_transparent and form == "jpeg":
        raise refused_upstream(
            "Transparent background is not supported for JPEG output format", "invalid_value", "background"
        )
    width, height = _gpt_size(drawing)
    return Order(
        "openai", width, height, drawing.n, form, compression, is_transparent, limits=OPENAI_LIMITS, partials=partials
    )


def _check_gpt_choices(drawing: Drawing) -> None:
    choices = {
        "quality": ("auto", "low", "medium", "high"),
        "background": ("auto", "transparent", "opaque"),
        "output_format": ("png", "jpeg", "webp"),
        "moderation": ("auto", "low"),
        "input_fidelity": ("low", "high"),
    }
    for name, allowed in choices.items():
        if drawing.raw.get(name) is not None and drawing.raw[name] not in allowed:
            raise _invalid(name, str(drawing.raw[name]))
    if "input_fidelity" in drawing.raw and "mini" in drawing.model:
        raise refused_upstream("input_fidelity is not supported by this model", "invalid_value", "input_fidelity")
    _check_count(drawing, 10)
    _check_prompt(drawing, 32_000)
    if drawing.is_edit and not drawing.images:
        raise refused("image is required", param="image")
    if len(drawing.images) > 16:
        raise _invalid("image", f"{len(drawing.images)} images")


def _gpt_size(drawing: Drawing) -> tuple[int, int]:
    size = drawing.size or "auto"
    if size == "auto":
        return (0, 0) if drawing.is_edit else (1024, 1024)
    width, height = pixels(size)
    if size in GPT_SIZES:
        return width, height
    is_free = drawing.model.startswith("gpt-image-2") and width and not width % 16 and not height % 16
    if not is_free or not 1 / 3 <= width / height <= 3 or width * height > 3840 * 2160 or max(width, height) > 3840:
        raise _invalid("size", size)
    return width, height


def _dalle_3(drawing: Drawing) -> Order:
    if drawing.is_edit:
        raise refused_upstream("Value must be 'dall-e-2'.", "invalid_value", "model")
    size = drawing.size or DALLE_3_SIZES[0]
    if size not in DALLE_3_SIZES:  # by the gateway (relay/helper/valid_request.go)
        message = "size must be one of 1024x1024, 1024x1792 or 1792x1024 for dall-e-3"
        raise refused(message, param="size")
    _check_keys(drawing, DALLE_KEYS)
    _check_count(drawing, 1)
    _check_prompt(drawing, 4000)
    if drawing.text("quality", "standard") not in {"standard", "hd"}:
        raise _invalid("quality", drawing.text("quality"))
    if drawing.text("style", "vivid") not in {"vivid", "natural"}:
        raise _invalid("style", drawing.text("style"))
    return Order("dalle", *pixels(size), in_base64=_in_base64(drawing, "url"))


def _dalle_2(drawing: Drawing) -> Order:
    size = drawing.size or "1024x1024"
    if size not in {"256x256", "512x512", "1024x1024"}:
        raise refused("size must be one of 256x256, 512x512, or 1024x1024 for dall-e-2", param="size")
    _check_count(drawing, 10)
    in_base64 = _in_base64(drawing, "url")
    return Order("dalle", *pixels(size), drawing.n, in_base64=in_base64, limits=OPENAI_LIMITS)


SEEDREAM_TIERS = {"2K": 2048, "3K": 3072, "4K": 4096}
SEEDREAM_PIXELS = (2560 * 1440, round(3072 * 3072 * 1.1025))


def _seedream(drawing: Drawing) -> Order:
    """JSON alone: files of a form are not read (images.md 6.2)."""
    if drawing.is_multipart:
        raise _seedream_refusal("body", "must be JSON")
    width, height = _seedream_size(drawing)
    if len(drawing.images) > 14:
        raise _seedream_refusal("image", "at most 14 images")
    form = drawing.text("output_format", "jpeg")
    if form not in {"jpeg", "png"}:
        raise _seedream_refusal("output_format", "must be jpeg or png")
    return Order(
        "seedream",
        width,
        height,
        _seedream_count(drawing),
        form,
        is_marked=bool(drawing.raw.get("watermark", True)),
        in_base64=_in_base64(drawing, "url"),
        limits=SEEDREAM_LIMITS,
        takes_s=2.0,
    )


def _seedream_size(drawing: Drawing) -> tuple[int, int]:
    size = drawing.size or "2048x2048"
    if side := SEEDREAM_TIERS.get(size):
        named = re.search(r"\b(\d{1,2}:\d{1,2})\b", drawing.prompt)
        return of_area(named[1], side) if named else (0, 0) if drawing.images else (side, side)
    width, height = pixels(size)
    low, high = SEEDREAM_PIXELS
    if not width or not low <= width * height <= high or not 1 / 16 <= width / height <= 16:
        raise _seedream_refusal("size", f"image size must be at least {low} pixels and at most {high}")
    return width, height


def _seedream_count(drawing: Drawing) -> int:
    """ "auto" makes as many as the words name, else three."""
    mode = drawing.raw.get("sequential_image_generation", "disabled")
    options = drawing.raw.get("sequential_image_generation_options") or {}
    most = options.get("max_images", 15) if isinstance(options, dict) else None
    if mode not in {"disabled", "auto"}:
        raise _seedream_refusal("sequential_image_generation", "must be disabled or auto")
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= 15:
        raise _seedream_refusal("sequential_image_generation_options.max_images", "must be between 1 and 15")
    if mode == "disabled":
        return 1
    named = re.search(r"(?<![\d:x])(\d{1,2})(?![\d:x])", drawing.prompt)
    return max(1, min(int(named[1]) if named else 3, most, 15 - len(drawing.images)))


def _other(drawing: Drawing) -> Order:
    """Any other image model: the gateway converts its answer, so that all three keys of an entry are there."""
    _check_count(drawing, 10)
    if drawing.is_edit and not drawing.images:
        raise refused("image is required", param="image")
    size = drawing.size or ("" if drawing.images else "1024x1024")
    width, height = pixels(size.replace("*", "x")) if not re.fullmatch(r"\d+:\d+", size) else of_area(size, 1024)
    if size and size != "auto" and (not width or not min(width, height) >= 64 or max(width, height) > 4096):
        raise _invalid("size", size)
    if size == "auto":
        width, height = (0, 0) if drawing.images else (1024, 1024)
    form = drawing.text("output_format", "png")
    is_marked = bool(drawing.raw.get("watermark") not in (None, False, "false"))
    return Order(
        "converted",
        width,
        height,
        drawing.n,
        form if form in {"png", "jpeg", "webp"} else "png",
        is_marked=is_marked,
        in_base64=_in_base64(drawing, "url"),
    )


Planner = Callable[[Drawing], Order]
FAMILIES: tuple[tuple[re.Pattern[str], Planner], ...] = (
    (re.compile(r"(chat)?gpt-image"), _gpt),
    (re.compile(r"dall-e-3"), _dalle_3),
    (re.compile(r"dall-e-2"), _dalle_2),
    (re.compile(r"doubao-seedream"), _seedream),
)


def _in_base64(drawing: Drawing, usual: str) -> bool:
    form = drawing.text("response_format", usual)
    if form not in {"url", "b64_json"}:
        raise _invalid("response_format", form)
    return form == "b64_json"


def _check_keys(drawing: Drawing, allowed: frozenset[str]) -> None:
    """The plain OpenAI channel drops what the gateway has no field for and sends on the rest; parts go on unseen."""
    sent = set(drawing.raw) if drawing.is_multipart else set(drawing.raw) & KNOWN
    if unknown := sorted(name for name in sent - allowed if drawing.raw[name] is not None):
        raise refused_upstream(f"Unknown parameter: '{unknown[0]}'.", "unknown_parameter", unknown[0])


def _check_count(drawing: Drawing, most: int) -> None:
    if drawing.n > most:
        message = f"Invalid 'n': integer above maximum value. Expected a value <= {most}, but got {drawing.n} instead."
        raise refused_upstream(message, "integer_above_max_value", "n")


def _check_prompt(drawing: Drawing, most: int) -> None:
    if len(drawing.prompt) > most:
        message = f"Invalid 'prompt': string too long. Expected a string with maximum length {most}."
        raise refused_upstream(message, "string_above_max_length", "prompt")


def _invalid(param: str, value: str) -> Refusal:
    return refused_upstream(f"Invalid value for '{param}': '{value}'.", "invalid_value", param)


def _seedream_refusal(param: str, why: str) -> Refusal:
    message = f"The parameter `{param}` specified in the request is not valid: {why}"
    return Refusal(Fault(400, "A", "InvalidParameter", message, "BadRequest", param))
