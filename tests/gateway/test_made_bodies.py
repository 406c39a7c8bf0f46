"""Every task of every model that draws or films sends a body that the gateway's references know, field by field."""

import io
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chats import catalog
from chats.catalog.form import Task, is_generation
from chats.catalog.parameters import Parameter
from chats.gateway.values import Part

from .making import ENTRIES, TEXT, by_data, by_url, picture, request, sent, tasks

# Fields beside those of the entries, each with its source.
FURTHER = {
    "metadata.camerafixed": "boolean",  # the older gateway's spelling; send both (video.md 4.2)
    "metadata.image_role": "string",  # of lite-i2v and for two frames (video.md 1.4, 4.2)
    "metadata.first_frame_image": "picture",  # MiniMax's own channel (video.md 4.5)
    "metadata.image_tail": "picture",
    "metadata.static_mask": "picture",
    "metadata.audio_url": "string",
    "last_frame_uri": "picture",
    "image": "picture",
    "images": "pictures",
    "mask": "picture",
}
# What the gateway's structs hold at the top (video.md 1.2, images.md 3 and 8.1); the rest is dropped without a word.
TOP = {
    "/v1/video/generations": ("model prompt image images size duration mode metadata camera_motion last_frame_uri"),
    "/v1/videos": "model prompt seconds size",
    "/v1/async/image/generations": "model prompt image metadata",
    "/v1/images/generations": (
        "model prompt n size quality response_format style background moderation output_format output_compression"
        " partial_images stream watermark image images sequential_image_generation sequential_image_generation_options"
        " tools"  # Volcengine takes what the gateway does not know (images.md 7.5)
    ),
    "/v1/images/edits": (
        "model prompt n size quality background output_format output_compression partial_images input_fidelity stream"
        " watermark image images mask"
    ),
}
# Never to be sent, because the adaptor drops it (video.md 1.3, 4.*) or nothing comes of it.
DROPPED = {
    "vidu": {"aspect_ratio", "metadata.aspect_ratio", "metadata.audio", "metadata.style", "metadata.voice_id"},
    "kling": {"metadata.multi_shot", "metadata.multi_prompt", "metadata.element_list", "metadata.voice_list"},
    "hailuo": {"metadata.enable_prompt_expansion", "metadata.seed"},
    "veo": {"metadata.sampleCount", "metadata.storageUri"},
    "sora": {"image", "images", "duration", "metadata"},
    "flux": {"metadata.num_images", "images"},
    "gpt-image": {"response_format", "style"},
}
# Lengths by version where one entry speaks for several (video.md 4.2).
LENGTHS = {
    "doubao-seedance-1-0-pro-250528": (2, 12),
    "doubao-seedance-1-0-lite-i2v": (2, 12),
    "doubao-seedance-1-0-lite-t2v": (2, 12),
    "doubao-seedance-2-0-260128": (4, 15),
    "doubao-seedance-2-0": (4, 15),
}
SHARED = Path(__file__).parents[3] / "shared" / "gateway"
TASKS = [(model, task) for model, _form, task in tasks() if is_generation(catalog.get(model))]


def entries_of(model: str) -> list[dict[str, Any]]:
    return [entry for entry in ENTRIES if model in entry["ids"]]


def known_params(model: str) -> dict[str, dict[str, Any]]:
    return {path: rule for entry in entries_of(model) for path, rule in entry["params"].items()}


def leaves(body: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in body.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def fillings(task: Task) -> Iterator[list[tuple[str, str]]]:
    """(kind, role) of the files: as few as the task takes, as many up to three, and one of each kind it takes."""
    few = [(slot.kinds[0], slot.role) for slot in task.slots for _ in range(slot.minimum)]
    many = [(slot.kinds[0], slot.role) for slot in task.slots for _ in range(min(slot.maximum, max(3, slot.minimum)))]
    yield few
    if many != few:
        yield many
        for slot in task.slots:
            one_more = [*few, (slot.kinds[0], slot.role)]
            if sum(role == slot.role for _kind, role in one_more) <= slot.maximum and one_more != many:
                yield one_more


def files(filling: list[tuple[str, str]], is_inline: bool) -> list[Part]:
    return [
        by_data(role, n) if is_inline and kind == "image" else by_url(role, n, kind)
        for n, (kind, role) in enumerate(filling)
    ]


def examples(parameter: Parameter) -> list[Any]:
    """The ends of what may be set, each once."""
    if parameter.type == "choice":
        return list(parameter.choices)
    if parameter.type == "boolean":
        return [True, False]
    if parameter.type == "list":
        return [["sea", "sky"]]
    if parameter.type == "text":
        return ["some-words"]
    ends = [parameter.minimum, parameter.maximum, parameter.default]
    return [end for end in dict.fromkeys(ends) if end is not None] or [7]


def settings(task: Task) -> Iterator[dict[str, Any]]:
    """Required ones alone; all at once; each value of each by itself."""
    needed = {p.name: "some-words" for p in task.parameters if p.is_required and p.default is None}
    yield needed
    yield needed | {p.name: examples(p)[0] for p in task.parameters}
    for parameter in task.parameters:
        for value in examples(parameter):
            yield needed | {parameter.name: value}


def obeying(task: Task, wanted: dict[str, Any]) -> dict[str, Any]:
    """`wanted`, with what its rules leave of the other settings."""
    full = {p.name: p.default for p in task.parameters} | wanted
    for rule in task.rules:
        if all(full[name] in allowed for name, allowed in rule.given.items()):
            wanted |= {name: allowed[0] for name, allowed in rule.only.items() if full[name] not in (None, *allowed)}
    return wanted


def bodies(model: str, task: Task) -> Iterator[tuple[dict[str, Any], Any, list[Part]]]:
    """All settings with the fewest files, the first two with every filling."""
    is_by_url_only = catalog.get(model).options.get("delivery", {}).get("image") == "url"
    is_form = task.facts.get("body") == "multipart" or catalog.get(model).protocol == "videos"
    ways = [way for way in (False, True) if not (way and is_by_url_only) and not (not way and is_form)]
    wishes = [obeying(task, wish) for wish in settings(task)]
    for filling, is_inline in product(fillings(task), ways):
        for wish in wishes if filling == next(fillings(task)) else wishes[:2]:
            given = files(filling, is_inline)
            asked = request(model, wish, *given)
            yield sent(asked), asked, given


@pytest.mark.parametrize(("model", "task"), TASKS, ids=[f"{model}:{task.name}" for model, task in TASKS])
def test_a_body_is_what_the_references_say(model, task):
    spec, params = catalog.get(model), known_params(model)
    count = 0
    for body, asked, given in bodies(model, task):
        count += 1
        assert asked.method == "POST"
        assert asked.path in {entry["route"] for entry in entries_of(model)}
        assert set(body) <= set(TOP[asked.path].split())
        assert body["prompt"] == TEXT
        assert body["model"] == ("some-words" if spec.page else spec.wire_model)
        assert {path for path, _value in leaves(body)}.isdisjoint(DROPPED.get(spec.family, ()))
        for path, value in leaves(body):
            if path not in ("model", "prompt"):
                check(model, path, value, params, is_form=asked.form is not None)
        check_pictures(spec, body, asked, given)
    assert count >= 2


def check(model: str, path: str, value: Any, params: dict[str, dict[str, Any]], is_form: bool) -> None:
    rule = params.get(path)
    if rule is None or path in FURTHER:
        is_of_an_object = any(path.startswith(f"{name}.") and params[name]["type"] == "object" for name in params)
        assert path in FURTHER or is_of_an_object, f"{path} is in no reference of {model}"
        if FURTHER.get(path) in ("boolean", "string"):
            assert isinstance(value, bool if FURTHER[path] == "boolean" else str)
        return
    kinds = {"integer": int, "number": (int, float), "string": str, "boolean": bool, "array": list}
    if is_form:
        assert isinstance(value, str)
        value = {"true": True, "false": False}.get(value, value) if rule["type"] == "boolean" else value
        value = int(value) if rule["type"] == "integer" else value
    assert isinstance(value, kinds[rule["type"]]), (path, value)
    assert rule["type"] == "boolean" or not isinstance(value, bool)
    if "enum" in rule and value not in rule["enum"]:
        assert (model, path) == ("gpt-image-2", "size"), (path, value)
        assert is_free_size(value)
    own = LENGTHS.get(model) if path == "duration" else None
    low, high = own or (rule.get("min"), rule.get("max"))
    assert low is None or value >= low
    assert high is None or value <= high


def is_free_size(value: str) -> bool:
    """Of gpt-image-2 (images.md 7.2)."""
    width, height = map(int, value.split("x"))
    return width % 16 == height % 16 == 0 and 1 / 3 <= width / height <= 3 and width <= 3840 and height <= 2160


def check_pictures(spec: catalog.ModelSpec, body: dict[str, Any], asked: Any, given: list[Part]) -> None:
    """Each file is in the body once (or as its own twin), in the form its vendor takes."""
    pictures = [part for part in given if part.kind == "image"]
    if asked.form is not None:
        assert sorted(file.name for file in asked.files) == sorted(form_names(pictures))
        assert len(asked.files) == len(pictures)
        return
    places = [body.get("image"), body.get("images"), body.get("mask"), body.get("last_frame_uri")]
    places += [body.get("metadata", {}).get(key) for key in ("image_tail", "static_mask", "first_frame_image")]
    found = [value for place in places for value in (place if isinstance(place, list) else [place]) if value]
    for part in pictures:
        assert [value for value in found if is_of(part, value, spec)], "a picture is lost"
    assert all(any(is_of(part, value, spec) for part in pictures) for value in found)


def form_names(pictures: list[Part]) -> list[str]:
    """`image` for one, `image[]` for several, never mixed (images.md 6.1); Sora's is `input_reference`."""
    if any(part.role == "first_frame" for part in pictures):
        return ["input_reference"]
    sources = sum(part.role == "source" for part in pictures)
    masks = len(pictures) - sources
    return ["image" if sources == 1 else "image[]"] * sources + ["mask"] * masks


def is_of(part: Part, value: str, spec: catalog.ModelSpec) -> bool:
    if part.url:
        return value == part.url
    encoded = b64encode(part.data or b"").decode()
    return value == (encoded if spec.family == "kling" else f"data:image/png;base64,{encoded}")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e["key"])
def test_what_an_entry_wants_always_is_always_sent(entry):
    wanted = {path for path, rule in entry["params"].items() if rule.get("send_always")}
    matching = [(model, task) for model, task in TASKS if model in entry["ids"] and task.name == entry["task"]]
    assert matching or not wanted
    for model, task in matching:
        body, _asked, _given = next(bodies(model, task))
        assert wanted <= {path for path, _value in leaves(body)}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e["key"])
def test_a_task_takes_the_pictures_its_entry_names(entry):
    if "images" not in entry:
        return
    for model in entry["ids"]:
        counts = set()
        for name, task in TASKS:
            if name == model:
                slots = [
                    slot for slot in task.slots if "image" in slot.kinds and slot.role not in ("mask", "last_frame")
                ]
                last = sum(slot.maximum for slot in task.slots if slot.role == "last_frame")
                counts |= set(range(sum(s.minimum for s in slots), sum(s.maximum for s in slots) + last + 1))
        most = entry["images"]["max"]
        assert entry["images"]["min"] in counts or not counts & {0}
        assert most in counts


def test_no_file_and_no_picture_is_offered_as_a_text():
    names = {"image_tail", "last_frame_uri", "static_mask", "dynamic_masks", "mask", "image", "images", "image_url"}
    for _model, task in TASKS:
        assert names.isdisjoint(p.name for p in task.parameters)


def test_the_walk_meets_every_page():
    assert len(ENTRIES) == 32 + 13
    if SHARED.is_dir():  # beside the checkout of those who write the catalog, not beside everybody's
        assert [entry["params"] for entry in ENTRIES] == [rules_of(entry) for entry in entries_of_the_files()]
    assert {model for model, _task in TASKS} >= {"wan2.6-t2v", "wan2.6-i2v", "images-generations", "images-edits"}


def entries_of_the_files() -> Iterator[dict[str, Any]]:
    yield from json.loads((SHARED / "models-video.json").read_text(encoding="utf-8"))
    media = json.loads((SHARED / "models-media.json").read_text(encoding="utf-8"))
    yield from (entry for entry in media if entry["kind"] in ("image", "image-edit"))


def rules_of(entry: dict[str, Any]) -> dict[str, dict[str, Any]]:
    kept = ("type", "enum", "min", "max", "max_length", "max_items", "send_always")
    return {
        rule.get("path", name): {key: rule[key] for key in rule if key in kept}
        for name, rule in entry["params"].items()
        if name != "prompt"
    }


@pytest.mark.parametrize(
    ("model", "width", "height"), [("wan2.6-i2v", 2048, 1024), ("sora-2", 100, 100), ("sora-2", 1280, 720)]
)
def test_a_picture_is_made_to_the_measure_of_its_vendor(model, width, height):
    """2,000 pixels a side for wan, exactly the size of the film for Sora."""
    given = Part("image", data=picture(1, width, height), content_type="image/png", role="first_frame")
    asked = request(model, {"size": "1280x720"} if model == "sora-2" else {}, given)
    data = asked.files[0].data if asked.files else b64decode(sent(asked)["image"].partition(",")[2])
    size = Image.open(io.BytesIO(data)).size
    assert size == ((1280, 720) if model == "sora-2" else (2000, 1000))
    assert (data == given.data) == (size == (width, height))
