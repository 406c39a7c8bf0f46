"""What a browser may send: each reader answers a clean value or raises Bad, which becomes `frame.refused`."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from chats.replies import storable

MOST_PARTS = 10_000
LONGEST_ID = 64
LONGEST_TOOLS = 8_000


class Bad(ValueError):
    code = "bad_frame"


def parse(text: str | None, longest: int) -> dict[str, Any]:
    """A JSON object with a known-looking `type`; raises Bad."""
    if not text or len(text) > longest:
        raise Bad(_("This message is too large for the line. Attach long text as a file."))
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Bad(_("The page sent something that is not JSON.")) from error
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise Bad(_("The page sent a message without a type."))
    return frame


def text(frame: Mapping[str, Any], name: str, longest: int | None = None) -> str:
    """A string that a database takes: lone surrogates and NULs cannot be stored, so they are replaced."""
    value = frame.get(name) or ""
    if not isinstance(value, str) or (longest is not None and len(value) > longest):
        raise Bad(_("“%(name)s” must be a text.") % {"name": name})
    return storable(value)


def client_id(frame: Mapping[str, Any]) -> str:
    value = text(frame, "client_id", LONGEST_ID)
    if not value:
        raise Bad(_("“%(name)s” must be a text.") % {"name": "client_id"})
    return value


def is_client_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID


def whole(frame: Mapping[str, Any], name: str) -> int:
    return _whole(frame.get(name), name)


def whole_or_none(frame: Mapping[str, Any], name: str) -> int | None:
    return None if frame.get(name) is None else whole(frame, name)


def wholes(frame: Mapping[str, Any], name: str) -> tuple[int, ...]:
    value = frame.get(name) or []
    if not isinstance(value, list) or len(value) > 1_000:
        raise Bad(_("“%(name)s” must be a list.") % {"name": name})
    return tuple(_whole(item, name) for item in value)


def mapping(frame: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = frame.get(name) or {}
    if not isinstance(value, dict):
        raise Bad(_("“%(name)s” must be an object.") % {"name": name})
    return storable(value)


def roles(frame: Mapping[str, Any]) -> dict[int, str]:
    """As what each attachment goes in: {id: role}."""
    told = mapping(frame, "roles")
    if len(told) > 1_000 or not all(isinstance(role, str) and len(role) <= 20 for role in told.values()):
        raise Bad(_("“%(name)s” must be an object.") % {"name": "roles"})
    return {_whole(pk, "roles"): role for pk, role in told.items()}


def runs(frame: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Of a generation: [{model, parameters, count}]; the verb says how many are too many."""
    told = frame.get("runs") or []
    if not isinstance(told, list) or len(told) > 100 or not all(isinstance(one, dict) for one in told):
        raise Bad(_("“%(name)s” must be a list.") % {"name": "runs"})
    return tuple(
        {
            "model": text(one, "model", 200),
            "parameters": mapping(one, "parameters"),
            "count": 1 if one.get("count") is None else whole(one, "count"),
        }
        for one in told
    )


def tools(frame: Mapping[str, Any]) -> dict[str, Any]:
    """What a reply may call, {names, is_auto, most_rounds}; the verb says whether it holds."""
    told = mapping(frame, "tools")
    if len(json.dumps(told)) > LONGEST_TOOLS:
        raise Bad(_("“%(name)s” must be an object.") % {"name": "tools"})
    return told


def columns(frame: Mapping[str, Any]) -> tuple[tuple[dict[str, Any], ...], bool]:
    """Models that are asked side by side, [{model, parameters, tools}], and whether nobody is told which is which."""
    told = mapping(frame, "compare")
    listed = told.get("columns") or []
    if not isinstance(listed, list) or len(listed) > 100 or not all(isinstance(one, dict) for one in listed):
        raise Bad(_("“%(name)s” must be a list.") % {"name": "compare"})
    return tuple(
        {"model": text(one, "model", 200), "parameters": mapping(one, "parameters"), "tools": tools(one)}
        for one in listed
    ), told.get("is_blind") is True


def raw(frame: Mapping[str, Any]) -> dict[str, Any] | None:
    return mapping(frame, "raw") or None


def lengths(value: Any) -> list[int]:
    """UTF-16 units per part, as the browser has them."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST_PARTS:
        raise Bad(_("“%(name)s” must be a list.") % {"name": "lengths"})
    return [_whole(item, "lengths") for item in value]


def lengths_by_message(frame: Mapping[str, Any]) -> dict[int, list[int]]:
    found = mapping(frame, "lengths")
    if len(found) > 1_000:
        raise Bad(_("“%(name)s” must be an object.") % {"name": "lengths"})
    return {_whole(key, "lengths"): lengths(value) for key, value in found.items()}


def _whole(value: Any, name: str) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise Bad(_("“%(name)s” must be a whole number.") % {"name": name})
    return value
