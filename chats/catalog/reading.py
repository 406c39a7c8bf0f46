"""Turns models.toml and families.toml into specs, once per process."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .spec import ModelSpec

HERE = Path(__file__).parent


@cache
def specs() -> dict[str, ModelSpec]:
    """Every block of models.toml by its id, in the order of the file."""
    shared = _parsed("families.toml")
    found = {}
    for block in _parsed("models.toml")["model"]:
        spec = _spec(block, shared["family"].get(block["family"], {}), shared["vendor"][block["vendor"]])
        if spec.model in found:
            raise ValueError(f"models.toml has two blocks for {spec.model}")
        found[spec.model] = spec
    return found


@cache
def owners() -> dict[str, str]:
    """The block that speaks for each further wire name."""
    return {variant: spec.model for spec in specs().values() for variant in spec.variants}


def _parsed(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _spec(block: Mapping[str, Any], family: Mapping[str, Any], vendor: Mapping[str, Any]) -> ModelSpec:
    return ModelSpec(
        model=block["id"],
        label=block.get("label", block["id"]),
        options=merged(family.get("options", {}), block.get("options", {})),
        overrides=merged(family.get("parameters", {}), block.get("parameters", {})),
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


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`, table by table."""
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result
