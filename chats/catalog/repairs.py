"""What makes a refused file fit, the best first; called by fit.py alone."""

from collections.abc import Iterable, Iterator, Sequence

from .acceptance import INLINE_BYTES, alone, beside, limits_of, takes_frames
from .spec import ModelSpec
from .values import Company, Delivery, FileFacts, Fit

LEAST_BITRATE = 200_000  # a film below this is no longer worth watching, so "shrink" is not offered
COUNTED = ("too_many", "many_frames", "few_frames")


def repairs(spec: ModelSpec, file: FileFacts, code: str) -> Iterator[str]:
    """What can be done to the file itself, given why it was refused."""
    if file.is_remote_url or code == "one_kind":
        return  # another's file is not ours to change, and no change lets two kinds into one message
    if file.kind in spec.inputs and not file.is_frames:
        yield from _changes(spec, file, code)
    if file.kind == "video" and code not in COUNTED:
        yield from _parts_of_film(spec, file)
    if file.is_document:
        yield "as_text"


def _changes(spec: ModelSpec, file: FileFacts, code: str) -> Iterator[str]:
    if file.kind == "file":
        return
    if code == "format":
        yield "transcode"
    if code in ("too_big", "together_too_big"):
        if _can_shrink(spec, file):
            yield "shrink"
        if file.duration_s:
            yield "trim"
    if code == "too_long":
        yield "trim"


def _can_shrink(spec: ModelSpec, file: FileFacts) -> bool:
    if file.kind != "video" or not file.duration_s:
        return True
    room = limits_of(spec, "video").get("max_bytes_inline", INLINE_BYTES["video"])
    return room * 8 / file.duration_s >= LEAST_BITRATE


def _parts_of_film(spec: ModelSpec, file: FileFacts) -> Iterator[str]:
    if takes_frames(spec) and not file.is_frames:
        yield "sample_frames"
    if "audio" in spec.inputs and not file.is_frames:
        yield "extract_audio"


def nearest(spec: ModelSpec, files: Sequence[FileFacts], delivery: Delivery, company: Company) -> str | None:
    """The nearest model that takes the whole message: of the same vendor and family first, then a favourite."""

    def distance(other: ModelSpec) -> tuple[bool, ...]:
        is_liked = other.model in company.favourites
        return _draws(other) != _draws(spec), other.vendor != spec.vendor, other.family != spec.family, not is_liked

    others = sorted(_askable(spec, company.models), key=distance)
    as_it_is = (other for other in others if _takes(other, files, delivery))
    perhaps = (other for other in others if _could_take(other, files))
    found = next(as_it_is, None) or next(perhaps, None)
    return found.model if found else None


def _askable(spec: ModelSpec, models: Iterable[ModelSpec]) -> Iterator[ModelSpec]:
    """Others that can be asked now; who talks is never sent to one who draws."""
    for other in models:
        if other.is_bench or not other.is_available:
            continue
        if other.model != spec.model and (_draws(spec) or not _draws(other)):
            yield other


def _draws(spec: ModelSpec) -> bool:
    return "image" in spec.outputs


def _takes(spec: ModelSpec, files: Sequence[FileFacts], delivery: Delivery) -> bool:
    taken: list[tuple[FileFacts, Fit]] = []
    for file in files:
        answer = alone(spec, file, delivery)
        if not answer.is_accepted or not beside(spec, file, answer, taken).is_accepted:
            return False
        taken.append((file, answer))
    return True


def _could_take(spec: ModelSpec, files: Sequence[FileFacts]) -> bool:
    """Takes the kinds, though perhaps only after a repair."""
    return all(file.kind in spec.inputs and (file.kind != "file" or file.format == "pdf") for file in files)
