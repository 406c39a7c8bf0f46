"""Prepared questions: what may be kept of one, its slots, and who sees and changes it; called by views/presets.py."""

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chats import catalog
from chats.models import Preset, Team

SLOT = re.compile(r"{{\s*([^{}\s][^{}\n]{0,59}?)\s*}}")  # lib/preset-text.js reads them in the same way
LONGEST_NAME, LONGEST_TEXT, LONGEST_MODEL, LONGEST_TOOL = 100, 40_000, 200, 200
MOST_TOOLS, MOST_ROUNDS = 64, 20


class Refused(Exception):
    """`args[0]` says to a person what is wrong with the field `field`."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def listed(user, team: Team) -> QuerySet[Preset]:
    """Those that `user` may use in `team`."""
    return Preset.objects.visible_to(user).filter(team=team).select_related("author").order_by("name", "pk")


def slots(preset: Preset) -> list[str]:
    """Names to be filled in, each once, in the order of the text."""
    found = SLOT.findall(f"{preset.text}\n{preset.parameters.get('system_prompt', '')}")
    return list(dict.fromkeys(found))


def add(user, team: Team, raw: Mapping[str, Any]) -> Preset:
    """A new one of `user`, who writes in `team`."""
    return Preset.objects.create(team=team, author=user, **_cleaned(raw))


def change(preset: Preset, raw: Mapping[str, Any]) -> None:
    values = _cleaned(raw) | {"updated_at": timezone.now()}
    for name, value in values.items():
        setattr(preset, name, value)
    preset.save(update_fields=list(values))


def remove(preset: Preset) -> None:
    Preset.objects.filter(pk=preset.pk).update(deleted_at=timezone.now())


def restore(preset: Preset) -> None:
    Preset.objects.filter(pk=preset.pk).update(deleted_at=None)


def removed_by(user) -> QuerySet[Preset]:
    """Removed ones that `user` may bring back: their own where they write, shared ones where they keep the team."""
    own = Q(author=user, team__in=Team.objects.visible_to(user))
    kept = Q(is_shared=True, team__in=Team.objects.kept_by(user))
    return Preset.objects.filter(own | kept, deleted_at__isnull=False)


def _cleaned(raw: Mapping[str, Any]) -> dict[str, Any]:
    name, text, model = (_words(raw, field) for field in ("name", "text", "model"))
    if not name.strip():
        raise Refused("name", _("Give it a name."))
    if len(name) > LONGEST_NAME:
        raise Refused("name", _("The name is too long."))
    if len(text) > LONGEST_TEXT:
        raise Refused("text", _("The text is too long."))
    if len(model) > LONGEST_MODEL or " " in model:
        raise Refused("model", _("This is no model's name."))
    parameters, tools = _parameters(model, raw.get("parameters") or {}), _tools(raw.get("tools") or {})
    if not (text.strip() or model or parameters or tools):
        raise Refused("text", _("Write a text or choose a model: so far there is nothing to keep."))
    found = {"name": name.strip(), "text": text, "model": model, "parameters": parameters, "tools": tools}
    return found | {"is_shared": raw.get("is_shared") is True}


def _words(raw: Mapping[str, Any], field: str) -> str:
    value = raw.get(field) or ""
    if not isinstance(value, str):
        raise Refused(field, _("This cannot be kept."))
    return value


def _parameters(model: str, raw: Any) -> dict[str, Any]:
    """Without a model those that every model of words knows."""
    if not isinstance(raw, dict):
        raise Refused("parameters", _("This cannot be kept."))
    try:
        return catalog.clean_parameters(catalog.get(model), raw)
    except ValueError as problem:
        raise Refused("parameters", str(problem)) from problem


def _tools(raw: Any) -> dict[str, Any]:
    """As Message.tools has them; {} where none is on."""
    names = raw.get("names", []) if isinstance(raw, dict) else None
    if not isinstance(names, list) or len(names) > MOST_TOOLS or not all(_is_name(one) for one in names):
        raise Refused("tools", _("This cannot be kept."))
    if not names:
        return {}
    rounds = raw.get("most_rounds")
    is_number = isinstance(rounds, int) and not isinstance(rounds, bool) and 1 <= rounds <= MOST_ROUNDS
    kept = {"names": names, "is_auto": raw.get("is_auto") is True}
    return kept | ({"most_rounds": rounds} if is_number else {})


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TOOL
