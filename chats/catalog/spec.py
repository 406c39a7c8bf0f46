"""One model as data: its names, what goes in and comes out, how it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .parameters import Parameter, of_spec

AVAILABLE_PROTOCOLS = frozenset(
    {"chat_completions", "generate_content", "images", "async_images", "video_generations", "videos"}
)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One entry of the catalog; `model` is the id everywhere and, but for `wire_model`, the name on the wire.

    `inputs` and `outputs` hold kinds: text image video audio file (outputs also vector).
    `options` holds facts of the family that protocols and fit() read; docs/catalog.md lists them.
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
    label_zh: str = ""
    vendor_label: str = ""
    vendor_zh: str = ""
    section: str = ""
    page: str = ""
    protocols: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()  # other wire names with the same facts
    words: tuple[str, ...] = ()  # of the family and the vendor, for the search
    notes: str = ""
    notes_zh: str = ""
    seed_names: tuple[str, ...] = ()  # its pages in the gateway's list
    without: frozenset[str] = frozenset()  # parameters nobody is offered
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_listed: bool = True  # False: known only because somebody named it

    @property
    def is_available(self) -> bool:
        return self.protocol in AVAILABLE_PROTOCOLS

    @property
    def wire_model(self) -> str:
        return self.options.get("wire_model", self.model)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return of_spec(self)
