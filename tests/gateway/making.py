"""Asks the drawing and filming models for bodies, the way the verbs do."""

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from chats import catalog
from chats.catalog.form import Form, Task, form_of
from chats.gateway.body import Body
from chats.gateway.protocols import load_task
from chats.gateway.values import Part, Prompt, Request, Turn

ENTRIES = json.loads((Path(__file__).parent / "made_entries.json").read_text(encoding="utf-8"))
WIRE = Path(__file__).parents[1] / "wire"
TEXT = "a paper boat on a lake"


@cache
def picture(number: int = 0, width: int = 64, height: int = 48) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (number * 40 % 256, 90, 120)).save(target, "PNG")
    return target.getvalue()


def by_url(role: str = "", number: int = 0, kind: str = "image") -> Part:
    return Part(kind, url=f"https://files.example/{number}.png", role=role)  # type: ignore[arg-type]


def by_data(role: str = "", number: int = 0) -> Part:
    return Part("image", data=picture(number), content_type="image/png", role=role)


def prompt(settings: dict[str, Any] | None = None, *files: Part, text: str = TEXT) -> Prompt:
    return Prompt((Turn("user", (Part("text", text), *files)),), settings or {})


def request(model: str, settings: dict[str, Any] | None = None, *files: Part) -> Request:
    spec = catalog.get(model)
    return load_task(spec.protocol).submit(spec, prompt(settings, *files))


def sent(asked: Request) -> dict[str, Any]:
    """The body as it reaches the gateway; of a form its text parts."""
    if asked.form is not None:
        return dict(asked.form)
    return json.loads(b"".join(Body(asked.json or {})))


def tasks() -> list[tuple[str, Form, Task]]:
    """Each task of each model of an entry, further wire names too."""
    models = dict.fromkeys(model for entry in ENTRIES for model in entry["ids"])
    return [
        (model, form_of(catalog.get(model)), task) for model in models for task in form_of(catalog.get(model)).tasks
    ]
