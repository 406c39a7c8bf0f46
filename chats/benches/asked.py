"""Reads what a bench was asked and refuses, with words for a person, what would only cost money."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from chats import catalog
from chats.gateway.characters import storable
from chats.models import BenchRun

MOST_TEXTS = 500
MOST_CHARACTERS = 500_000  # of all texts together
MOST_MODELS = 2
LONGEST_NAME = 200
LONGEST_QUERY = 2_000
MOST_DIMENSIONS = 16_384
MOST_RESULTS = 100
MOST_PAGES = 100
AGES = ("qdr:h", "qdr:d", "qdr:w", "qdr:m", "qdr:y")  # of search results: hour, day, week, month, year
Kind = BenchRun.Kind


class Refused(Exception):
    """Why nothing was sent; `field` names what to change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Asked:
    """`facts` fit into a row, `texts` go into a file."""

    kind: str
    title: str
    facts: Mapping[str, Any]
    texts: list[str] = field(default_factory=list)


def read(kind: str, told: Mapping[str, Any]) -> Asked:
    """Raises Refused."""
    return _READERS[kind](told)


def _embeddings(told: Mapping[str, Any]) -> Asked:
    texts = _texts(told.get("texts"), "texts")
    models = _models(told.get("models"))
    dimensions = _integer(told, "dimensions", 1, MOST_DIMENSIONS)
    for model in models if dimensions else ():
        _check_dimensions(model, dimensions or 0)
    return Asked(Kind.EMBEDDINGS, texts[0][:LONGEST_NAME], {"models": models, "dimensions": dimensions}, texts)


def _rerank(told: Mapping[str, Any]) -> Asked:
    query = _line(told, "query", LONGEST_QUERY)
    documents = _texts(told.get("documents"), "documents")
    model = _line(told, "model", LONGEST_NAME)
    top_n = _integer(told, "top_n", 1, len(documents))
    return Asked(Kind.RERANK, query[:LONGEST_NAME], {"model": model, "query": query, "top_n": top_n}, documents)


def _search(told: Mapping[str, Any]) -> Asked:
    facts: dict[str, Any] = {"q": _line(told, "q", LONGEST_QUERY)}
    facts["gl"] = _code(told, "gl")
    facts["hl"] = _code(told, "hl")
    facts["tbs"] = told["tbs"] if told.get("tbs") in AGES else ""
    facts["num"] = _integer(told, "num", 1, MOST_RESULTS)
    facts["page"] = _integer(told, "page", 1, MOST_PAGES)
    facts["method"] = "GET" if told.get("method") == "GET" else "POST"
    return Asked(Kind.SEARCH, facts["q"][:LONGEST_NAME], facts)


_READERS: dict[str, Any] = {Kind.EMBEDDINGS: _embeddings, Kind.RERANK: _rerank, Kind.SEARCH: _search}


def _texts(told: Any, name: str) -> list[str]:
    if not isinstance(told, list) or not all(isinstance(text, str) for text in told):
        raise Refused(name, _("These are no texts."))
    texts = [text for text in (storable(one).strip() for one in told) if text]
    if not texts:
        raise Refused(name, _("Enter at least one text."))
    if len(texts) > MOST_TEXTS:
        raise Refused(
            name,
            _("%(count)s texts are too many: at most %(most)s at once.")
            % {"count": number_format(len(texts)), "most": number_format(MOST_TEXTS)},
        )
    if (size := sum(map(len, texts))) > MOST_CHARACTERS:
        raise Refused(
            name,
            _("%(count)s characters are too many: at most %(most)s at once.")
            % {"count": number_format(size), "most": number_format(MOST_CHARACTERS)},
        )
    return texts


def _models(told: Any) -> list[str]:
    named = [storable(one).strip() for one in told if isinstance(one, str)] if isinstance(told, list) else []
    models = list(dict.fromkeys(model for model in named if model))
    if not models or len(models) > MOST_MODELS or any(len(model) > LONGEST_NAME for model in models):
        raise Refused("models", _("Choose one or two models."))
    return models


def _check_dimensions(model: str, dimensions: int) -> None:
    """A model that nobody listed may take any number."""
    spec = catalog.get(model)
    if not spec.is_listed:
        return
    known = {parameter.name: parameter for parameter in spec.parameters}.get("dimensions")
    if known is None:
        raise Refused(
            "dimensions",
            _("%(model)s always gives the same number of dimensions. Leave the field empty, or choose another model.")
            % {"model": spec.label},
        )
    if known.maximum and dimensions > known.maximum:
        raise Refused(
            "dimensions",
            _("%(model)s gives at most %(most)s dimensions.")
            % {"model": spec.label, "most": number_format(int(known.maximum))},
        )


def _line(told: Mapping[str, Any], name: str, longest: int) -> str:
    value = told.get(name)
    line = storable(value).strip() if isinstance(value, str) else ""
    if not line:
        raise Refused(name, _("This field is needed."))
    if len(line) > longest:
        raise Refused(name, _("At most %(most)s characters.") % {"most": number_format(longest)})
    return line


def _code(told: Mapping[str, Any], name: str) -> str:
    """Of a country or a language."""
    value = told.get(name)
    code = value.strip().lower() if isinstance(value, str) else ""
    if code and not re.fullmatch(r"[a-z]{2,3}([-_][a-z0-9]{2,4})?", code):
        raise Refused(name, _("A short code, as cn or en."))
    return code


def _integer(told: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    value = told.get(name)
    if value in (None, ""):
        return None
    try:
        number = int(str(value))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise Refused(
            name,
            _("A whole number from %(least)s to %(most)s.")
            % {"least": number_format(least), "most": number_format(most)},
        )
    return number
