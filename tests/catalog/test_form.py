"""A form asks for what its model takes, refuses the rest in plain words, and says what the price hangs on."""

import pytest

from chats import catalog
from chats.catalog import reading
from chats.catalog.fit import FileFacts, fit
from chats.catalog.form import (
    ROLES,
    Polling,
    Task,
    clean,
    form_of,
    has_form,
    is_generation,
    price_key,
    roles_for,
    task_for,
)
from chats.catalog.values import Delivery

FORMS = [spec for spec in (*catalog.listed(), *reading.variants().values()) if has_form(spec)]


def task(model: str, name: str) -> Task:
    return next(task for task in form_of(catalog.get(model)).tasks if task.name == name)


def cleaned(model: str, name: str, **raw) -> dict:
    return clean(catalog.get(model), task(model, name), raw)


def test_every_model_that_makes_pictures_films_or_worlds_has_a_form():
    made = {s.model for s in catalog.listed() if s.section in ("图片生成", "视频生成")}
    assert {s.model for s in FORMS} >= made
    assert len(FORMS) == 33 + 21
    assert {s.model for s in FORMS if not is_generation(s)} == {m for m in made if m.startswith("gemini-")}
    with pytest.raises(ValueError, match="gpt-4o"):
        form_of(catalog.get("gpt-4o"))


@pytest.mark.parametrize("spec", FORMS, ids=lambda s: s.model)
def test_a_form_can_be_drawn(spec):
    form = form_of(spec)
    assert form is form_of(spec)
    assert form.makes in ("image", "video", "file")
    assert form.makes in spec.outputs
    assert form.tasks
    for each in form.tasks:
        assert len({slot.role for slot in each.slots}) == len(each.slots)
        assert {slot.role for slot in each.slots} <= set(ROLES)
        assert all(set(slot.kinds) <= spec.inputs and slot.minimum <= slot.maximum for slot in each.slots)
        assert 1 <= sum(p.is_main for p in each.parameters) <= 3
        assert [p.is_main for p in each.parameters] == sorted((p.is_main for p in each.parameters), reverse=True)
        for parameter in each.parameters:
            assert bool(parameter.choices) == (parameter.type == "choice")
            assert "." not in parameter.name
            if parameter.is_required and parameter.name != "wire_model":
                assert parameter.default is not None
            assert parameter.default is None or parameter.type != "choice" or parameter.default in parameter.choices


@pytest.mark.parametrize("spec", FORMS, ids=lambda s: s.model)
def test_a_rule_speaks_of_values_that_can_be_chosen_and_breaks_no_defaults(spec):
    for each in form_of(spec).tasks:
        choices = {p.name: p.choices for p in each.parameters if p.choices}
        for rule in each.rules:
            for name, values in rule.only.items():
                assert set(values) & set(choices.get(name, values))
        needed = {"wire_model": "m"} if spec.page else {}
        assert (
            clean(spec, each, needed) == needed | {p.name: p.default for p in each.parameters if p.is_required} | needed
        )


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("pixverse-v5.6-i2v", Polling(10, 5, 15, 900)),
        ("ltx-2-pro", Polling(15, 5, 15, 1200)),
        ("veo-3.1-fast-generate-preview", Polling(15, 5, 15, 1200)),
        ("veo-3.1-generate-preview", Polling(20, 8, 20, 1800)),
        ("doubao-seedance-2-0", Polling(20, 8, 20, 1800)),
        ("gen4.5", Polling(20, 8, 20, 3600)),
        ("wan2.6-t2v", Polling(30, 10, 20, 2700)),
        ("hailuo-2.3-t2v", Polling(30, 10, 20, 2700)),
        ("viduq3-pro", Polling(30, 10, 20, 2700)),
        ("sora-2", Polling(30, 10, 20, 2700)),
        ("kling-v3", Polling(45, 10, 30, 3600)),
        ("hunyuan-video-v1.5", Polling(30, 10, 30, 1800)),
        ("Marble 0.1-mini", Polling(20, 10, 30, 1200)),
        ("Marble 0.1-plus", Polling(90, 10, 30, 2700)),
        ("flux-1-kontext-pro", Polling(5, 5, 5, 600)),
        ("gpt-image-2", None),
    ],
)
def test_a_job_is_asked_after_as_the_references_advise(model, expected):
    assert form_of(catalog.get(model)).polling == expected


@pytest.mark.parametrize("spec", FORMS, ids=lambda s: s.model)
def test_whoever_makes_films_is_polled(spec):
    is_polled = spec.protocol in ("video_generations", "videos", "async_images")
    assert (form_of(spec).polling is not None) == is_polled


@pytest.mark.parametrize(
    ("model", "roles", "name"),
    [
        ("viduq3-pro", [], "text-to-video"),
        ("viduq3-pro", ["first_frame"], "image-to-video"),
        ("viduq3-pro", ["first_frame", "last_frame"], "image-to-video"),
        ("viduq2-pro", ["first_frame", "last_frame"], "frames-to-video"),
        ("viduq2-pro", ["reference"] * 3, "reference-to-video"),
        ("veo-3.1-generate-preview", ["reference"] * 3, "reference-to-video"),
        ("Marble 0.1-plus", ["reference"], "image-to-world"),
        ("Marble 0.1-plus", ["reference"] * 4, "multi-image-to-world"),
        ("gpt-image-2", ["source", "mask"], "image-edit"),
        ("kling-v1-6", ["first_frame", "mask"], "image-to-video"),
        ("doubao-seedance-1-0-lite-i2v", ["reference"], "reference-to-video"),
    ],
)
def test_the_files_choose_the_task(model, roles, name):
    assert task_for(form_of(catalog.get(model)), roles).name == name


@pytest.mark.parametrize(
    ("model", "roles", "words"),
    [
        ("hunyuan-video-v1.5", [], "Too few .*first frame.*at least 1"),
        ("viduq2-pro", [], "Too few .*first frame.*at least 1"),
        ("viduq2-pro", ["reference"], "Too few .*reference.*at least 3"),
        ("Marble 0.1-plus", ["reference"] * 5, "Too many .*reference.*at most 4"),
        ("kling-v3", ["mask"], "no place .*mask"),
        ("kling-v3", ["last_frame"], "Too few .*first frame.*at least 1"),
        ("wan2.6-t2v", ["first_frame"], "no place .*first frame"),
        ("doubao-seedance-1-0-lite-t2v", ["first_frame"], "no place .*first frame"),
        ("gpt-image-2", ["mask"], "Too few .*edit.*at least 1"),
    ],
)
def test_files_that_make_no_task_are_refused_in_words(model, roles, words):
    with pytest.raises(ValueError, match=words):
        task_for(form_of(catalog.get(model)), roles)


@pytest.mark.parametrize(
    ("model", "files", "expected"),
    [
        ("kling-v3", [("image", ""), ("image", "")], ["first_frame", "last_frame"]),
        ("kling-v3", [("image", "last_frame"), ("image", "")], ["last_frame", "first_frame"]),
        ("kling-v1-6", [("image", "")] * 3, ["first_frame", "last_frame", ""]),
        ("viduq2-pro", [("image", "")] * 3, ["reference"] * 3),
        ("viduq2-pro", [("image", "")] * 2, ["first_frame", "last_frame"]),
        ("gpt-image-2", [("image", "mask"), ("image", "")], ["mask", "source"]),
        ("Marble 0.1-plus", [("image", "")] * 2, ["reference"] * 2),
        ("wan2.6-i2v", [("audio", ""), ("image", "")], ["reference", "first_frame"]),
        ("wan2.6-t2v", [("image", "")], [""]),
        ("sora-2", [("video", "")], [""]),
        ("sora-2", [], []),
    ],
)
def test_files_without_a_role_fill_the_slots_in_order(model, files, expected):
    assert roles_for(form_of(catalog.get(model)), files) == expected


@pytest.mark.parametrize(
    ("model", "name", "raw", "expected"),
    [
        ("ltx-2-3-fast", "text-to-video", {}, {"size": "1920x1080", "duration": 6}),
        ("pixverse-v5.6-t2v", "text-to-video", {}, {"duration": 5, "quality": "540p", "aspect_ratio": "16:9"}),
        ("hailuo-2.3-t2v", "text-to-video", {"duration": 10.0}, {"duration": 10}),
        ("kling-v3", "image-to-video", {"duration": None, "negative_prompt": ""}, {}),
        ("wan2.6-i2v", "image-to-video", {"shot_type": "multi", "prompt_extend": False}, {"prompt_extend": False}),
        (
            "doubao-seedream-5-0-260128",
            "image-edit",
            {"max_images": 4},
            {"sequential_image_generation": False, "watermark": False},
        ),
    ],
)
def test_what_must_be_sent_is_filled_in_and_what_rests_is_left_out(model, name, raw, expected):
    kept = cleaned(model, name, **raw)
    assert kept == expected
    assert [type(value) for value in kept.values()] == [type(expected[key]) for key in kept]


@pytest.mark.parametrize(
    ("model", "name", "raw", "words"),
    [
        ("ltx-2-3-fast", "text-to-video", {"duration": 12, "fps": 50}, "fps 50.*duration.*6, 8, 10"),
        ("ltx-2-3-fast", "text-to-video", {"duration": 20, "size": "3840x2160"}, "3840x2160.*duration"),
        ("ltx-2-pro", "text-to-video", {"duration": 12}, "one of: 6, 8, 10"),
        ("ltx-2-fast", "text-to-video", {"size": "1080x1920"}, "one of"),
        ("hailuo-2.3-t2v", "text-to-video", {"duration": 10, "resolution": "1080P"}, "1080P.*duration.*6"),
        ("vidu-2.0-img2video", "image-to-video", {"duration": 8, "resolution": "1080p"}, "resolution.*720p"),
        ("gpt-image-2", "text-to-image", {"background": "transparent", "output_format": "jpeg"}, "png, webp"),
        ("gpt-image-2", "text-to-image", {"output_compression": 50}, "output_compression.*100"),
        ("veo-3.1-generate-preview", "text-to-video", {"duration": 4, "resolution": "4k"}, "duration.*8"),
        ("veo-3.1-generate-preview", "reference-to-video", {"duration": 4}, "one of: 8"),
        ("pixverse-v5.5-t2v", "text-to-video", {"duration": 10, "quality": "1080p"}, "duration.*5, 8"),
        ("viduq2-pro", "frames-to-video", {"duration": 9}, "at most 8"),
        ("viduq2-pro", "image-to-video", {"duration": 10, "bgm": True}, "bgm.*off"),
        ("doubao-seedance-2-0", "text-to-video", {"seed": 1}, "no setting"),
        ("doubao-seedance-1-0-pro-250528", "text-to-video", {"generate_audio": True}, "no setting"),
        ("gpt-image-1-mini", "image-edit", {"input_fidelity": "high"}, "no setting"),
        ("images-generations", "text-to-image", {}, "wire_model.*missing"),
        ("kling-v3", "text-to-video", {"duration": True}, "number"),
        ("kling-v1-6", "text-to-video", {"duration": 7}, "one of: 5, 10"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_in_words(model, name, raw, words):
    with pytest.raises(ValueError, match=words):
        cleaned(model, name, **raw)


def test_the_same_settings_go_where_nothing_stands_against_them():
    assert cleaned("ltx-2-3-fast", "text-to-video", duration=20, fps=25)["duration"] == 20
    assert cleaned("hailuo-2.3-t2v", "text-to-video", duration=6, resolution="1080P")["resolution"] == "1080P"
    assert cleaned("gpt-image-2", "text-to-image", background="transparent")["background"] == "transparent"
    assert cleaned("vidu-2.0-img2video", "image-to-video", duration=8)["duration"] == 8
    assert cleaned("doubao-seedance-1-0-pro-250528", "text-to-video", duration=2)["duration"] == 2


@pytest.mark.parametrize(
    ("model", "name", "raw", "expected"),
    [
        ("kling-v3", "text-to-video", {}, "kling-v3 text-to-video duration=5 mode=std"),
        (
            "kling-v3",
            "text-to-video",
            {"duration": 15, "mode": "pro", "sound": "on", "negative_prompt": "blur"},
            "kling-v3 text-to-video duration=15 mode=pro sound=on",
        ),
        (
            "gpt-image-*",
            "text-to-image",
            {"n": 3},
            "gpt-image-2 text-to-image size=auto quality=auto n=3 partial_images=0",
        ),
        ("sora-2", "text-to-video", {}, "sora-2 text-to-video seconds=4 size=720x1280"),
        (
            "images-generations",
            "text-to-image",
            {"wire_model": "qwen-image"},
            "images-generations text-to-image n=1 wire_model=qwen-image",
        ),
    ],
)
def test_the_price_hangs_on_what_is_named_and_on_nothing_else(model, name, raw, expected):
    spec = catalog.get(model)
    assert price_key(spec, task(model, name), clean(spec, task(model, name), raw)) == expected


@pytest.mark.parametrize("spec", FORMS, ids=lambda s: s.model)
def test_a_price_key_fits_its_column(spec):
    for each in form_of(spec).tasks:
        everything = {p.name: p.choices[-1] if p.choices else p.maximum or "x" * 200 for p in each.parameters}
        assert len(price_key(spec, each, everything)) <= 300


def test_pixverse_takes_pictures_by_public_address_only():
    picture = FileFacts("image", "image/png", size_bytes=1000, width=800, height=600)
    here, public = Delivery(has_public_url=False), Delivery(has_public_url=True)
    spec = catalog.get("pixverse-v5.6-i2v")
    assert fit(spec, [picture], here)[0].reason.code == "address_only"
    assert fit(spec, [picture], public)[0].form == "url"
    assert fit(catalog.get("gpt-image-2"), [picture], public)[0].form == "data"
    assert fit(catalog.get("kling-v3"), [picture], here)[0].form == "data"


@pytest.mark.parametrize(
    ("model", "facts", "code"),
    [
        ("kling-v3", {"width": 200, "height": 400}, "too_small"),
        ("kling-v3", {"width": 1000, "height": 300}, "too_narrow"),
        ("viduq3-pro", {"width": 2000, "height": 400}, "too_narrow"),
        ("hailuo-2.3-i2v", {"width": 300, "height": 300}, "too_small"),
        ("wan2.6-i2v", {"width": 300, "height": 400}, "too_small"),
        ("wan2.6-i2v", {"content_type": "image/gif", "width": 500, "height": 400}, "format"),
        ("doubao-seedream-5-0-260128", {"width": 3400, "height": 200}, "too_narrow"),
        ("veo-3.1-generate-preview", {"size_bytes": 21_000_000}, "too_big"),
        ("doubao-seedance-1-5-pro-251215", {"width": 299, "height": 299}, "too_small"),
    ],
)
def test_a_picture_outside_the_limits_of_its_vendor_is_refused(model, facts, code):
    file = FileFacts(**{"kind": "image", "content_type": "image/png", "size_bytes": 1000} | facts)
    assert fit(catalog.get(model), [file], Delivery())[0].reason.code == code
