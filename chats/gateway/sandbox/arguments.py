"""The arguments of a call, taken from the words of the question as each property's name and type suggest."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from chats.gateway.sandbox import coding, leading, meaning
from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.conversions import is_unit
from chats.gateway.sandbox.corpus import words_of

ADDRESS = re.compile(r"https?://[^\s<>\"'，。）)]+")
DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
QUOTED = re.compile(r"[“\"「『']([^”\"」』']+)[”\"」』']")
CITIES = (
    "北京 上海 广州 深圳 杭州 南京 成都 武汉 西安 重庆 天津 苏州 香港 台北 东京 伦敦 巴黎 纽约 柏林 "
    "Beijing Shanghai Guangzhou Shenzhen Hangzhou Nanjing Chengdu Wuhan Hong_Kong Tokyo London Paris Berlin New_York "
    "Rome Madrid Vienna Sydney Singapore Seoul Moscow San_Francisco Los_Angeles Chicago Munich Zurich"
)
KNOWN_PLACES = re.compile(
    "|".join(sorted((re.escape(name.replace("_", " ")) for name in CITIES.split()), reverse=True))
)
NAMED_PLACE = re.compile(r"\b(?:in|at|for|of|near|to|from)\s+((?:[A-Z][\w'-]+)(?:\s+[A-Z][\w'-]+)*)")
UNIT = re.compile(r"[A-Za-z°℃℉/²³0-9]*[A-Za-z°℃℉²³]|[\u4e00-\u9fff]{1,4}")
OPTIONS = re.compile(r"\s*(?:,|，|、|;|；|\bor\b|或者?|还是)\s*", re.IGNORECASE)
AMBIGUOUS = frozenset(
    {"in", "t", "d", "s", "h", "l", "c", "f", "k", "second", "day", "days", "year", "years", "week", "li"}
)
# Units that are words, or letters, more often.
AMBIGUOUS = frozenset(
    ["a", "c", "d", "day", "days", "f", "h", "in", "k", "l", "li", "s", "second", "t", "week", "year", "years"]
)
LONGEST = 80
DEEPEST = 6
PLACE_NAMES = frozenset({"city", "location", "place", "town", "address", "where", "region"})
MOST_PLACES = 4
MISSING: Any = object()


def all_for(function: dict[str, Any], text: str) -> Iterator[dict[str, Any]]:
    """One set of arguments, or one for each place where a place is asked for and the text names several."""
    schema = as_object(function.get("parameters"))
    places = places_in(text)[:MOST_PLACES] if PLACE_NAMES & _names(schema) else []
    for place in places or [""]:
        yield Reader(text, place).filled(schema)


def has_all(function: dict[str, Any], text: str) -> bool:
    """Whether the text holds what can hardly stand there by chance: an address, or two units with a number."""
    names = _names(as_object(function.get("parameters")))
    if "url" in names and ADDRESS.search(text):
        return True
    return sum("unit" in name for name in names) > 1 and len(_units(text)) > 1 and bool(NUMBER.search(text))


def _names(schema: dict[str, Any]) -> set[str]:
    return {name.lower() for name in as_object(schema.get("properties"))}


def places_in(text: str) -> list[str]:
    known = KNOWN_PLACES.findall(text)
    return list(dict.fromkeys(known or [found[1] for found in NAMED_PLACE.finditer(text)]))


class Reader:
    """Reads one text; each number and each unit is used once."""

    def __init__(self, text: str, place: str = "") -> None:
        self._text, self._place = text, place
        self._numbers = [_number(found) for found in NUMBER.findall(DATE.sub(" ", ADDRESS.sub(" ", text)))]
        self._units = _units(text)

    def filled(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What the text tells, and something that fits where a property is needed; all are where none is named."""
        properties = as_object(schema.get("properties"))
        needed = schema.get("required")
        needed = {name for name in needed if isinstance(name, str)} if isinstance(needed, list) else set(properties)
        found = {name: self._told(name, as_object(inner), name in needed) for name, inner in properties.items()}
        return {
            name: self._made_up(as_object(properties[name])) if value is MISSING else value
            for name, value in found.items()
            if value is not MISSING or name in needed
        }

    def _told(self, name: str, schema: dict[str, Any], is_needed: bool) -> Any:
        """What may be left out is only told by its own word."""
        choices = schema.get("enum")
        if isinstance(choices, list) and choices:
            return next((choice for choice in choices if self._means(choice, is_needed)), MISSING)
        if _kind(schema) in {"integer", "number"} and not is_needed and not self._names(name):
            return MISSING
        match _kind(schema):
            case "integer":
                return int(self._numbers.pop(0)) if self._numbers else MISSING
            case "number":
                return self._numbers.pop(0) if self._numbers else MISSING
            case "array":
                return self._several(schema)
            case "string":
                return self._words(name.lower())
            case _:
                return MISSING

    def _names(self, name: str) -> bool:
        return bool(set(words_of(name.replace("_", " "))) & set(words_of(self._text)))

    def _means(self, choice: Any, is_needed: bool = True) -> bool:
        word = str(choice).lower()
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self._text.lower()):
            return True
        return is_needed and len(word) > 1 and bool(meaning.meanings(word) & meaning.meanings(self._text))

    def _several(self, schema: dict[str, Any]) -> Any:
        items = as_object(schema.get("items"))
        if isinstance(items.get("enum"), list):
            return [choice for choice in items["enum"] if self._means(choice)] or MISSING
        if _kind(items) in {"number", "integer"}:
            numbers, self._numbers = self._numbers, []
            return numbers or MISSING
        _, colon, tail = re.sub("：", ":", self._text).rpartition(":")
        listed = [part.strip(" .?!。？！") for part in OPTIONS.split(tail if colon else _after_between(self._text))]
        return [part for part in listed if part] if len(listed) > 1 else MISSING

    def _words(self, name: str) -> Any:
        for names, read in self._readers():
            if name in names or (name.endswith(("_unit", "unit")) and "unit" in names):
                found = read()
                return found if found else MISSING
        return MISSING

    def _readers(self) -> Iterator[tuple[frozenset[str], Callable[[], str]]]:
        yield PLACE_NAMES, lambda: self._place or next(iter(places_in(self._text)), "")
        yield (
            frozenset({"query", "q", "keywords", "keyword", "search", "search_query"}),
            lambda: leading.query_of(self._text),
        )
        yield frozenset({"question", "prompt", "input"}), self._text.strip
        yield frozenset({"expression", "formula", "equation", "expr"}), lambda: coding.sum_in(self._text)
        yield frozenset({"code", "script", "program", "source"}), lambda: coding.code_for(self._text)
        yield frozenset({"url", "link", "uri", "href"}), lambda: _first(ADDRESS, self._text)
        yield frozenset({"date", "day", "start_date", "from_date"}), lambda: _first(DATE, self._text)
        yield frozenset({"email", "to_email"}), lambda: _first(EMAIL, self._text)
        yield (
            frozenset({"unit", "from", "to", "source_unit", "target_unit"}),
            lambda: self._units.pop(0) if self._units else "",
        )
        yield frozenset({"text", "message", "data", "content", "value", "title", "name"}), self._quote

    def _quote(self) -> str:
        found = QUOTED.search(self._text)
        return found[1] if found else ""

    def _made_up(self, schema: dict[str, Any]) -> Any:
        return made_up(schema, self._text)


def made_up(schema: Any, text: str, depth: int = 0) -> Any:
    """Something that fits the schema; words come from the question."""
    if not isinstance(schema, dict) or depth > DEEPEST:
        return None
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    match _kind(schema):
        case "object":
            properties = as_object(schema.get("properties"))
            return {name: made_up(inner, text, depth + 1) for name, inner in properties.items()}
        case "array":
            return [made_up(schema.get("items"), text, depth + 1)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            return text[:LONGEST]
        case _:
            return None


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    return kind if isinstance(kind, str) else ""


def _number(text: str) -> float | int:
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)


def _units(text: str) -> list[str]:
    """The units named, in order: "5 km in miles", "5公里是多少英里"."""
    spaced = re.sub(r"(?<=\d)(?=[A-Za-z\u4e00-\u9fff°℃℉])|(?<=[A-Za-z])(?=[\u4e00-\u9fff])", " ", text)
    found: list[str] = []
    for word in UNIT.findall(re.sub(r"(?<=[\u4e00-\u9fff])(?:是|等于|换成|换算成|转成|转换成|多少|为)", " ", spaced)):
        unit = word if is_unit(word) else next((word[at:] for at in range(1, len(word)) if is_unit(word[at:])), "")
        is_word = unit.isascii() and (word != unit or unit.lower() in AMBIGUOUS)
        if unit and not is_word:
            found.append(unit)
    return list(dict.fromkeys(found))


def _after_between(text: str) -> str:
    return re.sub(
        r"^.*?\b(?:between|among|from|of)\b|^.*?(?:从|在)", "", text, count=1, flags=re.IGNORECASE | re.DOTALL
    )


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""
