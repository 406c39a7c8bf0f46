"""The parameters a person set as `generationConfig` and `tools` (text.md 6.1, images.md 7.4)."""

from collections.abc import Mapping
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.values import Prompt

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


def tools(prompt: Prompt) -> list[Config]:
    """Functions in OpenAI's form become declarations; on 2.5 they cannot stand beside Google's own (text.md 6.1)."""
    declared = [dict(tool["function"]) for tool in prompt.tools if "function" in tool]
    if declared:
        return [{"functionDeclarations": declared}]
    return [{"googleSearch": {}}] if prompt.parameters.get("web_search") else []


def _thinking(facts: Mapping[str, Any], values: Mapping[str, Any]) -> Config:
    """A level or a budget, never both; thoughts come only when asked for."""
    control = facts.get("control", "")
    if not control.startswith("google.") or facts.get("mode") == "none":
        return {}
    if values.get("thinking") is False and facts.get("mode") == "optional":
        return {"thinkingBudget": 0} if control == "google.thinking_budget" else {"thinkingLevel": "minimal"}
    config: Config = {"includeThoughts": True}
    if control == "google.thinking_level" and values.get("effort"):
        config["thinkingLevel"] = values["effort"]
    if control == "google.thinking_budget" and values.get("budget") is not None:
        config["thinkingBudget"] = values["budget"]
    return config


def _is_set(values: Mapping[str, Any], name: str) -> bool:
    return values.get(name) not in (None, "", [], ())
