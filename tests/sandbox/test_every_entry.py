"""Every task of every model that paints or films, asked for as the product asks, by both generations of the gateway."""

import asyncio
from io import BytesIO

import pytest

from chats import catalog
from chats.catalog.form import clean, form_of, is_generation
from chats.gateway import client, results
from chats.gateway.values import Credentials, Part, Prompt, Turn
from tests.sandbox.made import film, image
from tests.sandbox.media import picture
from tests.sandbox.test_fetch import Shelf, shelf  # noqa: F401 - a fixture


def entries(generation):
    """Model and task. Forms for any model have no name to send; pictures at once are alike in both generations."""
    for spec in catalog.listed():
        is_old = generation == "G1" and spec.protocol == "images"
        if is_generation(spec) and spec.family != "any-image" and not is_old:
            names = [name for name in (spec.model, *spec.variants) if "*" not in name]
            yield from ((name, task.name) for name in names for task in form_of(catalog.get(name)).tasks)


def given(model, task, address):
    """As few pictures as the task takes; by address where the vendor fetches them itself."""
    for slot in task.slots:
        for _ in range(slot.minimum):
            if model.startswith("pixverse"):
                yield Part("image", url=address, role=slot.role)
            else:
                size = (720, 1280) if model.startswith("sora") else (640, 360)
                yield Part("image", data=picture("red", size=size), content_type="image/png", role=slot.role)


async def made(model, task_name, credentials, generation, address):
    spec = catalog.get(model)
    task = next(one for one in form_of(spec).tasks if one.name == task_name)
    words = Part("text", f"A paper boat [sandbox: tiny, generation {generation}]")
    turn = Turn("user", (words, *given(model, task, address)))
    state = await client.submit(spec, Prompt((turn,), clean(spec, task, {})), credentials)
    if not state.outputs:
        assert state.remote_id
        state = await client.poll(spec, state.remote_id, credentials)
    assert state.status == "succeeded", state
    return state.outputs


async def content(output, credentials):
    if output.data:
        return output.data
    target = BytesIO()
    await asyncio.to_thread(results.download, output.url, credentials, target, 10_000_000)
    return target.getvalue()


@pytest.mark.parametrize("generation", ["G1", "G2"])
async def test_every_task_of_every_entry_brings_a_result(sandbox, shelf, generation):  # noqa: F811
    Shelf.files["/first.png"] = picture("red", size=(640, 360))
    credentials = Credentials(sandbox.url, "sandbox")
    found = list(entries(generation))
    assert len(found) > 50
    try:
        for model, task in found:
            for output in await made(model, task, credentials, generation, shelf + "/first.png"):
                check(output, await content(output, credentials) if output.role != "viewer" else b"")
    finally:
        await client.close()


def check(output, content):
    match output.kind, output.role:
        case "video", _:
            assert film(content).size == (64, 64)
        case "image", _:
            assert image(content).size == (64, 64)
        case _, "mesh":
            assert content.startswith(b"glTF")
        case _, "splat":
            assert content.startswith(b"\x1f\x8b")
        case _, role:
            assert role == "viewer"
            assert output.url.endswith("viewer.html")
