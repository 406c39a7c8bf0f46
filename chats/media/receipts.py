"""Whether a model really took each file, told from what the gateway says it counted; called when messages are shown."""

from collections.abc import Iterable, Mapping
from typing import Any

Receipt = dict[str, Any]

LIVE = ("queued", "streaming", "generating")


def receipts(files: Iterable, usage: Mapping[str, Any] | None, status: str = "complete") -> dict[int, Receipt]:
    """`{attachment id: {"state": consumed|missing|unknown|pending, "tokens": n or None, "kind": …}}`.

    Tokens are those of the kind: of two pictures nobody says which took how many. `usage` is `Message.usage`.
    """
    counted = (usage or {}).get("by_kind") or {}
    return {file.pk: _receipt(file, counted, usage, status) for file in files}


def _receipt(file, counted: Mapping[str, int], usage: Mapping[str, Any] | None, status: str) -> Receipt:
    if usage is None and status in LIVE:
        return _said("pending")
    if not counted or file.kind == "file":
        # Text files and documents go in as words, which nobody counts apart.
        return _said("unknown")
    kind = next((kind for kind in _counted_as(file) if counted.get(kind)), None)
    if kind:
        return _said("consumed", counted[kind], kind)
    # A breakdown without text is not one: some vendors name only the sound.
    return _said("missing" if "text" in counted or file.kind in counted else "unknown")


def _counted_as(file) -> tuple[str, ...]:
    """Frames of a film may have gone as a film or as pictures."""
    return ("video", "image") if file.is_frames else (file.kind,)


def _said(state: str, tokens: int | None = None, kind: str = "") -> Receipt:
    return {"state": state, "tokens": tokens, "kind": kind}
