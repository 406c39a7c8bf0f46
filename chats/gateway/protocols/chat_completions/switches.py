"""The parameters a person set as keys of the body, as each family spells them (text.md 3.4, 3.6, 3.8)."""

from collections.abc import Callable, Mapping
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.thinking import Wish, effort

Body = dict[str, Any]

_SAME_NAME = (
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "stop",
    "verbosity",
)
CLAUDE_BUDGET = 4096
ANSWER_ROOM = 8192  # beside a thinking budget; within what every Claude 4 may write


def set_parameters(body: Body, spec: ModelSpec, values: Mapping[str, Any]) -> None:
    """Writes what is set into `body`; a value nobody set is left to the vendor."""
    body |= {name: values[name] for name in _SAME_NAME if values.get(name) not in (None, "", [], ())}
    for parameter in spec.parameters:
        if parameter.path and values.get(parameter.name) not in (None, ""):
            _put(body, parameter.path, values[parameter.name])
    _set_picture_shape(body)
    if spec.options.get("code_interpreter"):
        _put(body, "extra_body.enable_code_interpreter", True)  # a literal key of the body (text.md 8)
    _set_thinking(body, spec, values)
    _set_voice(body, spec, values)
    _set_tools(body, spec, values)


def _put(body: Body, path: str, value: Any) -> None:
    *outer, last = path.split(".")
    for key in outer:
        body = body.setdefault(key, {})
    body[last] = value


def _set_picture_shape(body: Body) -> None:
    config = body.get("extra_body", {}).get("google", {}).get("image_config")
    if config and "image_size" in config:  # some versions of the gateway mishandle a size alone (images.md 7.4)
        config.setdefault("aspect_ratio", "1:1")


def _set_thinking(body: Body, spec: ModelSpec, values: Mapping[str, Any]) -> None:
    facts = spec.options.get("thinking") or {}
    write = _CONTROLS.get(facts.get("control", "none"))
    if write and facts.get("mode") != "none":
        write(body, facts | {"adaptive": spec.options.get("claude_adaptive", False)}, Wish(values))


def _enable_thinking(body: Body, facts: Mapping[str, Any], wish: Wish) -> None:
    # Not `thinking`: the Alibaba channel does not translate it for Qwen (GS relay/channel/ali/adaptor.go).
    if wish.is_on is not None and facts.get("mode") == "optional":
        body["enable_thinking"] = wish.is_on
    if wish.budget and wish.is_on is not False:
        body["thinking_budget"] = wish.budget


def _thinking_type(body: Body, facts: Mapping[str, Any], wish: Wish) -> None:
    if wish.is_on is not None:
        body["thinking"] = {"type": "enabled" if wish.is_on else "disabled"}
    if wish.effort and wish.is_on:
        body["reasoning_effort"] = wish.effort


def _reasoning_effort(body: Body, facts: Mapping[str, Any], wish: Wish) -> None:
    if word := effort(facts, wish):
        body["reasoning_effort"] = word


def _reasoning_object(body: Body, facts: Mapping[str, Any], wish: Wish) -> None:
    if word := effort(facts, wish):
        body["reasoning"] = {"effort": word}


def _claude(body: Body, facts: Mapping[str, Any], wish: Wish) -> None:
    if wish.is_on is False:
        body["thinking"] = {"type": "disabled"}
    if not wish.is_on:
        return
    if wish.effort:
        body["reasoning_effort"] = wish.effort
    if facts["adaptive"] and not wish.budget:
        body["thinking"] = {"type": "adaptive"}
    elif wish.budget or not wish.effort:
        _claude_budget(body, wish.budget or CLAUDE_BUDGET)
    for name in ("temperature", "top_p", "top_k"):  # refused while thinking (VD extended thinking)
        body.pop(name, None)


def _claude_budget(body: Body, budget: int) -> None:
    """At least 1024 and less than max_tokens; where that leaves no room Claude answers without thinking."""
    budget = max(1024, budget)
    budget = min(budget, body.setdefault("max_tokens", budget + ANSWER_ROOM) - 1)
    if budget >= 1024:
        body["thinking"] = {"type": "enabled", "budget_tokens": budget}


def _google(body: Body, config: Body) -> None:
    # Thoughts come only when asked for; the keys must be snake_case (GS relay-gemini.go).
    _put(body, "extra_body.google.thinking_config", config | {"include_thoughts": True})


def _google_budget(body: Body, facts: Mapping[str, Any], wish: Wish) -> None:
    if wish.is_on is False:
        low = 0 if facts.get("mode") == "optional" else facts.get("minimum", 128)
        _google(body, {"thinking_budget": low})
    elif wish.budget is not None:
        _google(body, {"thinking_budget": wish.budget})
    else:
        _google(body, {"thinking_budget": -1} if wish.is_on else {})


def _google_level(body: Body, facts: Mapping[str, Any], wish: Wish) -> None:
    level = effort(facts, wish)
    _google(body, {"thinking_level": level} if level else {})


def _extra_body_thinking(body: Body, facts: Mapping[str, Any], wish: Wish) -> None:
    # The code interpreter runs only while thinking (VD DashScope), so it is on unless refused.
    _put(body, "extra_body.enable_thinking", wish.is_on is not False)
    if wish.budget and wish.is_on is not False:
        _put(body, "extra_body.thinking_budget", wish.budget)


_CONTROLS: dict[str, Callable[[Body, Mapping[str, Any], Wish], None]] = {
    "enable_thinking": _enable_thinking,
    "thinking.type": _thinking_type,
    "reasoning_effort": _reasoning_effort,
    "reasoning.effort": _reasoning_object,
    "claude": _claude,
    "google.thinking_budget": _google_budget,
    "google.thinking_level": _google_level,
    "extra_body.enable_thinking": _extra_body_thinking,
}


def _set_voice(body: Body, spec: ModelSpec, values: Mapping[str, Any]) -> None:
    speaks = spec.options.get("speaks")
    if not speaks:
        return
    voice = values.get("voice")
    if voice is None and speaks == "openai":
        # gpt-audio refuses a call with sound neither in nor out (VD OpenAI audio guide).
        voice = next(iter(spec.options.get("voices") or ()), "alloy")
    # Qwen-Omni refuses sound while it thinks (VD Qwen-Omni guide).
    if not voice or (speaks == "qwen" and body.get("enable_thinking")):
        body["modalities"] = ["text"]
        return
    # OpenAI streams pcm16 only; Qwen says wav and sends the same raw PCM (text.md 3.6).
    body["modalities"] = ["text", "audio"]
    body["audio"] = {"voice": voice, "format": "pcm16" if speaks == "openai" else "wav"}


_SEARCHES: dict[str, tuple[str, Any]] = {
    "anthropic": ("web_search_options", {"search_context_size": "medium"}),
    "alibaba": ("enable_search", True),
    "xai": ("search_parameters", {"mode": "auto"}),
    "baidu": ("web_search", {"enable": True}),
}


_GOOGLES = {"web_search": "googleSearch", "code_execution": "codeExecution", "url_context": "urlContext"}


def _set_tools(body: Body, spec: ModelSpec, values: Mapping[str, Any]) -> None:
    """The vendor's own tools, and how ours may be used."""
    if spec.vendor == "google":
        _set_googles(body, values)
    elif values.get("web_search") and spec.vendor in _SEARCHES:  # as text.md 3.8 lists it; elsewhere there is none
        key, value = _SEARCHES[spec.vendor]
        body[key] = value
    if values.get("code_execution") and spec.vendor == "alibaba":
        _put(body, "extra_body.enable_code_interpreter", True)
        _put(body, "extra_body.enable_thinking", True)  # it runs only while thinking (VD DashScope)
    if not body.get("tools"):
        return
    if choice := values.get("tool_choice"):
        # Claude cannot be forced while it thinks (VD extended thinking).
        is_forced = choice == "required" and body.get("thinking", {}).get("type") in ("enabled", "adaptive")
        body["tool_choice"] = "auto" if is_forced else choice
    if values.get("parallel_tool_calls") is not None:
        body["parallel_tool_calls"] = values["parallel_tool_calls"]


def _set_googles(body: Body, values: Mapping[str, Any]) -> None:
    """Functions of these names turn into Google's own tools (GS relay-gemini.go), which cannot stand beside ours."""
    wanted = [name for key, name in _GOOGLES.items() if values.get(key)]
    if wanted and not body.get("tools"):
        functions = ({"name": name, "parameters": {"type": "object"}} for name in wanted)
        body["tools"] = [{"type": "function", "function": function} for function in functions]
