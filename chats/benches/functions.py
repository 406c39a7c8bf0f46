"""Sets of functions a model may call: read from any vendor's way of writing them, checked, and kept for the team."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from chats import comparisons
from chats.gateway.characters import storable
from chats.models import Exchange, FunctionSet, Message, Team

from .asked import Refused

MOST_FUNCTIONS = 64
LARGEST_SET = 200_000  # characters of all of them as JSON
LONGEST_RESULT = 40_000
LONGEST_NAME = 100
DEEPEST = 40
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # what OpenAI, Claude and Google all take
RUNS = 20
NOTHING = {"type": "object", "properties": {}}
# How vendors call the schema: OpenAI and Google, Claude, MCP.
SCHEMA_NAMES = ("parameters", "input_schema", "inputSchema", "parametersJsonSchema")


@dataclass(frozen=True)
class Checked:
    """`problems` are {"function": place, "field", "message"}; what they name is in `functions` as it was told."""

    functions: list[dict[str, Any]]
    problems: list[dict[str, Any]]


def check(told: Any) -> Checked:
    """Reads a list of functions, or one, in the form of any vendor."""
    entries = _entries(told)
    functions = [_function(entry) for entry in entries[:MOST_FUNCTIONS]]
    problems = [
        {"function": place, "field": field, "message": message}
        for place, function in enumerate(functions)
        for field, message in _problems(function, [one["name"] for one in functions[:place]])
    ]
    if len(entries) > MOST_FUNCTIONS:
        problems.append({"function": None, "field": "", "message": _("At most 64 functions are in a set.")})
    if not entries:
        problems.append({"function": None, "field": "", "message": _("There is no function in this.")})
    if len(json.dumps(functions)) > LARGEST_SET:
        problems.append({"function": None, "field": "", "message": _("This set is too large.")})
    return Checked(functions, problems)


def save(user: Any, team: Team, told: Mapping[str, Any], known: FunctionSet | None = None) -> FunctionSet:
    """Raises Refused for what `check` would complain about. Only its author shares a set."""
    name = storable(told.get("name")).strip() if isinstance(told.get("name"), str) else ""
    if not name or len(name) > LONGEST_NAME:
        raise Refused("name", _("Give the set a name of at most 100 characters."))
    checked = check(told.get("functions"))
    if checked.problems:
        first = checked.problems[0]
        raise Refused(f"functions.{first['function']}.{first['field']}", str(first["message"]))
    kept = known or FunctionSet(team=team, author=user)
    kept.name, kept.functions, kept.updated_at = name, checked.functions, timezone.now()
    if kept.author_id == user.pk:
        kept.is_shared = told.get("is_shared") is True
    kept.save()
    return kept


def remove(kept: FunctionSet) -> None:
    FunctionSet.objects.filter(pk=kept.pk).update(deleted_at=timezone.now())


def replies_with(user: Any, kept: FunctionSet) -> list[Message]:
    """The newest replies that could call this set, without those that are blind to `user`; `recorded` are the
    exchanges of each that can be replayed."""
    found = Message.objects.visible_to(user).filter(role=Message.Role.ASSISTANT, conversation__team=kept.team_id)
    found = (
        found.annotate(told=Cast("tools", TextField())).order_by("-pk").filter(told__contains=f'"functions:{kept.pk}"')
    ).filter(comparisons.known_to(user))
    calls = Exchange.objects.filter(label="reply", status=200).order_by("pk")
    found = found.select_related("conversation", "author").defer("parts", "raw")
    replies = list(found.prefetch_related(Prefetch("exchanges", calls.only("message_id")))[:RUNS])
    for reply in replies:
        reply.recorded = [exchange.pk for exchange in reply.exchanges.all()]
    return replies


def _entries(told: Any) -> list[Any]:
    """Out of a list, an object that holds one ({"tools": […]}, {"functionDeclarations": […]}), or a single one."""
    if isinstance(told, Mapping):
        for name in ("tools", "functions", "functionDeclarations", "function_declarations"):
            if isinstance(told.get(name), list):
                return _entries(told[name])
        return [told]
    if not isinstance(told, list):
        return []
    return [entry for one in told for entry in (_entries(one) if _holds_more(one) else [one])]


def _holds_more(entry: Any) -> bool:
    return isinstance(entry, Mapping) and any(
        isinstance(entry.get(name), list) for name in ("functionDeclarations", "function_declarations")
    )


def _function(entry: Any) -> dict[str, Any]:
    inner = entry.get("function") if isinstance(entry, Mapping) else None
    told: Mapping[str, Any] = inner if isinstance(inner, Mapping) else entry if isinstance(entry, Mapping) else {}
    schema = next((told[name] for name in SCHEMA_NAMES if told.get(name) is not None), NOTHING)
    result = entry.get("result", told.get("result")) if isinstance(entry, Mapping) else None
    if result is not None and not isinstance(result, str):
        result = json.dumps(result, ensure_ascii=False)
    return {
        "name": storable(told.get("name")).strip(),
        "description": storable(told.get("description")).strip(),
        "parameters": schema,
        "result": storable(result) if result is not None else None,
    }


def _problems(function: Mapping[str, Any], before: list[str]) -> list[tuple[str, str]]:
    found = []
    if not NAME.fullmatch(function["name"]):
        found.append(("name", _("A name has 1 to 64 letters, digits, _ and -.")))
    elif function["name"] in before:
        found.append(("name", _("Another function has this name.")))
    if wrong := _schema_problem(function["parameters"]):
        found.append(("parameters", wrong))
    if len(function["result"] or "") > LONGEST_RESULT:
        found.append(("result", _("This result is too long.")))
    return found


def _schema_problem(schema: Any) -> str:
    if not isinstance(schema, Mapping):
        return _("A JSON schema is an object.")
    if schema.get("type") != "object":
        return _('The schema of the parameters must say "type": "object".')
    if _is_deeper(schema, DEEPEST):
        return _("This schema is nested too deep.")
    error = best_match(Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema))
    return _told(error) if error else ""


def _told(error: Any) -> str:
    """Where, and what; the library's words are the terms of JSON schema, which have no translation."""
    path = ".".join(map(str, error.absolute_path))
    if path.endswith("type") and isinstance(error.instance, str):
        return _("%(path)s: “%(name)s” is no type of JSON schema.") % {"path": path, "name": error.instance[:60]}
    return f"{path}: {error.message[:300]}" if path else error.message[:300]


def _is_deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return not levels or any(_is_deeper(one, levels - 1) for one in inner)
