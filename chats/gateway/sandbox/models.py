"""Which models the sandbox lists and what each takes: the catalog's file as data, or a handful without it."""

import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from chats.gateway.sandbox.errors import Fault, Refusal, refused_upstream, usual
from chats.gateway.sandbox.settings import Settings

CREATED = 1626777600  # a constant at the gateway too (text.md 1.3)


@dataclass(frozen=True, slots=True)
class Model:
    id: str
    owner: str = "custom"
    protocols: tuple[str, ...] = ("chat_completions",)
    inputs: frozenset[str] = frozenset({"text"})
    outputs: frozenset[str] = frozenset({"text"})
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def always_streams(self) -> bool:
        """Qwen's thinking names answer with SSE whatever was asked (text.md 2.1, 3.9)."""
        return self.id.startswith("qwen") and "thinking" in self.id

    @property
    def must_be_streamed(self) -> bool:
        """Kimi refuses anything else; omni models answer text without it all the same (text.md 3.6, 3.9)."""
        required = self.options.get("stream_required", False)
        return bool(required) and "audio" not in self.outputs and not self.always_streams

    def refuse_what_it_cannot_take(self, kinds: set[str]) -> None:
        for kind in sorted(kinds - self.inputs):
            raise refused_upstream(f"The model {self.id} does not support {kind} input", param="messages")


HANDFUL = (
    Model(
        "qwen2.5-omni-7b",
        "ali",
        inputs=frozenset({"text", "image", "audio", "video"}),
        outputs=frozenset({"text", "audio"}),
    ),
    Model("qwen3-vl-plus", "ali", inputs=frozenset({"text", "image", "video"})),
    Model("qwen3-max-preview", "ali"),
    Model("gpt-4o", "openai", ("chat_completions", "responses"), frozenset({"text", "image", "file"})),
    Model("gpt-audio", "openai", inputs=frozenset({"text", "audio"}), outputs=frozenset({"text", "audio"})),
    Model(
        "claude-sonnet-4-5-20250929", "custom", ("messages", "chat_completions"), frozenset({"text", "image", "file"})
    ),
    Model("gemini-2.5-flash-image", inputs=frozenset({"text", "image"}), outputs=frozenset({"text", "image"})),
    Model("deepseek-reasoner"),
)

OWNERS = {"alibaba": "ali", "openai": "openai"}  # the kind of channel, not the maker
ENDPOINT_TYPES = {
    "chat_completions": "openai",
    "responses": "openai-response",
    "messages": "anthropic",
    "generate_content": "gemini",
    "images": "image-generation",
    "embeddings": "embeddings",
    "rerank": "jina-rerank",
    "video_generations": "openai-video",
    "videos": "openai-video",
}


def listed(settings: Settings) -> dict[str, Model]:
    """By id, in the catalog's order; `settings.models` narrows it and may add names nobody has described."""
    known = _read(settings.catalog)
    if not settings.models:
        return known
    return {name: known.get(name, Model(name)) for name in settings.models}


def find(settings: Settings, allowed: frozenset[str], name: str, protocol: str = "chat_completions") -> Model:
    """Raises what the gateway answers for a model that the key may not use, or that nobody serves."""
    model = listed(settings).get(name)
    if model is None:
        raise Refusal(usual(503, model=name))
    check_allowed(name, allowed)
    if protocol not in model.protocols:
        route = protocol.replace("_", "/")
        raise Refusal(Fault(500, "A", "not_supported", f"not implemented: {name} has no {route}"))
    return model


def check_allowed(name: str, allowed: frozenset[str]) -> None:
    if allowed and name not in allowed:
        raise Refusal(Fault(403, "C", "", f"This token has no access to model {name}"))


def as_openai(model: Model) -> dict[str, Any]:
    return {
        "id": model.id,
        "object": "model",
        "created": CREATED,
        "owned_by": model.owner,
        "supported_endpoint_types": [ENDPOINT_TYPES[name] for name in model.protocols if name in ENDPOINT_TYPES],
    }


def as_anthropic(models: list[Model]) -> dict[str, Any]:
    rows = [{"id": m.id, "created_at": "2021-07-20T10:40:00Z", "display_name": m.id, "type": "model"} for m in models]
    ids = [m.id for m in models]
    return {"data": rows, "first_id": ids[0] if ids else "", "has_more": False, "last_id": ids[-1] if ids else ""}


def as_google(models: list[Model]) -> dict[str, Any]:
    return {"models": [{"name": m.id, "displayName": m.id} for m in models], "nextPageToken": None}


@cache
def _read(path: Path) -> dict[str, Model]:
    """By wire name. An unreadable file is a mistake to be seen; an absent one is not."""
    if not path.exists():
        return {model.id: model for model in HANDFUL}
    families = _parsed(path.with_name("families.toml")).get("family", {})
    found: dict[str, Model] = {}
    # Blocks with a wire name of their own stand for another use of a model listed plainly.
    for block in sorted(_parsed(path).get("model", []), key=lambda block: "wire_model" in block.get("options", {})):
        model = _model(block, families.get(block.get("family"), {}).get("options", {}))
        for name in (model.id, *block.get("variants", [])):
            found.setdefault(name, replace(model, id=name))
    return found


def _parsed(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def _model(block: dict[str, Any], shared: dict[str, Any]) -> Model:
    options = shared | block.get("options", {})
    protocol = block.get("protocol", "chat_completions")
    return Model(
        id=options.get("wire_model", block["id"]),
        owner=OWNERS.get(block.get("vendor", ""), "custom"),
        protocols=tuple(block.get("protocols", [protocol])),
        inputs=frozenset(block.get("inputs", ["text"])) | {"text"},
        outputs=frozenset(block.get("outputs", ["text"])),
        options=options,
    )
