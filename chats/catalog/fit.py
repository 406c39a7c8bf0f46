"""The one truth for "does this model take this file, how, and if not why and what mends it"; no I/O."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from . import formats, listed
from .reasons import Reason
from .spec import ModelSpec

# What holds where a vendor says nothing: advice of text.md 3.3, and the types that all listed vendors share.
INLINE_BYTES = {"image": 20_000_000, "audio": 20_000_000, "video": 45_000_000, "file": 20_000_000}
FORMATS = {
    "image": ("jpeg", "png", "webp"),
    "video": ("mp4",),
    "audio": ("mp3", "wav"),
    "file": ("pdf",),
}
BODY_BYTES = 95_000_000  # of raw media: the gateway takes bodies of 128 MB, and base64 adds a third (text.md 2.2)
LEAST_BITRATE = 200_000  # below this a film is no longer worth watching, so "shrink" is not offered


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file; an attachment gives its own.

    `kind` is image, video, audio or file. A film sampled to pictures has kind "video" and its `frames` counted.
    """

    kind: str
    content_type: str = ""
    container: str = ""
    codecs: tuple[str, ...] = ()
    size_bytes: int = 0
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    is_remote_url: bool = False
    frames: int | None = None
    pages: int | None = None

    @property
    def format(self) -> str:
        return formats.format_of(self.content_type, self.container)


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a file goes to a model, and how: `form` is data, url, frames or text.

    A remote file with form "data" has to be fetched first: its vendor takes no address.
    `repairs`, the best first: transcode shrink trim extract_audio sample_frames as_text choose_model:<id>.
    """

    is_accepted: bool
    form: str = ""
    reason: Reason | None = None
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """How files may leave here: whether the vendors can reach us by address, and our own cap on inline bytes."""

    has_public_url: bool = False
    max_inline_bytes: int = 45 * 1024**2


@dataclass(frozen=True, slots=True)
class Company:
    """The models that may be offered instead, and which of them the person likes."""

    models: Sequence[ModelSpec] = field(default_factory=listed)
    favourites: Collection[str] = ()


def fit(
    spec: ModelSpec,
    files: Sequence[FileFacts],
    delivery: Delivery | None = None,
    company: Company | None = None,
) -> list[Fit]:
    """One answer per file of one message, in order; earlier files of the message go first where room is short."""
    delivery, company = delivery or Delivery(), company or Company()
    taken: list[tuple[FileFacts, Fit]] = []
    answers = []
    for file in files:
        answer = _alone(spec, file, delivery)
        if answer.is_accepted:
            answer = _beside(spec, file, answer, taken)
        if answer.is_accepted:
            taken.append((file, answer))
        else:
            others = [other for other, _ in taken]
            answer = _mended(spec, file, answer, delivery, company, others)
        answers.append(answer)
    return answers


# ---- one file by itself


def _alone(spec: ModelSpec, file: FileFacts, delivery: Delivery) -> Fit:
    if formats.is_text(file.content_type):
        return Fit(True, "text") if "text" in spec.inputs else _no(Reason.of_kind("file", spec))
    if file.frames is not None:
        return _sampled(spec, file)
    if file.kind == "file" and file.format != "pdf":
        code = "no_document" if formats.is_document(file.content_type) else "unreadable"
        return _no(Reason(code, {"model": spec.label, "format": file.format}))
    if file.kind not in spec.inputs:
        return _no(Reason.of_kind(file.kind, spec))
    limits = _limits(spec, file.kind)
    reason = _wrong_content(spec, file, limits)
    return _no(reason) if reason else _delivered(spec, file, limits, delivery)


def _sampled(spec: ModelSpec, file: FileFacts) -> Fit:
    """Frames go as a list where the family takes lists, else as so many pictures."""
    takes_list = "video" in spec.inputs and spec.options.get("frames")
    if not takes_list and "image" not in spec.inputs:
        return _no(Reason.of_kind("image", spec))
    limits = _limits(spec, "video") if takes_list else {}
    most, least = limits.get("frames_max"), limits.get("frames_min", 1)
    if most and file.frames > most:
        return _no(Reason("many_frames", {"model": spec.label, "most": most}))
    if file.frames < least:
        return _no(Reason("few_frames", {"model": spec.label, "least": least}))
    return Fit(True, "frames")


def _wrong_content(spec: ModelSpec, file: FileFacts, limits: Mapping[str, Any]) -> Reason | None:
    if file.content_type and file.format not in limits.get("formats", FORMATS[file.kind]):
        return Reason("format", {"model": spec.label, "format": file.format.upper()})
    longest = limits.get("max_duration_s")
    if longest and file.duration_s and file.duration_s > longest:
        return Reason("too_long", {"model": spec.label, "duration_s": file.duration_s, "most_s": longest})
    if limits.get("max_pages") and file.pages and file.pages > limits["max_pages"]:
        return Reason("many_pages", {"model": spec.label, "most": limits["max_pages"]})
    if file.width and file.height:
        return _wrong_shape(spec, file, limits)
    return None


def _wrong_shape(spec: ModelSpec, file: FileFacts, limits: Mapping[str, Any]) -> Reason | None:
    short, long = sorted((file.width or 1, file.height or 1))
    if short < limits.get("min_side_px", 1):
        return Reason("too_small", {"model": spec.label, "least": limits["min_side_px"]})
    if long > short * limits.get("max_ratio", long):
        return Reason("too_narrow", {"model": spec.label, "most": limits["max_ratio"]})
    return None


def _delivered(spec: ModelSpec, file: FileFacts, limits: Mapping[str, Any], delivery: Delivery) -> Fit:
    ways = (spec.options.get("delivery") or {}).get(file.kind, "either")
    if file.is_remote_url and ways != "inline":
        return _within(spec, file, limits.get("max_bytes_url"), "url")
    if ways != "url":
        most = min(limits.get("max_bytes_inline", INLINE_BYTES[file.kind]), delivery.max_inline_bytes)
        inline = _within(spec, file, most, "data")
        if inline.is_accepted or ways == "inline" or not delivery.has_public_url:
            return inline
    if not delivery.has_public_url:
        return _no(Reason("address_only", {"model": spec.label, "kind": file.kind}))
    return _within(spec, file, limits.get("max_bytes_url"), "url")


def _within(spec: ModelSpec, file: FileFacts, most: int | None, form: str) -> Fit:
    if most and file.size_bytes > most:
        return _no(Reason("too_big", {"model": spec.label, "size_bytes": file.size_bytes, "most_bytes": most}))
    return Fit(True, form)


# ---- the other files of the message


def _beside(spec: ModelSpec, file: FileFacts, answer: Fit, taken: Sequence[tuple[FileFacts, Fit]]) -> Fit:
    if answer.form == "text":
        return answer
    kinds = {other.kind for other, given in taken if given.form != "text"}
    if kinds - {file.kind} and _limits(spec, file.kind).get("exclusive"):
        return _no(Reason("one_kind", {"model": spec.label}))
    most = _limits(spec, file.kind).get("max_count")
    if most and sum(other.kind == file.kind for other, _ in taken) >= most:
        return _no(Reason("too_many", {"model": spec.label, "most": most, "kind": file.kind}))
    room = min(_limits(spec, "request").get("max_bytes_inline", BODY_BYTES), BODY_BYTES)
    used = sum(other.size_bytes for other, given in taken if given.form == "data")
    if answer.form == "data" and used + file.size_bytes > room:
        facts = {"model": spec.label, "size_bytes": used + file.size_bytes, "most_bytes": room}
        return _no(Reason("together_too_big", facts))
    return answer


# ---- repairs


def _mended(
    spec: ModelSpec,
    file: FileFacts,
    answer: Fit,
    delivery: Delivery,
    company: Company,
    others: Sequence[FileFacts],
) -> Fit:
    repairs = list(_repairs(spec, file, answer))
    nearest = _nearest(spec, (*others, file), delivery, company)
    if nearest:
        repairs.append(f"choose_model:{nearest}")
    return replace(answer, repairs=tuple(dict.fromkeys(repairs)))


def _repairs(spec: ModelSpec, file: FileFacts, answer: Fit) -> Iterator[str]:
    code = answer.reason.code if answer.reason else ""
    if file.is_remote_url or code == "one_kind":
        return  # another's file is not ours to change, and no change lets two kinds into one message
    if file.kind in spec.inputs and file.frames is None:
        yield from _changes(spec, file, code)
    if file.kind == "video":
        yield from _parts_of_film(spec, file, code)
    if file.kind == "file" and formats.is_document(file.content_type):
        yield "as_text"


def _changes(spec: ModelSpec, file: FileFacts, code: str) -> Iterator[str]:
    if code == "format" and file.kind != "file":
        yield "transcode"
    if code in ("too_big", "together_too_big") and file.kind != "file":
        if _can_shrink(spec, file):
            yield "shrink"
        if file.duration_s:
            yield "trim"
    if code == "too_long":
        yield "trim"


def _can_shrink(spec: ModelSpec, file: FileFacts) -> bool:
    if file.kind != "video" or not file.duration_s:
        return True
    room = _limits(spec, "video").get("max_bytes_inline", INLINE_BYTES["video"])
    return room * 8 / file.duration_s >= LEAST_BITRATE


def _parts_of_film(spec: ModelSpec, file: FileFacts, code: str) -> Iterator[str]:
    if code in ("too_many", "many_frames", "few_frames"):
        return
    if "image" in spec.inputs or ("video" in spec.inputs and spec.options.get("frames")):
        yield "sample_frames"
    if "audio" in spec.inputs and file.frames is None:
        yield "extract_audio"


def _nearest(spec: ModelSpec, files: Sequence[FileFacts], delivery: Delivery, company: Company) -> str | None:
    """The nearest model that takes the whole message: same vendor and family first, then favourites."""
    able = [other for other in _answering(spec, company.models) if _takes(other, files, delivery)]
    if not able:
        able = [other for other in _answering(spec, company.models) if _could_take(other, files)]

    def distance(other: ModelSpec) -> tuple[bool, bool, bool]:
        return (
            other.vendor != spec.vendor,
            other.family != spec.family,
            other.model not in company.favourites,
        )

    return min(able, key=distance).model if able else None


def _answering(spec: ModelSpec, models: Iterable[ModelSpec]) -> Iterator[ModelSpec]:
    """Others that can be asked now and answer in the same way: one who talks is not sent to one who draws."""
    draws = "image" in spec.outputs
    for other in models:
        if other.model != spec.model and other.is_available and ("image" in other.outputs) == draws:
            yield other


def _takes(spec: ModelSpec, files: Sequence[FileFacts], delivery: Delivery) -> bool:
    taken: list[tuple[FileFacts, Fit]] = []
    for file in files:
        answer = _alone(spec, file, delivery)
        if not answer.is_accepted or not _beside(spec, file, answer, taken).is_accepted:
            return False
        taken.append((file, answer))
    return True


def _could_take(spec: ModelSpec, files: Sequence[FileFacts]) -> bool:
    """Takes the kinds, though perhaps only after a repair."""
    return all(file.kind in spec.inputs and (file.kind != "file" or file.format == "pdf") for file in files)


def _limits(spec: ModelSpec, kind: str) -> Mapping[str, Any]:
    return (spec.options.get("limits") or {}).get(kind, {})


def _no(reason: Reason) -> Fit:
    return Fit(False, reason=reason)
