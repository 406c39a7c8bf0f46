"""Turns models.toml and families.toml into specs, once per process."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .parameters import merged
from .spec import ModelSpec

HERE = Path(__file__).parent


@cache
def specs() -> dict[str, ModelSpec]:
    """Every block of models.toml by its id, in the order of the file."""
    shared = _parsed("families.toml")
    found = {}
    for block in _parsed("models.toml")["model"]:
        spec = _spec(block, shared)
        if spec.model in found:
            raise ValueError(f"models.toml has two blocks for {spec.model}")
        found[spec.model] = spec
    return found


@cache
def variants() -> dict[str, ModelSpec]:
    """A spec for each further wire name, with what its block's `[model.variant."name"]` says otherwise."""
    shared = _parsed("families.toml")
    return {
        name: _spec(_of_variant(block, name), shared)
        for block in _parsed("models.toml")["model"]
        for name in block.get("variants", ())
    }


def _of_variant(block: Mapping[str, Any], name: str) -> dict[str, Any]:
    facts = merged(block, block.get("variant", {}).get(name, {}))
    facts["options"] = {key: value for key, value in facts.get("options", {}).items() if key != "wire_model"}
    left_out = ("label", "label_zh", "aliases", "variants")
    return {key: value for key, value in facts.items() if key not in left_out} | {"id": name}


def _parsed(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _spec(block: Mapping[str, Any], shared: Mapping[str, Any]) -> ModelSpec:
    family, vendor = shared["family"].get(block["family"], {}), shared["vendor"][block["vendor"]]
    return ModelSpec(
        model=block["id"],
        label=block.get("label", block["id"]),
        options=_with_named_parameters(merged(family.get("options", {}), block.get("options", {}))),
        overrides=merged(_named(family.get("parameters", {})), _named(block.get("parameters", {}))),
        inputs=frozenset(block["inputs"]),
        outputs=frozenset(block["outputs"]),
        without=frozenset(family.get("without", ())) | frozenset(block.get("without", ())),
        protocols=tuple(block.get("protocols", (block["protocol"],))),
        vendor_label=vendor["name"],
        vendor_zh=vendor.get("name_zh", ""),
        words=tuple(family.get("words", ())) + tuple(vendor.get("words", ())) + tuple(block.get("words", ())),
        **dict(_plain(block)),
    )


PLAIN = ("vendor", "family", "protocol", "kind", "context_tokens", "label_zh", "section", "page")
PROSE = ("notes", "notes_zh")
LISTS = ("aliases", "variants", "seed_names")


def _plain(block: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key in PLAIN + PROSE:
        if key in block:
            yield key, block[key]
    for key in LISTS:
        yield key, tuple(block.get(key, ()))


def _with_named_parameters(options: dict[str, Any]) -> dict[str, Any]:
    if "tasks" in options:
        named = {
            name: task | {"parameters": _named(task.get("parameters", {}))} for name, task in options["tasks"].items()
        }
        return options | {"tasks": named}
    return options


def _named(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """ "metadata.seed" is the parameter `seed` whose value goes to that path."""
    return {
        name.rpartition(".")[2]: ({"path": name} if "." in name else {}) | facts for name, facts in parameters.items()
    }
