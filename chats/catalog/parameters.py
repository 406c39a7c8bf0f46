"""What a person may set for a model, computed from its facts; the panel shows it and the doors check against it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from .spec import ModelSpec

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Parameter:
    """One control of a model's panel. `type`: number, integer, text, boolean, choice, list.

    A value that nobody set is not sent, so the vendor's own default holds; `default` only names it.
    """

    name: str
    type: str
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None  # of a list: how many items
    step: float | None = None
    choices: tuple[Value, ...] = ()
    max_length: int | None = None
    not_with: tuple[str, ...] = ()  # ruled out while one of these is on
    only_with: str = ""  # ruled out while this other parameter is off
    is_main: bool = False  # one of the two or three that a generation's form shows unfolded
    is_required: bool = False  # never left out: what the gateway would fill in is refused
    path: str = ""  # where the value goes when it is not a top-level key
    also: tuple[str, ...] = ()  # further places of the same value
    sent_as: Mapping[str, Any] = field(
        default_factory=dict
    )  # what stands on the wire for it; what is not named is not sent
    is_sent: bool = True  # False: it only tells the protocol how to send
    note: str = ""
    protocols: tuple[str, ...] = ()  # offered only while one of these is chosen

    def described(self) -> dict[str, Any]:
        """As the panel reads it: without what is not set, and without where it goes on the wire."""
        facts = asdict(self)
        for name in ("path", "also", "sent_as", "is_sent"):
            del facts[name]
        for name in ("is_required", "is_main"):
            if not facts[name]:
                del facts[name]
        return {key: value for key, value in facts.items() if value not in (None, "", ())}


_NOT_RESPONSES = ("chat_completions", "messages", "generate_content")
_NEITHER = ("chat_completions", "generate_content")  # not among the fields of /v1/responses and /v1/messages
CHAT = (
    Parameter("temperature", "number", minimum=0, maximum=2, step=0.1),
    Parameter("top_p", "number", minimum=0, maximum=1, step=0.05),
    Parameter("max_tokens", "integer", minimum=1),
    Parameter("frequency_penalty", "number", minimum=-2, maximum=2, step=0.1, protocols=_NEITHER),
    Parameter("presence_penalty", "number", minimum=-2, maximum=2, step=0.1, protocols=_NEITHER),
    Parameter("seed", "integer", minimum=0, maximum=2**31 - 1, protocols=_NEITHER),
    Parameter("stop", "list", maximum=4, max_length=200, protocols=_NOT_RESPONSES),
)
BUDGETED = ("enable_thinking", "extra_body.enable_thinking", "claude", "google.thinking_budget")
WORDED = ("reasoning_effort", "reasoning.effort", "google.thinking_level")
VENDORS_TOOLS = ("web_search", "code_execution", "url_context", "image_generation")


def of_spec(spec: "ModelSpec") -> tuple[Parameter, ...]:
    """Every control of `spec`, in the order of the panel; of a generation those of all its tasks."""
    offered = [p for p in _all(spec) if p.name not in spec.without]
    usual = tuple(_overridden(p, spec.overrides) for p in offered)
    own: dict[str, Parameter] = {}
    for task in (None, *spec.options.get("tasks", ())):
        own = {p.name: p for p in of_task(spec, task)} | own
    return usual + tuple(p for name, p in own.items() if name not in {p.name for p in offered})


def of_task(spec: "ModelSpec", task: str | None) -> tuple[Parameter, ...]:
    """Those that only the model's own block and family name, as `task` of it has them; the main ones first."""
    facts = merged(spec.overrides, spec.options.get("tasks", {}).get(task, {}).get("parameters", {}) if task else {})
    own = [_overridden(Parameter(name, facts[name]["type"]), facts) for name in facts if "type" in facts[name]]
    offered = [p for p in own if p.name not in spec.without]
    return tuple(sorted(offered, key=lambda p: not p.is_main))


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`, table by table."""
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if both else value
    return result


def _all(spec: "ModelSpec") -> Iterator[Parameter]:
    ways = spec.ways
    for parameter in _usual(spec) if ways else ():
        its_ways = tuple(name for name in ways if name in (parameter.protocols or ways))
        if its_ways:
            yield replace(parameter, protocols=its_ways if its_ways != ways else ())
    if len(ways) > 1:
        yield Parameter("protocol", "choice", default=spec.protocol, choices=ways)


def _usual(spec: "ModelSpec") -> Iterator[Parameter]:
    yield Parameter("system_prompt", "text", max_length=40_000)
    yield from _thinking(spec.options.get("thinking") or {})
    yield from _of_vendor(spec)
    yield from CHAT
    yield from _voice(spec)
    yield from _film(spec)
    for name, its_ways in (spec.options.get("tools") or {}).items():
        yield Parameter(name, "boolean", protocols=tuple(its_ways))
    if spec.takes_functions:
        yield Parameter("tool_choice", "choice", default="auto", choices=("auto", "required", "none"))
        yield Parameter("parallel_tool_calls", "boolean", protocols=("chat_completions", "responses"))


def _of_vendor(spec: "ModelSpec") -> Iterator[Parameter]:
    """Switches of one vendor's formats (text.md 3.1, 4.1, 5.1)."""
    thinks = (spec.options.get("thinking") or {}).get("mode", "none") != "none"
    if thinks and spec.vendor == "openai":
        words = ("auto", "concise", "detailed")
        yield Parameter("summary", "choice", default="auto", choices=words, protocols=("responses",))
    if spec.options.get("verbosity"):
        yield Parameter("verbosity", "choice", default="medium", choices=("low", "medium", "high"))
    if spec.vendor == "anthropic":
        yield Parameter("interleaved", "boolean", only_with="thinking", protocols=("messages",))
        yield Parameter("cache", "boolean", protocols=("messages",))


def _thinking(facts: Mapping[str, Any]) -> Iterator[Parameter]:
    control, mode = facts.get("control", "none"), facts.get("mode", "none")
    switch = "thinking" if mode == "optional" else ""
    if switch:
        yield Parameter("thinking", "boolean")
    efforts = facts.get("efforts") or (facts.get("values") if control in WORDED else ()) or ()
    efforts = tuple(word for word in efforts if word != "none" or not switch)  # off is the switch's word for it
    if len(efforts) > 1:
        yield Parameter("effort", "choice", choices=efforts, only_with=switch)
    if control in BUDGETED and (control != "google.thinking_budget" or "maximum" in facts):
        low, high = facts.get("minimum", 1), facts.get("maximum")
        yield Parameter("budget", "integer", minimum=low, maximum=high, only_with=switch)


def _voice(spec: "ModelSpec") -> Iterator[Parameter]:
    if "audio" in spec.outputs and spec.options.get("voices"):
        # qwen3-omni-flash refuses sound while it thinks (text.md 3.6)
        silenced = ("thinking",) if "thinking" in spec.options else ()
        yield Parameter("voice", "choice", choices=tuple(spec.options["voices"]), not_with=silenced)


def _film(spec: "ModelSpec") -> Iterator[Parameter]:
    """How a film is looked at, where a format can say so (text.md 3.2, 6.1)."""
    facts = spec.options.get("film")
    if not facts or "video" not in spec.inputs:
        return
    ways = tuple(facts["protocols"])
    yield Parameter("fps", "number", minimum=facts["fps"][0], maximum=facts["fps"][1], step=0.1, protocols=ways)
    if facts.get("offsets"):
        yield Parameter("start_s", "number", minimum=0, step=1, protocols=ways)
        yield Parameter("end_s", "number", minimum=0, step=1, protocols=ways)


def _overridden(parameter: Parameter, overrides: Mapping[str, Mapping[str, Any]]) -> Parameter:
    facts = dict(overrides.get(parameter.name, {}))
    for key in ("choices", "not_with", "also", "protocols"):
        if key in facts:
            facts[key] = tuple(facts[key])
    return replace(parameter, **facts) if facts else parameter


def clean_parameters(spec: "ModelSpec", raw: Mapping[str, Any]) -> dict[str, Any]:
    """`raw` without what is empty or ruled out by another setting; ValueError says plainly what is wrong."""
    return cleaned(spec, spec.parameters, raw)


def cleaned(spec: "ModelSpec", parameters: Iterable[Parameter], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The same for some of the model's settings, those of one task."""
    known = {p.name: p for p in parameters}
    raw = _of_protocol(spec, known, raw)
    for name in raw:
        if name not in known:
            raise ValueError(_("%(model)s has no setting “%(name)s”.") % {"model": spec.label, "name": name})
    given = {name: value for name, value in raw.items() if value not in (None, "", [])}
    values = {name: _checked(known[name], value) for name, value in given.items()}
    kept = {name: v for name, v in values.items() if values.get(known[name].only_with) is not False}
    kept = {name: v for name, v in kept.items() if not any(kept.get(rival) for rival in known[name].not_with)}
    _check_budget(spec, kept)
    return kept


def _of_protocol(spec: "ModelSpec", known: Mapping[str, Parameter], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Without what the chosen protocol cannot say; a choice where there is none is one of another model's."""
    chosen = raw.get("protocol") or spec.protocol
    return {
        name: value
        for name, value in raw.items()
        if (name in known or name != "protocol")
        and (name not in known or not known[name].protocols or chosen in known[name].protocols)
    }


def _check_budget(spec: "ModelSpec", values: Mapping[str, Any]) -> None:
    is_claude = (spec.options.get("thinking") or {}).get("control") == "claude"
    budget, cap = values.get("budget"), values.get("max_tokens")
    if is_claude and budget and cap and budget >= cap:
        raise ValueError(_("The thinking budget must be smaller than the maximum of tokens."))


def _checked(parameter: Parameter, value: Any) -> Any:
    check = {
        "number": _number,
        "integer": _integer,
        "boolean": _boolean,
        "choice": _choice,
        "list": _list,
        "text": _text,
    }[parameter.type]
    return check(parameter, value)


def _wrong(parameter: Parameter, sentence: str, **facts: Any) -> ValueError:
    return ValueError(sentence % {"name": parameter.name, **facts})


def _number(parameter: Parameter, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise _wrong(parameter, _("“%(name)s” must be a number."))
    low, high = parameter.minimum, parameter.maximum
    if low is not None and value < low:
        raise _wrong(parameter, _("“%(name)s” must be at least %(low)s."), low=f"{low:g}")
    if high is not None and value > high:
        raise _wrong(parameter, _("“%(name)s” must be at most %(high)s."), high=f"{high:g}")
    return value


def _integer(parameter: Parameter, value: Any) -> int:
    number = _number(parameter, value)
    if number != int(number):
        raise _wrong(parameter, _("“%(name)s” must be a whole number."))
    return int(number)


def _boolean(parameter: Parameter, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(parameter, _("“%(name)s” must be on or off."))
    return value


def _choice(parameter: Parameter, value: Any) -> Value:
    if isinstance(value, bool) or value not in parameter.choices:
        choices = ", ".join(map(str, parameter.choices))
        raise _wrong(parameter, _("“%(name)s” must be one of: %(choices)s."), choices=choices)
    return parameter.choices[parameter.choices.index(value)]  # 5, not the 5.0 that a browser may have sent


def _text(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(parameter, _("“%(name)s” must be text."))
    if parameter.max_length and len(value) > parameter.max_length:
        most = parameter.max_length
        raise _wrong(parameter, _("“%(name)s” may have at most %(most)s characters."), most=most)
    return value


def _list(parameter: Parameter, value: Any) -> list[str]:
    items = value if isinstance(value, list) else None
    if items is None or not all(isinstance(item, str) for item in items):
        raise _wrong(parameter, _("“%(name)s” must be a list of words."))
    kept = [_text(parameter, item) for item in items if item]
    if parameter.maximum and len(kept) > parameter.maximum:
        raise _wrong(parameter, _("“%(name)s” takes at most %(most)s."), most=int(parameter.maximum))
    return kept
