"""The parameters a person set as `generationConfig` (text.md 6.1, images.md 7.4)."""

from collections.abc import Mapping
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.thinking import Wish, effort

Config = dict[str, Any]

_NAMES = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "max_tokens": "maxOutputTokens",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
    "seed": "seed",
    "stop": "stopSequences",
}
_PICTURE = {"aspect_ratio": "aspectRatio", "image_size": "imageSize"}


def generation_config(spec: ModelSpec, values: Mapping[str, Any]) -> Config:
    """What is set; the rest is left to the vendor."""
    config: Config = {wire: values[name] for name, wire in _NAMES.items() if _is_set(values, name)}
    if "image" in spec.outputs:
        # Without it some ids only talk (images.md 7.4).
        config["responseModalities"] = ["TEXT", "IMAGE"]
        if picture := {wire: values[name] for name, wire in _PICTURE.items() if _is_set(values, name)}:
            config["imageConfig"] = picture
    if thinking := _thinking(spec.options.get("thinking") or {}, values):
        config["thinkingConfig"] = thinking
    return config


def _thinking(facts: Mapping[str, Any], values: Mapping[str, Any]) -> Config:
    """A level or a budget, never both; thoughts come only when asked for."""
    control = facts.get("control", "")
    if not control.startswith("google.") or facts.get("mode") == "none":
        return {}
    wish = Wish(values)
    if control == "google.thinking_level":
        level = effort(facts, wish)
        return {"includeThoughts": True} | ({"thinkingLevel": level} if level else {})
    if wish.is_on is False:
        return _off(facts)
    budget = wish.budget if wish.budget is not None else -1 if wish.is_on else None  # -1: as it sees fit
    return {"includeThoughts": True} | ({} if budget is None else {"thinkingBudget": budget})


def _off(facts: Mapping[str, Any]) -> Config:
    """Where there is no off, the least it can."""
    if facts.get("mode") == "optional":
        return {"thinkingBudget": 0}
    return {"includeThoughts": True, "thinkingBudget": facts.get("minimum", 128)}


def _is_set(values: Mapping[str, Any], name: str) -> bool:
    return values.get(name) not in (None, "", [], ())
