"""Where the text, the settings and the files of a generation stand in the body of its call, as the catalog says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chats.catalog import ModelSpec
from chats.catalog.form import Form, Slot, Task, clean, form_of, roles_for, task_for
from chats.catalog.parameters import Parameter

from .body import Base64
from .cropping import within
from .errors import GatewayError
from .values import FilePart, Part, Prompt

Body = dict[str, Any]
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One generation as it is asked for: its task, the text, the settings by name, the files with their roles."""

    form: Form
    task: Task
    text: str
    settings: Mapping[str, Any]
    files: tuple[Part, ...]

    def placed(self) -> Iterator[tuple[Slot, Part]]:
        """The files in the order of the slots."""
        for slot in self.task.slots:
            for part in self.files:
                if part.role == slot.role:
                    yield slot, part


def asked(spec: ModelSpec, prompt: Prompt) -> Asked:
    """Raises GatewayError, which says that nothing was sent, where files or settings are not those of the model."""
    parts = prompt.turns[-1].parts if prompt.turns else ()
    text = "\n\n".join(part.text for part in parts if part.kind == "text" and part.text)
    files = [part for part in parts if part.kind in ("image", "video", "audio", "file")]
    if not text.strip():  # asked for by every model, with pictures too (video.md 1.2)
        raise GatewayError("bad_request", code="no_prompt", message="The prompt is empty.")
    try:
        form = form_of(spec)
        roles = roles_for(form, [(part.kind, part.role) for part in files])
        if "" in roles:
            raise ValueError(f"{spec.label} has no place for so many files.")
        task = task_for(form, roles)
        settings = clean(spec, task, prompt.parameters)
    except ValueError as error:
        raise GatewayError("bad_request", code="bad_settings", message=str(error)) from error
    with_roles = (replace(part, role=role) for part, role in zip(files, roles, strict=True))
    return Asked(form, task, text, settings, tuple(with_roles))


def body_of(spec: ModelSpec, wish: Asked) -> Body:
    """The model, the text and the settings; files are written by who knows their form."""
    body: Body = {"model": spec.wire_model, "prompt": wish.text}
    for path, value in wish.form.facts["fixed"].items():
        put(body, path, value)
    for parameter in wish.task.parameters:
        if parameter.is_sent and parameter.name in wish.settings:
            _set(body, parameter, wish.settings[parameter.name])
    return body


def _set(body: Body, parameter: Parameter, value: Any) -> None:
    if parameter.sent_as:
        value = parameter.sent_as.get(str(value).lower())
        if value is None:
            return
    for path in (parameter.path or parameter.name, *parameter.also):
        put(body, path, value)


def place_files(body: Body, wish: Asked) -> None:
    """Each file where its slot says, as an address or in base64."""
    for slot, part in wish.placed():
        value = address(_measured(part, wish.form), is_bare=wish.form.facts["image_data"] == "bare")
        for path in slot.to:
            put(body, path, value)
        for path, fixed in slot.sets.items():
            put(body, path, fixed)


def _measured(part: Part, form: Form) -> Part:
    limits = form.facts["image_limits"]
    most_px, takes_alpha = limits.get("max_side_px", 0), limits.get("alpha", True)
    if part.kind != "image" or part.data is None or (takes_alpha and not most_px):
        return part
    data, content_type = within(part.data, part.content_type, most_px, takes_alpha)
    return replace(part, data=data, content_type=content_type)


def put(body: Body, path: str, value: Any) -> None:
    """Sets what the dotted `path` names; "images[]" adds to a list."""
    *outer, last = path.split(".")
    for key in outer:
        body = body.setdefault(key, {})
    if last.endswith("[]"):
        body.setdefault(last[:-2], []).append(value)
    else:
        body[last] = value


def address(part: Part, is_bare: bool = False) -> str | Base64:
    if part.url:
        return part.url
    # Kling refuses what begins with "data:" (video.md 1.4); Seedream wants the type in lower case (images.md 7.5).
    return Base64(part.data or b"", "" if is_bare else f"data:{part.content_type.lower() or 'image/png'};base64,")


def file_part(name: str, part: Part, number: int = 0) -> FilePart:
    """For a form; raises GatewayError for a file that is only an address."""
    if part.data is None:
        raise GatewayError("not_supported", code="file_by_address", message="A file of a form has to be sent inline.")
    content_type = part.content_type.lower() or "image/png"
    ending = ENDINGS.get(content_type) or content_type.partition("/")[2]
    return FilePart(name, f"{part.role or 'file'}-{number + 1}.{ending}", content_type, part.data)


def form_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
