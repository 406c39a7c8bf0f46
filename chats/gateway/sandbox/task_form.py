"""The form of the task routes, read as strictly as Go reads its struct (video.md 1.2); nothing of a vendor here."""

import json
from typing import Any

from chats.gateway.sandbox import multipart
from chats.gateway.sandbox.vendors.plan import Asked, task_refusal

TEXTS = ("model", "prompt", "image", "size", "seconds", "mode", "input_reference")
NEWER_TEXTS = ("negative_prompt", "resolution", "aspect_ratio", "audio", "camera_motion", "last_frame_uri")
LONGEST_S = 3600
ROLES = frozenset(
    {"first_frame", "last_frame", "reference_image", "reference_video", "base_video", "reference_audio", "element"}
)
GO_TYPES = {str: "string", bool: "bool", list: "array", dict: "object", int: "number", float: "number"}


def read(body: bytes, content_type: str, is_g2: bool) -> Asked:
    """Raises Refusal with the gateway's own 400s."""
    if multipart.is_multipart(content_type):
        return _of_parts(body, content_type, is_g2)
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise task_refusal(400, "invalid_json", f"invalid character in JSON: {error}") from error
    if not isinstance(raw, dict):
        raise task_refusal(400, "invalid_json", "an object is needed")
    return _checked(raw, is_g2)


def of_kling(body: bytes, is_g2: bool) -> Asked:
    """Kling's own body becomes {model, prompt, metadata: all of it} (gateway source, middleware/kling_adapter.go)."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise task_refusal(400, "invalid_json", f"invalid character in JSON: {error}") from error
    if not isinstance(raw, dict):
        raise task_refusal(400, "invalid_json", "an object is needed")
    model = raw.get("model_name") or raw.get("model") or ""
    return _checked({"model": model, "prompt": raw.get("prompt", ""), "metadata": raw}, is_g2)


def _of_parts(body: bytes, content_type: str, is_g2: bool) -> Asked:
    """Texts alone are parsed; files are seen by the Sora adaptor only, which sends them on (video.md 1.6)."""
    form = multipart.read(body, content_type, task_refusal(400, "invalid_multipart_form", "invalid multipart form"))
    raw: dict[str, Any] = dict(form.texts)
    if not is_g2 and "duration" in raw:
        raise _wrong("string", "duration", "int")
    file = next(iter(form.files_of("input_reference")), None)
    return _checked(raw, is_g2, file.content if file else None)


def _checked(raw: dict[str, Any], is_g2: bool, file: bytes | None = None) -> Asked:
    names = TEXTS + NEWER_TEXTS if is_g2 else TEXTS
    texts = {name: _text(raw, name) for name in names}
    if not texts["model"]:
        raise task_refusal(400, "missing_model", "model is required")
    if not texts["prompt"].strip():
        raise task_refusal(400, "invalid_request", "prompt is required")
    images = _images(raw) or ((texts["image"],) if texts["image"] else ())
    duration = _duration(raw.get("duration"), is_g2)
    if is_g2:
        _check_bounds(duration, texts["seconds"], texts["model"])
    return Asked(
        **texts,
        is_g2=is_g2,
        images=images,
        duration=duration,
        metadata=_metadata(raw.get("metadata")),
        references=_references(raw.get("references")) if is_g2 else (),
        fps=_number(raw, "fps") if is_g2 else None,
        generate_audio=_switch(raw, "generate_audio") if is_g2 else None,
        raw=raw,
        file=file,
    )


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(_go_type(value), name, "string")
    return value


def _images(raw: dict[str, Any]) -> tuple[str, ...]:
    value = raw.get("images")
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _wrong(_go_type(value), "images", "[]string")
    if wrong := next((one for one in value if not isinstance(one, str)), None):
        raise _wrong(_go_type(wrong), "images", "string")
    return tuple(one for one in value if one)


def _duration(value: Any, is_g2: bool) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and is_g2 and value.strip().lstrip("-").isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(_go_type(value), "duration", "int")
    return value


def _number(raw: dict[str, Any], name: str) -> int | None:
    value = raw.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise _wrong(_go_type(value), name, "int")
    return value


def _switch(raw: dict[str, Any], name: str) -> bool | None:
    value = raw.get(name)
    if value is not None and not isinstance(value, bool):
        raise _wrong(_go_type(value), name, "bool")
    return value


def _check_bounds(duration: int | None, seconds: str, model: str) -> None:
    told = [value for value in (duration, int(seconds) if seconds.lstrip("-").isdigit() else None) if value is not None]
    may_choose = "seedance-2" in model
    if any(not 1 <= value <= LONGEST_S and not (value == -1 and may_choose) for value in told):
        raise task_refusal(400, "invalid_seconds", f"seconds must be between 1 and {LONGEST_S}")


def _metadata(value: Any) -> dict[str, Any]:
    """An object, or a text that holds one."""
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise _wrong("string", "metadata", "map[string]interface {}") from error
    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise _wrong(_go_type(value), "metadata", "map[string]interface {}")
    return value


def _references(value: Any) -> tuple[dict[str, Any], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _wrong(_go_type(value), "references", "[]TaskReference")
    for one in value:
        if one.get("role") and one["role"] not in ROLES:
            raise task_refusal(400, "unsupported_reference_role", f"unsupported reference role: {one['role']}")
        if not one.get("url") and not one.get("element_id") and not one.get("id"):
            raise task_refusal(400, "invalid_reference", "reference needs a url")
    return tuple(value)


def _go_type(value: Any) -> str:
    return GO_TYPES.get(type(value), "null")


def _wrong(found: str, name: str, wanted: str) -> Any:
    message = f"json: cannot unmarshal {found} into Go struct field TaskSubmitReq.{name} of type {wanted}"
    return task_refusal(400, "invalid_request", message)
