"""One model as data: its names, what goes in and comes out, how it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .parameters import Parameter, of_spec

REPLY_PROTOCOLS = frozenset({"chat_completions", "responses", "messages", "generate_content"})
CALL_PROTOCOLS = frozenset({"embeddings", "rerank", "search", "formulas"})  # answered at once, on a bench
AVAILABLE_PROTOCOLS = REPLY_PROTOCOLS | CALL_PROTOCOLS | {"images", "async_images", "video_generations", "videos"}
# What the other formats can carry is less than a model may take (text.md 3.2, 4.1, 5.1).
_CARRIED = {
    "responses": frozenset({"text", "image", "file"}),
    "messages": frozenset({"text", "image", "file"}),
}


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
    def is_bench(self) -> bool:
        """Whether it is worked with on a bench, never in a conversation."""
        return self.protocol in CALL_PROTOCOLS

    @property
    def ways(self) -> tuple[str, ...]:
        """The protocols a conversation may choose from, the usual one first."""
        usual = (self.protocol,) if self.protocol in REPLY_PROTOCOLS else ()
        others = (name for name in self.protocols if usual and name in REPLY_PROTOCOLS and name != self.protocol)
        return (*usual, *others)

    @property
    def takes_functions(self) -> bool:
        """Whether it can be given tools of ours."""
        return bool(self.ways) and bool(self.options.get("functions", True))

    @property
    def wire_model(self) -> str:
        return self.options.get("wire_model", self.model)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return of_spec(self)


def asked_by(spec: ModelSpec, parameters: Mapping[str, Any]) -> ModelSpec:
    """`spec` as it is asked with the protocol that `parameters` choose: only what that one carries goes in.

    A choice from before that is no longer one counts as none.
    """
    chosen = parameters.get("protocol")
    if chosen not in spec.ways or chosen == spec.protocol:
        return spec
    return replace(spec, protocol=chosen, inputs=spec.inputs & _CARRIED.get(chosen, spec.inputs))
