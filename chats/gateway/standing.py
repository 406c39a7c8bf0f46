"""How a generation stands, read from any answer of the gateway's task routes (video.md 2, images.md 8)."""

from collections.abc import Iterator, Mapping
from typing import Any

from .characters import storable
from .errors import GatewayError
from .pictures import of_address
from .values import MediaKind, Output, OutputRole, TaskState, TaskStatus

Body = Mapping[str, Any]

DONE = frozenset({"success", "succeeded", "completed"})
FAILED = frozenset({"failure", "failed", "error", "cancelled", "deleted"})
WAITING = frozenset({"queued", "submitted", "not_start"})
# What the gateway writes where nobody told it anything (video.md 2.3).
_NO_NEWS = {"not_start": 0, "submitted": 10, "queued": 20, "in_progress": 30}
_WORLD: dict[str, tuple[OutputRole, str]] = {
    "splat_url_500k": ("splat", ""),
    "splat_url_full_res": ("splat", ""),
    "collider_mesh_url": ("mesh", "model/gltf-binary"),
}
ID_LIMIT = 500  # the gateway's own column (video.md 1.5)


def accepted(body: Body) -> TaskState:
    """The answer to a submit, in its four shapes; its status tells nothing (video.md 1.5)."""
    inner = body.get("data")
    for place in (body, inner if isinstance(inner, Mapping) else {}):
        remote_id = place.get("task_id") or place.get("id")
        if isinstance(remote_id, str | int) and 0 < len(str(remote_id)) <= ID_LIMIT:
            return TaskState("queued", storable(remote_id))
    raise GatewayError("upstream", 200, "no_task_id", f"No task in the answer: {str(dict(body))[:300]}")


def standing(body: Body, makes: str) -> TaskState:
    """`makes`: what comes out; image, video or file, which is a world."""
    told = body.get("data") if "code" in body else body  # OpenAI's object has no code
    if not isinstance(told, Mapping):
        return TaskState("running")  # {"code": "success", "data": null}: no news
    status = str(told.get("status") or "").lower()
    if status in DONE:
        return _done(told, makes)
    if status in FAILED:
        return _failed(told)
    waits: TaskStatus = "queued" if status in WAITING else "running"
    return TaskState(waits, progress=_progress(told, status))


def _done(told: Body, makes: str) -> TaskState:
    url = _url(told) or _old_url(told)
    outputs = tuple(_world(told, url) if makes == "file" else _made(url, makes))
    if not outputs:
        # Google's filter leaves an empty url behind a success (video.md 4.7).
        return TaskState("failed", error="finished without a result", code="no_result")
    return TaskState("succeeded", progress=1.0, outputs=outputs)


def _failed(told: Body) -> TaskState:
    error = told.get("error")
    code, reason = "", error
    if isinstance(error, Mapping):
        code, reason = storable(error.get("code")), error.get("message")
    url = _url(told)  # LTX leaves its words there in the older gateway (video.md 2.2)
    said = reason or told.get("fail_reason") or ("" if url.startswith("http") else url)
    return TaskState("failed", error=storable(said)[:2000], code=code[:100])


def _made(url: str, makes: str) -> Iterator[Output]:
    kind: MediaKind = "image" if makes == "image" else "video"
    if url.startswith(("http://", "https://", "data:")) and (found := of_address(url, kind)):
        yield found


def _world(told: Body, url: str) -> Iterator[Output]:
    """The page to visit, and the files, which only the first answer after the end has (video.md 2.2)."""
    viewer = _word(told, "world_marble_url") or url
    if not viewer.startswith(("http://", "https://")):
        return
    yield Output("file", url=viewer, content_type="text/html", role="viewer")
    for key, (role, content_type) in _WORLD.items():
        if link := _word(told, key):
            yield Output("file", url=link, content_type=content_type, role=role)


def _url(told: Body) -> str:
    named = (told.get("url"), told.get("result_url"), told.get("video_url"), _beside(told).get("url"))
    return next((storable(url) for url in named if url and isinstance(url, str)), "")


def _old_url(told: Body) -> str:
    """The column `fail_reason` once held the result of what succeeded (video.md 2.3)."""
    reason = told.get("fail_reason")
    return reason if isinstance(reason, str) and reason.startswith("http") else ""


def _word(told: Body, key: str) -> str:
    """Next to `url` in the envelope, in `metadata` of OpenAI's object."""
    value = told.get(key) or _beside(told).get(key)
    return storable(value) if isinstance(value, str) else ""


def _beside(told: Body) -> Body:
    beside = told.get("metadata")
    return beside if isinstance(beside, Mapping) else {}


def _progress(told: Body, status: str) -> float | None:
    """ "30%" in the task record, 30 in OpenAI's object; None where nobody says or the gateway only fills in."""
    value = told.get("progress")
    text = str(value).strip().rstrip("%") if isinstance(value, str | int | float) else ""
    try:
        percent = float(text)
    except ValueError:
        return None
    is_filled_in = percent == _NO_NEWS.get(status) or not 0 < percent <= 100
    return None if is_filled_in else min(percent / 100, 0.99)
