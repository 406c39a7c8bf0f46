"""What can be asked: every model as data, read from models.toml once; the only room that knows a model by name."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

AVAILABLE_PROTOCOLS = frozenset({"chat_completions"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One control of a model's panel. `type`: number, integer, text, boolean, choice, list."""

    name: str
    type: str
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One entry of the catalog; `model` is the name on the wire and the id everywhere else.

    `inputs` and `outputs` hold kinds: text image video audio file (outputs also vector).
    `options` holds facts of the family that protocols read (how thinking is switched, data URL forms, limits).
    """

    model: str
    label: str
    vendor: str
    family: str = ""
    protocol: str = "chat_completions"
    inputs: frozenset[str] = frozenset({"text"})
    outputs: frozenset[str] = frozenset({"text"})
    kind: str = "chat"
    context_tokens: int | None = None
    aliases: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_available(self) -> bool:
        return self.protocol in AVAILABLE_PROTOCOLS
