"""Every task of every family that draws or films, asked by our client over real HTTP until its result is here."""

import asyncio
import io
from collections.abc import Iterator
from typing import Any

import pytest

from chats import catalog
from chats.catalog.form import Slot, Task, form_of, is_generation
from chats.gateway import client, results
from chats.gateway.sandbox import server
from chats.gateway.values import Credentials, Output, Part, TaskState

from .making import picture, prompt, tasks

ENVIRONMENT = {"SANDBOX_TOKENS_PER_S": "0", "SANDBOX_FETCH_PRIVATE": "1", "SANDBOX_TASK_SCALE": "0"}
CHEAP = ("duration", "resolution", "quality", "size")
HEADS = {"image": (b"\x89PNG", b"\xff\xd8\xff", b"RIFF"), "video": (b"\x00\x00\x00",)}
# One model of each family; what its siblings send is checked in test_made_bodies.py.
TASKS = {
    (catalog.get(model).family, task.name): (model, task)
    for model, _form, task in reversed(tasks())
    if is_generation(catalog.get(model))
}.values()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[server.Handle]:
    with server.start(env=ENVIRONMENT) as handle:
        yield handle


@pytest.fixture
def credentials(sandbox, settings) -> Credentials:
    settings.FETCH_PRIVATE = True
    return Credentials(sandbox.url, "sandbox-test")


@pytest.mark.parametrize(("model", "task"), TASKS, ids=[f"{model}:{task.name}" for model, task in TASKS])
@pytest.mark.usefixtures("fresh")
async def test_a_task_goes_from_its_form_to_its_result(model, task, credentials):
    spec = catalog.get(model)
    needed = small(task) | ({"wire_model": "gpt-image-2"} if spec.page else {})
    files = [await file(slot, n, spec, credentials) for slot in task.slots for n in range(slot.minimum)]
    state = await client.submit(spec, prompt(needed, *files), credentials)
    assert state.request_id
    if form_of(spec).polling:
        assert state.remote_id
        state = await ended(spec, state.remote_id, credentials)
    assert (state.status, state.error) == ("succeeded", "")
    for output in state.outputs:
        await check(output, task, form_of(spec).makes, credentials)


def small(task: Task) -> dict[str, Any]:
    """The shortest and smallest, so that the sandbox has little to film."""
    chosen = {p.name: p.choices[0] if p.choices else p.minimum for p in task.parameters if p.name in CHEAP}
    return {name: value for name, value in chosen.items() if value}


async def ended(spec: catalog.ModelSpec, remote_id: str, credentials: Credentials) -> TaskState:
    async with asyncio.timeout(20):
        while True:
            state = await client.poll(spec, remote_id, credentials)
            if state.status not in ("queued", "running"):
                return state


async def file(slot: Slot, number: int, spec: catalog.ModelSpec, credentials: Credentials) -> Part:
    if (spec.options.get("delivery") or {}).get(slot.kinds[0]) == "url":
        return Part("image", url=await made_before(credentials), role=slot.role)
    return Part("image", data=picture(number, 640, 480), content_type="image/png", role=slot.role)


async def made_before(credentials: Credentials) -> str:
    """Where an earlier result lies: what one model made is another's first frame."""
    drawing = catalog.get("imagineart-1.5-preview")
    state = await client.submit(drawing, prompt(), credentials)
    return (await ended(drawing, state.remote_id, credentials)).outputs[0].url


async def check(output: Output, task: Task, makes: str, credentials: Credentials) -> None:
    assert output.error == ""
    assert output.kind == makes
    if output.role == "viewer":
        assert output.url.startswith("http")
        return
    content = output.data
    if output.url:
        target = io.BytesIO()
        await asyncio.to_thread(results.download, output.url, credentials, target, 50_000_000)
        content = target.getvalue()
    assert content.startswith(HEADS[makes]) if makes in HEADS else len(content) > 10


@pytest.mark.usefixtures("fresh")
async def test_partial_pictures_come_before_the_last(credentials):
    seen = []

    async def on_partial(output):
        seen.append(output)

    spec = catalog.get("gpt-image-1.5")
    state = await client.submit(spec, prompt({"partial_images": 2}), credentials, on_partial=on_partial)
    assert len(seen) == 2
    assert len(state.outputs) == 1
    assert state.outputs[0].data not in {output.data for output in seen}


@pytest.mark.usefixtures("fresh")
async def test_a_set_of_seedream_is_streamed_picture_by_picture(credentials):
    wish = prompt({"sequential_image_generation": True, "max_images": 3})
    state = await client.submit(catalog.get("doubao-seedream-5-0-260128"), wish, credentials)
    assert state.status == "succeeded"
    assert state.outputs
