"""Settings that rule each other out, as models.toml says; the form greys them and clean() refuses them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .parameters import Parameter

Values = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """While each setting of `given` has one of its values, each of `only` must have one of those."""

    given: Values
    only: Values

    def described(self) -> dict[str, Values]:
        return {"if": self.given, "only": self.only}


def rules_of(told: Iterable[Mapping[str, Values]], parameters: Sequence[Parameter]) -> tuple[Rule, ...]:
    """Those that speak of settings which are offered."""
    names = {p.name for p in parameters}
    return tuple(Rule(rule["if"], rule["only"]) for rule in told if {*rule["if"], *rule["only"]} <= names)


def check_rules(rules: Sequence[Rule], parameters: Sequence[Parameter], values: Mapping[str, Any]) -> None:
    """A setting nobody made counts with its default; one whose default nobody knows breaks no rule."""
    full = {p.name: values.get(p.name, p.default) for p in parameters}
    for rule in rules:
        if all(full[name] in allowed for name, allowed in rule.given.items()):
            for name, allowed in rule.only.items():
                if full[name] is not None and full[name] not in allowed:
                    raise ValueError(_sentence(rule, full, name, allowed))


def _sentence(rule: Rule, full: Mapping[str, Any], name: str, allowed: Sequence[Any]) -> str:
    given = ", ".join(f"{other} {_written(full[other])}" for other in rule.given)
    choices = ", ".join(_written(value) for value in allowed)
    return _("With %(given)s, “%(name)s” must be one of: %(choices)s.") % {
        "given": given,
        "name": name,
        "choices": choices,
    }


def _written(value: Any) -> str:
    return _("on") if value is True else _("off") if value is False else str(value)
