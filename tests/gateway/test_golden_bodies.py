"""The bodies that the gateway's references print, as our own settings and files make them."""

from typing import Any

import pytest

from chats import catalog
from chats.gateway.errors import GatewayError
from chats.gateway.protocols import load_task
from chats.gateway.values import Part

from .making import TEXT, by_data, by_url, prompt, request, sent

A, B = "https://files.example/0.png", "https://files.example/1.png"

# (model, settings, files, the body of video.md 5 and 4.8 without model and prompt)
VIDEOS: list[tuple[str, dict[str, Any], tuple[Part, ...], dict[str, Any]]] = [
    (
        "kling-v3",
        {"mode": "std", "duration": 5, "aspect_ratio": "16:9", "sound": "off", "negative_prompt": "blur"},
        (),
        {"mode": "std", "duration": 5, "size": "1280x720", "metadata": {"sound": "off", "negative_prompt": "blur"}},
    ),
    (
        "kling-v3",
        {"duration": 5},
        (by_url("first_frame"), by_url("last_frame", 1)),
        {"image": A, "images": [A], "duration": 5, "metadata": {"image_tail": B}},
    ),
    (
        "viduq3-pro",
        {"duration": 5, "resolution": "720p"},
        (by_url("first_frame"),),
        {"images": [A], "image": A, "duration": 5, "size": "720p"},
    ),
    (
        "doubao-seedance-1-5-pro-251215",
        {"duration": 5, "resolution": "720p", "ratio": "16:9", "generate_audio": True, "watermark": False},
        (),
        {
            "duration": 5,
            "metadata": {"resolution": "720p", "ratio": "16:9", "generate_audio": True, "watermark": False},
        },
    ),
    (
        "doubao-seedance-1-5-pro-251215",
        {},
        (by_url("first_frame"), by_url("last_frame", 1)),
        {"images": [A, B], "metadata": {"image_role": "first_frame,last_frame", "watermark": False}},
    ),
    (
        "doubao-seedance-1-0-lite-i2v",
        {},
        (by_url("reference"), by_url("reference", 1)),
        {"images": [A, B], "metadata": {"image_role": "reference_image", "watermark": False}},
    ),
    ("hailuo-2.3-t2v", {"resolution": "768P"}, (), {"duration": 6, "metadata": {"resolution": "768P"}}),
    (
        "hunyuan-video-v1.5",
        {"aspect_ratio": "16:9", "num_frames": 121},
        (by_url(),),
        {"image": A, "images": [A], "metadata": {"aspect_ratio": "16:9", "resolution": "480p", "num_frames": 121}},
    ),
    (
        "veo-3.1-fast-generate-preview",
        {"aspect_ratio": "16:9", "resolution": "720p"},
        (),
        {"duration": 8, "metadata": {"durationSeconds": 8, "aspectRatio": "16:9", "resolution": "720p"}},
    ),
    (
        "pixverse-v5.6-t2v",
        {"quality": "540p", "aspect_ratio": "16:9"},
        (),
        {"duration": 5, "metadata": {"quality": "540p", "aspect_ratio": "16:9"}},
    ),
    (
        "ltx-2-3-fast",
        {"fps": 25, "generate_audio": True},
        (),
        {"size": "1920x1080", "duration": 6, "metadata": {"fps": 25, "generate_audio": True}},
    ),
    (
        "ltx-2-3-pro",
        {},
        (by_url("first_frame"), by_url("last_frame", 1)),
        {"size": "1920x1080", "duration": 6, "image": A, "images": [A], "last_frame_uri": B},
    ),
    ("gen4.5", {"ratio": "1280:720"}, (), {"duration": 5, "metadata": {"ratio": "1280:720"}}),
    ("Marble 0.1-mini", {"display_name": "demo"}, (), {"metadata": {"display_name": "demo"}}),
    ("sora-2", {"size": "1280x720", "seconds": "4"}, (), {"seconds": "4", "size": "1280x720"}),
    (
        "wan2.6-t2v",
        {"duration": 5, "negative_prompt": "blur", "shot_type": "single", "prompt_extend": True},
        (),
        {
            "size": "1280*720",
            "duration": 5,
            "metadata": {
                "aspect_ratio": "1280*720",
                "negative_prompt": "blur",
                "shot_type": "single",
                "prompt_extend": True,
            },
        },
    ),
    (
        "wan2.6-i2v",
        {"resolution": "720P", "duration": 5},
        (by_url(),),
        {"image": A, "images": [A], "size": "720P", "duration": 5, "metadata": {"resolution": "720P"}},
    ),
]
# images.md 3, 7.5, 8.1
PICTURES: list[tuple[str, dict[str, Any], tuple[Part, ...], dict[str, Any]]] = [
    ("gpt-image-1.5", {"n": 1, "size": "1024x1024"}, (), {"n": 1, "size": "1024x1024"}),
    (
        "doubao-seedream-5-0-260128",
        {"size": "2K"},
        (by_url("source"), by_url("source", 1)),
        {
            "image": [A, B],
            "size": "2K",
            "sequential_image_generation": "disabled",
            "response_format": "url",
            "watermark": False,
        },
    ),
    (
        "doubao-seedream-5-0-260128",
        {"size": "2K", "sequential_image_generation": True, "max_images": 3, "web_search": True},
        (by_url("source"),),
        {
            "image": A,
            "size": "2K",
            "sequential_image_generation": "auto",
            "sequential_image_generation_options": {"max_images": 3},
            "response_format": "url",
            "watermark": False,
            "tools": [{"type": "web_search"}],
            "stream": True,
        },
    ),
    (
        "flux-1-kontext-pro",
        {"aspect_ratio": "16:9", "output_format": "png"},
        (by_url(),),
        {"image": A, "metadata": {"aspect_ratio": "16:9", "output_format": "png"}},
    ),
    ("imagineart-1.5-preview", {}, (), {"metadata": {"aspect_ratio": "1:1"}}),
]


@pytest.mark.parametrize(
    ("model", "wish", "files", "expected"), VIDEOS + PICTURES, ids=lambda value: value if type(value) is str else ""
)
def test_a_printed_body_is_ours(model, wish, files, expected):
    assert sent(request(model, wish, *files)) == {"model": model, "prompt": TEXT, **expected}


def test_the_name_of_the_family_page_sends_a_concrete_model():
    assert sent(request("gpt-image-*"))["model"] == "gpt-image-2"
    assert sent(request("gpt-image-1-mini"))["model"] == "gpt-image-1-mini"


@pytest.mark.parametrize(("model", "wish"), [("gpt-image-2", {}), ("images-edits", {"wire_model": "gpt-image-2"})])
def test_an_edit_is_a_form_whose_file_names_tell_their_types(model, wish):
    jpeg = Part("image", data=b"j", content_type="image/jpeg", role="source")
    mask = Part("image", data=b"m", content_type="image/png", role="mask")
    one = request(model, wish, by_data("source"), mask)
    assert one.path == "/v1/images/edits"
    assert one.form == {"model": "gpt-image-2", "prompt": TEXT}
    assert [(f.name, f.filename, f.content_type) for f in one.files] == [
        ("image", "source-1.png", "image/png"),
        ("mask", "mask-1.png", "image/png"),
    ]
    two = request(model, wish, by_data("source"), jpeg)
    assert [(f.name, f.filename) for f in two.files] == [("image[]", "source-1.png"), ("image[]", "source-2.jpg")]


def test_the_editor_of_any_model_can_send_json_instead():
    wish = {"wire_model": "qwen-image", "transport": "json", "watermark": True, "n": 2}
    two = request("images-edits", wish, by_url("source"), by_url("source", 1))
    assert sent(two) == {"model": "qwen-image", "prompt": TEXT, "watermark": True, "n": 2, "images": [A, B]}
    assert sent(request("images-edits", wish, by_url("source")))["image"] == A


def test_a_form_writes_its_numbers_and_switches_as_text():
    asked = request("images-edits", {"wire_model": "m", "n": 2, "watermark": True}, by_data("source"))
    assert asked.form == {"model": "m", "prompt": TEXT, "n": "2", "watermark": "true"}


def test_partial_pictures_are_streamed_and_nothing_else_is():
    assert sent(request("gpt-image-1.5", {"partial_images": 2}))["stream"] is True
    assert "stream" not in sent(request("gpt-image-1.5", {"partial_images": 0}))
    assert request("gpt-image-1.5", {"partial_images": 2}, by_data("source")).form["stream"] == "true"


def test_an_id_is_escaped_where_it_is_asked_after():
    for model in ("kling-v3", "sora-2"):
        spec = catalog.get(model)
        asked = load_task(spec.protocol).poll(spec, "models/veo?x=1&é" + "a" * 400)
        assert asked.method == "GET"
        assert asked.path.startswith("/v1/video/generations/models%2Fveo%3Fx%3D1%26%C3%A9aaa")


@pytest.mark.parametrize(
    ("model", "wish", "files", "words"),
    [
        ("kling-v3", {"duration": 99}, (), "at most 15"),
        ("kling-v3", {}, (by_url("mask"),), "mask"),
        ("pixverse-v5.6-t2v", {}, (by_url("first_frame"),), "first frame"),
        ("veo-3.1-generate-preview", {}, (by_url("reference"), by_url("reference", 1)), "3"),
        ("hunyuan-video-v1.5", {}, (), "first frame"),
        ("images-generations", {}, (), "wire_model"),
        ("flux-1-kontext-pro", {}, (by_url(), by_url()), "no place"),
    ],
)
def test_what_the_model_does_not_take_is_never_sent(model, wish, files, words):
    with pytest.raises(GatewayError, match=words) as caught:
        request(model, wish, *files)
    assert caught.value.http_status is None


def test_a_blank_prompt_is_never_sent():
    with pytest.raises(GatewayError, match="empty"):
        load_task("videos").submit(catalog.get("sora-2"), prompt(text="  \n"))


def test_a_form_cannot_send_an_address():
    with pytest.raises(GatewayError, match="inline") as caught:
        request("gpt-image-2", {}, by_url("source"))
    assert caught.value.kind == "not_supported"
