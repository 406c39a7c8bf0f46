"""Whatever one model made is put where the next one reads it: every kind of result x every model that takes it."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from chats import catalog
from chats.catalog import ModelSpec
from chats.catalog.fit import FileFacts, fit
from chats.catalog.form import form_of, has_form, is_generation, roles_for, task_for
from chats.catalog.values import Delivery
from chats.gateway.body import Body
from chats.gateway.protocols import load, load_task
from chats.gateway.values import Part, Prompt, Request, Turn

from .making import picture

RESULTS = {  # what our models hand out, as an attachment is told of it
    "image": FileFacts("image", "image/png", "png", size_bytes=500_000, width=1024, height=1024),
    "video": FileFacts("video", "video/mp4", "mov,mp4", size_bytes=3_000_000, duration_s=5, width=1280, height=720),
    "audio": FileFacts("audio", "audio/mpeg", "mp3", size_bytes=80_000, duration_s=5),
}
BYTES = {"image": picture(3, 1024, 1024), "video": b"\x00\x00\x00\x20ftypisom", "audio": b"ID3sound"}
PUBLIC = Delivery(has_public_url=True)
ASKED = [spec for spec in catalog.listed() if spec.is_available]


def takers(kind: str) -> list[ModelSpec]:
    return [spec for spec in ASKED if kind in spec.inputs]


PAIRS = [(kind, spec) for kind in RESULTS for spec in takers(kind)]


def part(kind: str, form: str, role: str, number: int) -> Part:
    facts = RESULTS[kind]
    if form == "url":
        url = f"https://here.example/{number}"
        return Part(kind, url=url, content_type=facts.content_type, role=role)  # type: ignore[arg-type]
    return Part(kind, data=BYTES[kind], content_type=facts.content_type, role=role, name="r")  # type: ignore[arg-type]


def asked(spec: ModelSpec, parts: list[Part]) -> Request:
    parameters: dict[str, Any] = {"wire_model": "some-model"} if spec.page else {}
    wish = Prompt((Turn("user", (Part("text", "go on from here"), *parts)),), parameters)
    if is_generation(spec):
        return load_task(spec.protocol).submit(spec, wish)
    return load(spec.protocol).request(spec, wish)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def holds(request: Request, given: Part) -> bool:
    """The very bytes, or the address, once in its own place of the body."""
    if any(file.data == given.data for file in request.files):
        return True
    words = list(texts(json.loads(b"".join(Body(request.json or {})))))
    if given.url:
        return given.url in words
    encoded = b64encode(given.data or b"").decode()
    return any(word == encoded or word.endswith(f"base64,{encoded}") for word in words)


@pytest.mark.parametrize(("kind", "spec"), PAIRS, ids=lambda value: getattr(value, "model", value))
def test_a_result_goes_into_the_next_model(kind, spec):
    """As many as the task needs at least, in the form that fit() chooses on a public site."""
    count = max(1, fewest(spec, kind))
    answers = fit(spec, [RESULTS[kind]] * count, PUBLIC)
    assert all(answer.is_accepted for answer in answers), [str(answer.reason) for answer in answers]
    parts = [part(kind, answer.form, "", n) for n, answer in enumerate(answers)]
    request = asked(spec, with_what_it_needs(spec, parts))
    measured = spec.protocol == "videos"  # cut to the size of the film
    assert measured or all(holds(request, given) for given in parts)


def fewest(spec: ModelSpec, kind: str) -> int:
    """Of a generation's form: the least number of such files that makes a task."""
    if not has_form(spec):
        return 1
    form = form_of(spec)
    for count in range(1, 8):
        if "" not in roles_for(form, [(kind, "")] * count):
            return count
    return 1


def with_what_it_needs(spec: ModelSpec, parts: list[Part]) -> list[Part]:
    """A sound alone makes no film of a model that wants a first frame too."""
    if not is_generation(spec):
        return parts
    form = form_of(spec)
    try:
        task_for(form, roles_for(form, [(given.kind, "") for given in parts]))
    except ValueError:
        return [*parts, part("image", "data", "first_frame", 9)]
    return parts


SLOTS = [
    (spec, task.name, slot)
    for spec in ASKED
    if is_generation(spec)
    for task in form_of(spec).tasks
    for slot in task.slots
]


@pytest.mark.parametrize(
    ("spec", "name", "slot"), SLOTS, ids=[f"{spec.model}:{name}:{slot.role}" for spec, name, slot in SLOTS]
)
def test_use_as_puts_a_result_into_every_slot(spec, name, slot):
    """First frame, last frame, reference, picture to edit, mask: each as the menu names it."""
    form = form_of(spec)
    task = next(task for task in form.tasks if task.name == name)
    roles = [other.role for other in task.slots for _ in range(max(other.minimum, int(other == slot)))]
    kinds = {other.role: other.kinds[0] for other in task.slots}
    assert task_for(form, roles).name in {each.name for each in form.tasks}
    is_by_url = (spec.options.get("delivery") or {}).get(slot.kinds[0]) == "url"
    forms = {kind: "url" if is_by_url or kind == "audio" else "data" for kind in RESULTS}
    parts = [part(kinds[role], forms[kinds[role]], role, n) for n, role in enumerate(roles)]
    request = asked(spec, parts)
    assert spec.protocol == "videos" or all(holds(request, given) for given in parts)


def test_the_matrix_has_every_kind():
    counts = {kind: len(takers(kind)) for kind in RESULTS}
    assert counts["image"] > 60
    assert counts["video"] > 10
    assert counts["audio"] > 5
    assert {spec.model for spec in takers("audio")} >= {"wan2.6-t2v", "qwen2.5-omni-7b"}
    assert {slot.role for _spec, _name, slot in SLOTS} == {"first_frame", "last_frame", "reference", "source", "mask"}


@pytest.mark.parametrize("spec", [spec for spec in ASKED if is_generation(spec)], ids=lambda spec: spec.model)
def test_a_kind_that_no_slot_takes_is_refused_before_anything_is_sent(spec):
    kinds = {kind for task in form_of(spec).tasks for slot in task.slots for kind in slot.kinds}
    for kind in set(RESULTS) - kinds:
        assert not fit(spec, [RESULTS[kind]], PUBLIC)[0].is_accepted
