"""What a generation's form asks for: tasks a model can do, the files each takes, its settings, its usual time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .parameters import Parameter
from .spec import ModelSpec

TASK_PROTOCOLS = frozenset({"images", "async_images", "video_generations", "videos"})


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for files. `role`: first_frame last_frame reference source mask; `kinds` of files it takes."""

    role: str
    minimum: int = 0
    maximum: int = 1
    kinds: tuple[str, ...] = ("image",)


@dataclass(frozen=True, slots=True)
class Task:
    """`name` as models.toml has it: text-to-image, image-edit, text-to-video, image-to-video, multi-image-to-world …"""

    name: str
    slots: tuple[Slot, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    typical_s: float | None = None


@dataclass(frozen=True, slots=True)
class Polling:
    """When a running generation is asked after: delay n is min(ceiling, interval x 1.3^n), after the first delay."""

    first_s: float
    interval_s: float
    ceiling_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True)
class Form:
    """`makes` is what comes out: image, video or file (a world)."""

    makes: str
    tasks: tuple[Task, ...]
    prompt_max: int | None = None
    polling: Polling | None = None  # None where the answer to submit is the result
    facts: Mapping[str, Any] = field(default_factory=dict)


def is_generation(spec: ModelSpec) -> bool:
    """Whether asking this model writes a generation instead of a reply."""
    return spec.protocol in TASK_PROTOCOLS


def form_of(spec: ModelSpec) -> Form:
    """Raises ValueError for a model that makes no media."""
    raise NotImplementedError


def task_for(form: Form, roles: Sequence[str]) -> Task:
    """The task that takes files in these roles; ValueError says in words what is missing or too many."""
    raise NotImplementedError


def clean(spec: ModelSpec, task: Task, raw: Mapping[str, Any]) -> dict[str, Any]:
    """`raw` checked against the task's settings, required ones filled in; ValueError in words."""
    raise NotImplementedError


def price_key(spec: ModelSpec, task: Task, parameters: Mapping[str, Any]) -> str:
    """What the price of one run depends on, in one line: model, task, length, size, quality, count, sound."""
    raise NotImplementedError
