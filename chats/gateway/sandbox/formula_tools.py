"""What Kimi's system tools do here: searched, converted, computed, remembered for real, in a small way."""

import base64
import csv
import datetime
import io
import json
import statistics
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chats.gateway.sandbox import corpus, evaluate, searching
from chats.gateway.sandbox.conversions import converted
from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.javascript import as_python
from chats.gateway.sandbox.recipe import seed_of
from chats.gateway.sandbox.workshop import Workshop

CLASSES = ["all", "academic", "social", "library", "finance", "code", "ecommerce", "medical"]
CATS = (r"/\_/\ ", "( o.o )", " > ^ < ")
REMEMBERED_KEYS, MOST_REMEMBERED = 200, 100
_memories: "OrderedDict[str, dict[str, str]]" = OrderedDict()


class Failed(Exception):
    """A run that ends with an error, which the model is told of."""


@dataclass(frozen=True, slots=True)
class Setting:
    shop: Workshop
    owner: str  # hash of the key: memories are kept apart


Work = Callable[[Mapping[str, Any], Setting], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    properties: dict[str, Any]
    run: Work
    needed: tuple[str, ...] = ()
    is_protected: bool = field(default=False)

    def declared(self) -> dict[str, Any]:
        schema = {"type": "object", "properties": self.properties, "required": list(self.needed)}
        function = {"name": self.name, "description": self.description, "parameters": schema}
        return {"type": "function", "function": function}


async def _web_search(given: Mapping[str, Any], _: Setting) -> str:
    return results_of(corpus.search(str(given["query"]), 5))


async def _convert(given: Mapping[str, Any], _: Setting) -> str:
    return converted(float(given["value"]), str(given["from_unit"]), str(given["to_unit"]))


async def _rethink(given: Mapping[str, Any], _: Setting) -> str:
    sentences = [part.strip() for part in str(given["thought"]).replace("。", ". ").split(". ") if part.strip()]
    return "Thoughts in order:\n" + "\n".join(f"{at}. {text}" for at, text in enumerate(sentences, 1))


async def _choose(given: Mapping[str, Any], _: Setting) -> str:
    """The same options have the same choice."""
    options = [str(one) for one in given["options"]]
    if not options:
        raise Failed("no options")
    return options[seed_of("\n".join(options), 1) % len(options)]


async def _mew(given: Mapping[str, Any], _: Setting) -> str:
    return "\n".join([*CATS, str(given.get("message") or "mew")])


async def _remember(given: Mapping[str, Any], setting: Setting) -> str:
    held = _memories.setdefault(setting.owner, {})
    _memories.move_to_end(setting.owner)
    if len(_memories) > REMEMBERED_KEYS:
        _memories.popitem(last=False)
    key, value = str(given.get("key") or ""), str(given.get("value") or "")
    match given["action"]:
        case "store":
            return _stored(held, key, value)
        case "retrieve":
            return held.get(key) or f"nothing is remembered as {key!r}"
        case "delete":
            return "forgotten" if held.pop(key, None) else f"nothing is remembered as {key!r}"
        case "list":
            return json.dumps(held, ensure_ascii=False)
        case other:
            raise Failed(f"unknown action {other!r}")


def _stored(held: dict[str, str], key: str, value: str) -> str:
    if not key or len(held) >= MOST_REMEMBERED:
        raise Failed("a key is needed" if not key else "the memory is full")
    held[key[:200]] = value[:4000]
    return f"remembered {key!r}"


async def _read_table(given: Mapping[str, Any], _: Setting) -> str:
    rows = list(csv.reader(io.StringIO(str(given["csv"]))))
    if len(rows) < 2:
        raise Failed("the table has no rows")
    head, body = rows[0], rows[1:]
    told = [f"{len(body)} rows, {len(head)} columns: {', '.join(head)}"]
    for at, name in enumerate(head):
        numbers = [number for row in body if at < len(row) and (number := _number(row[at])) is not None]
        if numbers:
            ends = f"least {min(numbers):g}, most {max(numbers):g}"
            told.append(f"{name}: sum {sum(numbers):g}, mean {statistics.fmean(numbers):g}, {ends}")
    return "\n".join(told)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


async def _date(given: Mapping[str, Any], _: Setting) -> str:
    """Now, the days between two dates, or a date some days later."""
    operation = given.get("operation") or "now"
    if operation == "now":
        return datetime.datetime.now(_zone(str(given.get("timezone") or "Asia/Shanghai"))).isoformat(timespec="seconds")
    first = datetime.date.fromisoformat(str(given["date"]))
    if operation == "between":
        return f"{(datetime.date.fromisoformat(str(given['other_date'])) - first).days} days"
    if operation == "add":
        return (first + datetime.timedelta(days=int(given["days"]))).isoformat()
    raise Failed(f"unknown operation {operation!r}")


def _zone(name: str) -> datetime.tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Failed(f"unknown timezone {name!r}") from error


async def _encode(given: Mapping[str, Any], _: Setting) -> str:
    return base64.b64encode(str(given["data"]).encode()).decode()


async def _decode(given: Mapping[str, Any], _: Setting) -> str:
    return base64.b64decode(str(given["data"]), validate=True).decode("utf-8", "replace")


async def _fetch(given: Mapping[str, Any], setting: Setting) -> str:
    try:
        title, text = await searching.page_of(str(given["url"]), setting.shop)
    except Refusal as refusal:
        raise Failed(refusal.fault.message) from refusal
    return f"# {title}\n\n{text}"[: int(given.get("max_length") or 20_000)]


async def _javascript(given: Mapping[str, Any], _: Setting) -> str:
    return _outcome(evaluate.run(as_python(str(given["code"]))))


async def _python(given: Mapping[str, Any], _: Setting) -> str:
    return _outcome(evaluate.run(str(given["code"])))


def _outcome(ran: evaluate.Ran) -> str:
    if ran.error:
        raise Failed("\n".join(evaluate.outcome(ran)))
    return ran.output


def results_of(pages: list[corpus.Page]) -> str:
    """Search results as a tool gives them."""
    rows = [{"title": one.title, "url": one.link, "snippet": one.snippet, "date": one.date} for one in pages]
    return json.dumps({"results": rows}, ensure_ascii=False)


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description} | more


CODE = "Code to run; what it prints is the result."
QUERY = {
    "query": _text("What to search for."),
    "classes": {"type": "array", "items": {"type": "string", "enum": CLASSES}, "description": "Kinds of source."},
}
UNITS = {
    "value": {"type": "number", "description": "The amount."},
    "from_unit": _text("The unit it is in, such as km or °C."),
    "to_unit": _text("The unit wanted."),
}
MEMORY = {
    "action": _text("What to do.", enum=["store", "retrieve", "delete", "list"]),
    "key": _text("The name of the memory."),
    "value": _text("What to remember."),
}
DATES = {
    "operation": _text("What to find out.", enum=["now", "between", "add"]),
    "timezone": _text("An IANA name such as Asia/Shanghai."),
    "date": _text("YYYY-MM-DD"),
    "other_date": _text("YYYY-MM-DD"),
    "days": {"type": "integer", "description": "Days to add."},
}
OPTIONS = {"options": {"type": "array", "items": {"type": "string"}, "description": "What to choose from."}}
ADDRESS = {"url": _text("The address of the page."), "max_length": {"type": "integer", "description": "Characters."}}
FORMULAS: dict[str, tuple[Tool, ...]] = {
    "web-search": (Tool("web_search", "Search the web for information.", QUERY, _web_search, ("query",), True),),
    "convert": (
        Tool(
            "convert",
            "Convert a value between units of length, mass, temperature, volume, area, speed, time or data.",
            UNITS,
            _convert,
            ("value", "from_unit", "to_unit"),
        ),
    ),
    "rethink": (Tool("rethink", "Put thoughts in order.", {"thought": _text("A thought.")}, _rethink, ("thought",)),),
    "random-choice": (
        Tool("random_choice", "Choose one of several options at random.", OPTIONS, _choose, ("options",)),
    ),
    "mew": (Tool("mew", "A cat that says mew.", {"message": _text("What the cat says.")}, _mew),),
    "memory": (Tool("memory", "Remember something and recall it later.", MEMORY, _remember, ("action",)),),
    "excel": (Tool("excel", "Analyse a table given as CSV.", {"csv": _text("The table.")}, _read_table, ("csv",)),),
    "date": (Tool("date", "The date and time now, or reckoning with dates.", DATES, _date),),
    "base64": (
        Tool("base64_encode", "Encode a text as base64.", {"data": _text("The text.")}, _encode, ("data",)),
        Tool("base64_decode", "Decode base64 to text.", {"data": _text("The base64.")}, _decode, ("data",)),
    ),
    "fetch": (Tool("fetch", "Fetch a page from an address and read it.", ADDRESS, _fetch, ("url",)),),
    "quickjs": (Tool("quickjs", "Run JavaScript code.", {"code": _text(CODE)}, _javascript, ("code",)),),
    "code_runner": (Tool("code_runner", "Run Python code.", {"code": _text(CODE)}, _python, ("code",)),),
}
