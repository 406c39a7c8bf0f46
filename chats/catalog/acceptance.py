"""One file against the facts of one model, and beside the other files of its message; called by fit.py alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from .reasons import Reason
from .spec import ModelSpec
from .values import Delivery, FileFacts, Fit

# What holds where a vendor says nothing: advice of text.md 3.3, and the types that all listed vendors share.
INLINE_BYTES = {"image": 20_000_000, "audio": 20_000_000, "video": 45_000_000, "file": 20_000_000}
FORMATS = {
    "image": ("jpeg", "png", "webp"),
    "video": ("mp4",),
    "audio": ("mp3", "wav"),
    "file": ("pdf",),
}
BODY_BYTES = 95_000_000  # of raw media: the gateway takes bodies of 128 MB, and base64 adds a third (text.md 3.3)


def limits_of(spec: ModelSpec, kind: str) -> Mapping[str, Any]:
    return (spec.options.get("limits") or {}).get(kind, {})


def takes_frames(spec: ModelSpec) -> bool:
    """As a list where the family takes lists, else as so many pictures."""
    return takes_frame_lists(spec) or "image" in spec.inputs


def takes_frame_lists(spec: ModelSpec) -> bool:
    return "video" in spec.inputs and bool(spec.options.get("frames"))


def alone(spec: ModelSpec, file: FileFacts, delivery: Delivery) -> Fit:
    """Whether the file goes by itself."""
    if file.is_frames:
        return _sampled(spec, file)
    if file.is_text:
        return Fit(True, "text") if "text" in spec.inputs else no(Reason.of_kind("file", spec))
    if file.kind == "file" and file.format != "pdf":
        code = "no_document" if file.is_document else "unreadable"
        return no(Reason(code, {"model": spec.label, "format": file.format}))
    if file.kind not in spec.inputs:
        return no(Reason.of_kind(file.kind, spec))
    limits = limits_of(spec, file.kind)
    reason = _no_way(spec, file, delivery) or _wrong_content(spec, file, limits)
    return no(reason) if reason else _delivered(spec, file, limits, delivery)


def beside(spec: ModelSpec, file: FileFacts, answer: Fit, taken: Sequence[tuple[FileFacts, Fit]]) -> Fit:
    """`answer`, or why the file does not go beside those already taken into the message."""
    if answer.form == "text":
        return answer
    limits = limits_of(spec, file.kind)
    kinds = {other.kind for other, given in taken if given.form != "text"}
    if kinds - {file.kind} and limits.get("exclusive"):
        return no(Reason("one_kind", {"model": spec.label}))
    most = limits.get("max_count")
    if most and sum(other.kind == file.kind for other, _ in taken) >= most:
        return no(Reason("too_many", {"model": spec.label, "most": most}))
    return _within_request(spec, file, answer, taken)


def _within_request(spec: ModelSpec, file: FileFacts, answer: Fit, taken: Sequence[tuple[FileFacts, Fit]]) -> Fit:
    if answer.form == "url":
        return answer
    room = min(limits_of(spec, "request").get("max_bytes_inline", BODY_BYTES), BODY_BYTES)
    total = file.size_bytes + sum(other.size_bytes for other, given in taken if given.form in ("data", "frames"))
    if total > room:
        facts = {"model": spec.label, "size_bytes": total, "most_bytes": room}
        return no(Reason("together_too_big" if taken else "too_big", facts))
    return answer


def _sampled(spec: ModelSpec, file: FileFacts) -> Fit:
    if not takes_frames(spec):
        return no(Reason.of_kind("image", spec))
    limits = limits_of(spec, "video") if takes_frame_lists(spec) else {}
    most, least = limits.get("frames_max"), limits.get("frames_min", 1)
    if most and (file.frames or 0) > most:
        return no(Reason("many_frames", {"model": spec.label, "most": most}))
    if file.frames is not None and file.frames < least:
        return no(Reason("few_frames", {"model": spec.label, "least": least}))
    return Fit(True, "frames")


def _no_way(spec: ModelSpec, file: FileFacts, delivery: Delivery) -> Reason | None:
    """Before all else: no change of the file itself gives this site a public address."""
    is_by_url_only = (spec.options.get("delivery") or {}).get(file.kind) == "url"
    has_address = file.is_remote_url or delivery.has_public_url
    return Reason("address_only", {"model": spec.label}) if is_by_url_only and not has_address else None


def _wrong_content(spec: ModelSpec, file: FileFacts, limits: Mapping[str, Any]) -> Reason | None:
    if file.content_type and file.format not in limits.get("formats", FORMATS[file.kind]):
        return Reason("format", {"model": spec.label, "format": file.format.upper()})
    longest = limits.get("max_duration_s")
    if longest and file.duration_s and file.duration_s > longest:
        return Reason("too_long", {"model": spec.label, "duration_s": file.duration_s, "most_s": longest})
    if limits.get("max_pages") and file.pages and file.pages > limits["max_pages"]:
        return Reason("many_pages", {"model": spec.label, "most": limits["max_pages"]})
    if file.kind == "image" and file.width and file.height:
        return _wrong_shape(spec, (file.width, file.height), limits)
    return None


def _wrong_shape(spec: ModelSpec, sides: tuple[int, int], limits: Mapping[str, Any]) -> Reason | None:
    short, long = sorted(sides)
    if short < limits.get("min_side_px", 1):
        return Reason("too_small", {"model": spec.label, "least": limits["min_side_px"]})
    if long > short * limits.get("max_ratio", long):
        return Reason("too_narrow", {"model": spec.label, "most": limits["max_ratio"]})
    return None


def _delivered(spec: ModelSpec, file: FileFacts, limits: Mapping[str, Any], delivery: Delivery) -> Fit:
    way = (spec.options.get("delivery") or {}).get(file.kind, "either")
    most_by_url = limits.get("max_bytes_url")
    if file.is_remote_url and way != "inline":
        return _within(spec, file, most_by_url, "url")
    if way == "url":
        return _within(spec, file, most_by_url, "url")
    most = min(limits.get("max_bytes_inline", INLINE_BYTES[file.kind]), delivery.max_inline_bytes)
    inline = _within(spec, file, min(most, most_by_url or most), "data")
    if inline.is_accepted or way == "inline" or not delivery.has_public_url:
        return inline
    return _within(spec, file, most_by_url, "url")


def _within(spec: ModelSpec, file: FileFacts, most: int | None, form: str) -> Fit:
    if most and file.size_bytes > most:
        return no(Reason("too_big", {"model": spec.label, "size_bytes": file.size_bytes, "most_bytes": most}))
    return Fit(True, form)


def no(reason: Reason) -> Fit:
    return Fit(False, reason=reason)
