"""The catalog as the model picker and the parameter panel read it: plain values, small, the same for everybody."""

from collections.abc import Sequence
from typing import Any

from .abilities import WORDS, abilities
from .form import Slot, Task, form_of, has_form, is_generation
from .pinyin import names, sounds
from .spec import ModelSpec

KINDS = ("text", "image", "video", "audio", "file", "vector")


def shown(specs: Sequence[ModelSpec]) -> dict[str, Any]:
    """`models` point into `panels`, because a few panels serve many models."""
    panels: list[list[dict[str, Any]]] = []
    return {
        "abilities": {name: words.lower() for name, words in WORDS.items()},
        "vendors": {s.vendor: {"name": s.vendor_label, "zh": s.vendor_zh} for s in specs if s.vendor_label},
        "models": [_model(spec, panels) for spec in specs],
        "panels": panels,
    }


def _model(spec: ModelSpec, panels: list[list[dict[str, Any]]]) -> dict[str, Any]:
    facts = {
        "id": spec.model,
        "label": "" if spec.label == spec.model else spec.label,
        "zh": spec.label_zh,
        "vendor": spec.vendor,
        "family": spec.family,
        "kind": "" if spec.kind == "chat" else spec.kind,
        "in": [kind for kind in KINDS if kind in spec.inputs],
        "out": [kind for kind in KINDS if kind in spec.outputs],
        "can": abilities(spec),
        "names": _searched(spec),
        "context": spec.context_tokens,
        "thinking": spec.options.get("thinking", {}).get("mode", ""),
        "protocols": spec.protocols,
        "notes": spec.notes,
        "notes_zh": spec.notes_zh,
        "pages": spec.seed_names,
        "variants": spec.variants,
        "is_available": spec.is_available,
        "panel": _panel(spec, panels),
        "form": _form(spec) if has_form(spec) else None,
    }
    return {key: value for key, value in facts.items() if value not in (None, "", (), [])}


def _panel(spec: ModelSpec, panels: list[list[dict[str, Any]]]) -> int:
    panel = [parameter.described() for parameter in spec.parameters]
    if panel not in panels:
        panels.append(panel)
    return panels.index(panel)


def _form(spec: ModelSpec) -> dict[str, Any]:
    """`replies`: it also answers in a conversation, so the form is for runs alone."""
    form = form_of(spec)
    facts = {
        "makes": form.makes,
        "prompt_max": form.prompt_max,
        "replies": not is_generation(spec),
        "tasks": [_task(task) for task in form.tasks],
    }
    return {key: value for key, value in facts.items() if value}


def _task(task: Task) -> dict[str, Any]:
    facts = {
        "name": task.name,
        "slots": [_slot(slot) for slot in task.slots],
        "parameters": [parameter.described() for parameter in task.parameters],
        "rules": [rule.described() for rule in task.rules],
        "typical_s": task.typical_s,
    }
    return {key: value for key, value in facts.items() if value is not None}


def _slot(slot: Slot) -> dict[str, Any]:
    return {"role": slot.role, "minimum": slot.minimum, "maximum": slot.maximum, "kinds": slot.kinds}


def _searched(spec: ModelSpec) -> str:
    """Every name, then how the Chinese ones sound, in lower case."""
    called = names(spec)
    heard = dict.fromkeys(sound for name in called for sound in sounds(name))
    return "\n".join(name.lower() for name in (*called, *heard))
