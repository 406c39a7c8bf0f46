"""Films and worlds: what each adaptor takes, drops and refuses, and that the result is what was asked for."""

import gzip
import hashlib
import json
import struct

import pytest

from tests.sandbox.made import difference, film, image, inline, raw, result, state, submit, task
from tests.sandbox.media import picture
from tests.sandbox.test_fetch import Shelf, shelf  # noqa: F401 - a fixture

KLING, VIDU, SEEDANCE, PIXVERSE = "kling-v3", "viduq3-pro", "doubao-seedance-1-5-pro-251215", "pixverse-v5.6-t2v"
SOUND = {"sound": "on"}
MADE = [
    ({"model": KLING, "size": "1280x720", "duration": 3, "metadata": SOUND}, 3, 16 / 9, True),
    ({"model": KLING, "size": "nonsense", "duration": 3}, 3, 1, False),
    ({"model": "kling-v1-6", "size": "720x1280", "duration": 5}, 5, 9 / 16, False),
    ({"model": "viduq3-pro", "duration": 2, "size": "540p"}, 2, 16 / 9, False),
    ({"model": SEEDANCE, "duration": 4, "metadata": {"ratio": "21:9", "resolution": "480p"}}, 4, 21 / 9, True),
    ({"model": SEEDANCE, "duration": 4, "metadata": {"generate_audio": False}}, 4, 16 / 9, False),
    ({"model": "hailuo-2.3-t2v", "duration": 6}, 6, 16 / 9, False),
    ({"model": "sora-2", "seconds": "4"}, 4, 9 / 16, True),
    ({"model": "veo-3.1-generate-preview", "metadata": {"durationSeconds": 4, "aspectRatio": "9:16"}}, 4, 9 / 16, True),
    ({"model": "wan2.6-t2v", "size": "960*960", "metadata": {"audio": False}}, 5, 1, False),
    ({"model": PIXVERSE, "duration": 5, "metadata": {"quality": "540p", "aspect_ratio": "4:3"}}, 5, 4 / 3, False),
    ({"model": "ltx-2-3-fast", "size": "1080x1920", "duration": 6}, 6, 9 / 16, False),
    ({"model": "gen4.5", "metadata": {"ratio": "720:1280"}}, 2, 9 / 16, False),
]


@pytest.mark.parametrize(("body", "seconds", "ratio", "is_heard"), MADE, ids=lambda value: str(value)[:40])
def test_an_adaptor_orders_the_asked_length_ratio_and_sound(http, sandbox, body, seconds, ratio, is_heard):
    [recipe] = sandbox.submit(task(http, body))["recipes"]
    assert (recipe["seconds"], recipe["is_heard"]) == (seconds, is_heard)
    assert recipe["width"] / recipe["height"] == pytest.approx(ratio, rel=0.02)


@pytest.mark.parametrize(("body", "seconds", "ratio", "is_heard"), [MADE[0], MADE[3], MADE[7]], ids=["sound", "", "/"])
def test_a_film_has_the_asked_length_ratio_and_sound_and_moves(http, body, seconds, ratio, is_heard):
    made = film(content_of(http, body))
    assert (made.codec, made.pixel_format) == ("h264", "yuv420p")
    assert made.seconds == pytest.approx(seconds, abs=0.05)
    assert made.size[0] / made.size[1] == pytest.approx(ratio, rel=0.02)
    assert max(made.size) <= 640
    assert made.sounds == (["aac"] if is_heard else [])
    assert difference(made.frames[0], made.frames[1]) > 1


def content_of(http, body, directives=""):
    return result(http, body, directives + "; content none")


FIRST_AND_LAST = [
    {"model": KLING, "image": raw("red"), "duration": 3, "metadata": {"image_tail": raw("blue")}},
    {"model": "viduq2-pro", "images": [inline("red"), inline("blue")], "duration": 2},
    {
        "model": SEEDANCE,
        "images": [inline("red"), inline("blue")],
        "duration": 4,
        "metadata": {"image_role": "first_frame,last_frame"},
    },
    {"model": "veo-3.1-fast-generate-preview", "images": [inline("red"), inline("blue")]},
    {"model": "ltx-2-3-pro", "image": inline("red"), "last_frame_uri": inline("blue"), "duration": 6},
]


def named(colour: str) -> str:
    return hashlib.sha256(picture(colour, size=(640, 360))).hexdigest()


@pytest.mark.parametrize("body", FIRST_AND_LAST, ids=lambda body: body["model"])
def test_an_adaptor_orders_the_first_picture_and_the_last(http, sandbox, body):
    [recipe] = sandbox.submit(task(http, body))["recipes"]
    assert (recipe["first"], recipe["last"]) == (named("red"), named("blue"))


def test_a_film_goes_from_the_first_picture_to_the_last(http):
    made = film(content_of(http, FIRST_AND_LAST[1]))
    plain = [image(picture(colour, size=made.size)) for colour in ("red", "blue")]
    assert difference(made.frames[0], plain[0]) < 6
    assert difference(made.frames[-1], plain[1]) < 6
    assert difference(made.frames[1], plain[0]) > 40


FIRST = [
    {"model": "vidu-2.0-img2video", "image": inline("red"), "duration": 4},
    {"model": "viduq3-pro", "images": [inline("red")], "duration": 1},
    {"model": "hunyuan-video-v1.5", "image": inline("red"), "metadata": {"num_frames": 49}},
    {"model": "hailuo-2.3-i2v", "image": inline("red"), "duration": 6},
    {"model": "wan2.6-i2v", "image": inline("red"), "size": "720P"},
    {"model": "gen4.5", "images": [inline("red")]},
    {"model": "kling-v1-6", "image": raw("red")},
]


@pytest.mark.parametrize("body", FIRST, ids=lambda body: body["model"])
def test_an_adaptor_orders_the_first_picture_and_its_ratio(http, sandbox, body):
    [recipe] = sandbox.submit(task(http, body))["recipes"]
    assert recipe["first"] == named("red")
    assert recipe["width"] / recipe["height"] == pytest.approx(16 / 9, rel=0.01)


def test_the_first_picture_begins_the_film(http):
    made = film(content_of(http, FIRST[1]))
    assert made.size == (640, 360)
    assert difference(made.frames[0], image(picture("red", size=made.size))) < 6
    assert difference(made.frames[0], made.frames[1]) > 1


def test_several_references_are_all_seen(http):
    body = {"model": "viduq2-pro", "images": [inline("red"), inline("lime"), inline("blue")], "duration": 1}
    frames = film(content_of(http, body)).frames
    seen = [max(range(3), key=frame.getpixel((5, 5)).__getitem__) for frame in frames]
    assert seen == [0, 1, 2]


FILM = {"model": VIDU, "duration": 1, "size": "720p"}


def test_full_size_films_have_every_pixel(http):
    assert film(content_of(http, FILM, "full_size")).size == (1280, 720)


def test_pixverse_fetches_its_picture_by_address(http, sandbox, shelf):  # noqa: F811
    Shelf.files["/first.png"] = picture("red", size=(640, 360))
    address = shelf + "/first.png"
    metadata = {"quality": "360p"}
    body = {"model": "pixverse-v5.6-i2v", "images": [address], "duration": 5, "metadata": metadata}
    assert sandbox.submit(task(http, body))["recipes"][0]["first"] == named("red")
    refused = submit(http, body | {"images": [inline("red")]})
    assert (refused.status_code, refused.json()["code"]) == (500, "build_request_failed")


E_FORM = {"code", "message", "data"}
VEO = "veo-3.1-generate-preview"
REFUSED = [
    ("no prompt", {"model": KLING, "prompt": " "}, 400, "invalid_request", "prompt is required"),
    ("no model", {"model": ""}, 400, "missing_model", "model"),
    ("seconds as a number", {"model": "sora-2", "seconds": 4}, 400, "invalid_request", "TaskSubmitReq.seconds"),
    ("duration as a fraction", {"model": KLING, "duration": 5.5}, 400, "invalid_request", "TaskSubmitReq.duration"),
    ("an endless film", {"model": KLING, "duration": 4000}, 400, "invalid_seconds", "3600"),
    ("metadata as a list", {"model": KLING, "metadata": []}, 400, "invalid_request", "metadata"),
    ("vidu without a picture", {"model": "vidu-2.0-img2video"}, 500, "build_request_failed", "image is required"),
    (
        "vidu of 5 seconds",
        {"model": "vidu-2.0-img2video", "image": inline("red"), "duration": 5},
        500,
        "build_request_failed",
        "duration must be 4 or 8 seconds",
    ),
    ("vidu too long", {"model": "viduq2-pro", "images": [inline("red")], "duration": 11}, 400, "task_failed", "10"),
    ("vidu by base64", {"model": "viduq3-pro", "images": [raw("red")]}, 400, "task_failed", "raw"),
    ("kling v1 of 3 seconds", {"model": "kling-v1-6", "duration": 3}, 400, "task_failed", "'3'"),
    ("kling data url", {"model": KLING, "image": inline("red")}, 400, "task_failed", "valid base64"),
    ("kling by images alone", {"model": KLING, "images": [raw("red")]}, 400, "task_failed", "image is required"),
    ("kling small", {"model": KLING, "image": raw("red", size=(200, 200))}, 400, "task_failed", "300"),
    ("seedance of a second", {"model": SEEDANCE, "duration": 1}, 400, "fail_to_fetch_task", "duration"),
    (
        "seedance two first frames",
        {"model": SEEDANCE, "images": [inline("red"), inline("blue")]},
        400,
        "fail_to_fetch_task",
        "only one first_frame",
    ),
    ("hunyuan without", {"model": "hunyuan-video-v1.5"}, 500, "build_request_failed", "image is required"),
    ("hailuo default", {"model": "hailuo-2.3-t2v"}, 400, "fail_to_fetch_task", "duration must be 6 or 10"),
    ("hailuo without", {"model": "hailuo-2.3-i2v", "duration": 6}, 500, "build_request_failed", "image is required"),
    ("sora size", {"model": "sora-2", "size": "1024x1792"}, 400, "invalid_size", "1024x1792"),
    ("sora unknown key", {"model": "sora-2", "duration": 4}, 400, "fail_to_fetch_task", "Unknown parameter"),
    ("veo 1080p of 4 s", {"model": VEO, "metadata": {"durationSeconds": 4, "resolution": "1080p"}}, 400, None, "8 sec"),
    ("wan needs a star", {"model": "wan2.6-t2v", "size": "1280x720"}, 500, "convert_to_ali_request_failed", "1280x720"),
    ("wan odd size", {"model": "wan2.6-t2v", "size": "100*100"}, 400, "ali_api_error", "InvalidParameter"),
    ("wan without", {"model": "wan2.6-i2v"}, 500, "build_request_failed", "image is required"),
    ("wan of 7 seconds", {"model": "wan2.6-t2v", "duration": 7}, 400, "ali_api_error", "duration"),
    ("pixverse count", {"model": PIXVERSE, "images": [inline("red")]}, 500, "build_request_failed", "0 images"),
    ("pixverse default", {"model": PIXVERSE}, 400, "task_failed", "duration"),
    (
        "pixverse ratio",
        {"model": PIXVERSE, "duration": 5, "metadata": {"quality": "360p"}},
        400,
        "task_failed",
        "ratio",
    ),
    ("ltx size", {"model": "ltx-2-fast", "size": "1080x1920"}, 400, "model_price_not_found", "1080x1920"),
    ("ltx length", {"model": "ltx-2-3-pro", "duration": 5}, 400, "invalid_ltx_parameters", "duration"),
    ("runway ratio", {"model": "gen4.5", "metadata": {"ratio": "960:960"}}, 400, "fail_to_fetch_task", "ratio"),
    ("unfetchable", {"model": "gen4.5", "images": ["http://127.0.0.1:9/x.png"]}, 400, "fail_to_fetch_task", ""),
    ("a chat model", {"model": "qwen3-max-preview"}, 400, "invalid_api_platform", "qwen3-max-preview"),
    ("a role", {"model": SEEDANCE, "references": [{"role": "x"}]}, 400, "unsupported_reference_role", "x"),
]


@pytest.mark.parametrize(
    ("body", "status", "code", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refusals_have_the_envelope_of_tasks_and_cost_nothing(http, sandbox, body, status, code, text):
    sandbox.forget_submits()
    response = submit(http, body)
    assert response.status_code == status, response.text
    told = response.json()
    assert set(told) == E_FORM
    assert told["code"] == (code or "fail_to_fetch_task")
    assert text in told["message"]
    assert sandbox.submits() == []


def test_before_the_task_handler_errors_have_the_other_envelope(http, sandbox):
    assert submit(http, {"model": "nope"}).json()["error"]["code"] == "model_not_found"
    limited = {"Authorization": "Bearer sandbox:gpt-4o"}
    response = http.post("/v1/video/generations", json={"model": KLING, "prompt": "x"}, headers=limited)
    assert response.status_code == 403
    assert http.get("/v1/video/generations/x", headers={"Authorization": "Bearer no"}).status_code == 401


def test_a_text_with_an_address_in_it_is_masked(http):
    response = submit(http, {"model": "gen4.5", "images": ["https://"]})
    assert response.json()["message"] == "请求上游地址失败"


def sent(sandbox, http, body, directives=""):
    return sandbox.submit(task(http, body, directives))["sent"]


def test_what_an_adaptor_does_not_know_is_dropped_without_a_word(http, sandbox):
    metadata = {"multi_shot": True, "negative_prompt": "blur", "duration": "10"}
    kling = sent(sandbox, http, {"model": KLING, "size": "1280x720", "seed": 5, "metadata": metadata})
    assert (kling["negative_prompt"], kling["duration"], kling["aspect_ratio"]) == ("blur", "10", "16:9")
    assert not {"multi_shot", "seed"} & set(kling)
    vidu = sent(sandbox, http, {"model": "viduq3-pro", "metadata": {"audio": True, "aspect_ratio": "9:16", "seed": 5}})
    assert vidu["seed"] == 5
    assert not {"audio", "aspect_ratio"} & set(vidu)
    ppio = {"model": "hailuo-2.3-t2v", "duration": 6, "metadata": {"enable_prompt_expansion": False, "seed": 5}}
    assert not {"enable_prompt_expansion", "seed"} & set(sent(sandbox, http, ppio))
    as_text = {"model": "gen4.5", "metadata": json.dumps({"seed": 7})}
    assert sent(sandbox, http, as_text)["seed"] == 7


def test_older_gateways_lose_more(http, sandbox):
    quiet = {"model": SEEDANCE, "duration": 4, "metadata": {"generate_audio": False, "camera_fixed": True}}
    assert not {"generate_audio", "camera_fixed"} & set(sent(sandbox, http, quiet, "generation G1"))
    newer = sent(sandbox, http, quiet)
    assert (newer["generate_audio"], newer["camera_fixed"]) == (False, True)
    veo = {"model": VEO, "images": [inline("red")]}
    assert sent(sandbox, http, veo, "generation G1")["instances"][0]["images"] == []
    assert (
        "seed"
        not in sent(sandbox, http, {"model": "wan2.6-t2v", "metadata": {"seed": 3}}, "generation G1")["parameters"]
    )


def test_older_gateways_read_types_strictly(http):
    assert submit(http, {"model": KLING, "duration": "5"}).status_code == 200
    refused = submit(http, {"model": KLING, "duration": "5"}, "generation G1")
    assert refused.json()["code"] == "invalid_request"
    assert "of type int" in refused.json()["message"]


def test_sora_takes_a_file_of_exactly_the_size(http):
    form = {"model": "sora-2", "prompt": "x", "seconds": "4", "size": "1280x720"}
    files = {"input_reference": ("a.png", picture("red", size=(1280, 720)), "image/png")}
    response = http.post("/v1/videos", data=form, files=files)
    assert response.json()["status"] == "queued"
    content = http.get(f"/v1/videos/{response.json()['id']}/content").content
    assert difference(film(content).frames[0], image(picture("red", size=(640, 360)))) < 6
    small = {"input_reference": ("a.png", picture("red", size=(640, 360)), "image/png")}
    assert "must match" in http.post("/v1/videos", data=form, files=small).json()["message"]


def test_klings_own_form_and_route(http, sandbox):
    body = {"model_name": KLING, "duration": "5", "aspect_ratio": "9:16", "image": raw("red")}
    route = "/kling/v1/videos/image2video"
    remote_id = task(http, body, route=route)
    assert state(http, remote_id, route)["status"] == "succeeded"
    assert state(http, remote_id)["status"] == "succeeded"
    assert sandbox.submit(remote_id)["sent"]["aspect_ratio"] == "9:16"


@pytest.mark.parametrize("images", [[], [inline("red")], [inline("red"), inline("blue")]], ids=["text", "one", "two"])
def test_a_world_has_a_page_splats_and_a_mesh(http, images):
    remote_id = task(http, {"model": "Marble 0.1-mini", "images": images, "metadata": {"seed": 4}}, "panorama")
    told = state(http, remote_id)
    page = http.get(told["url"], headers={"Authorization": ""})
    assert page.headers["content-type"].startswith("text/html")
    assert "A paper boat" in page.text
    assert told["world_marble_url"] == told["url"]
    packed = gzip.decompress(http.get(told["splat_url_500k"]).content)
    magic, version, points = struct.unpack_from("<III", packed)
    assert (magic, version, len(packed)) == (0x5053474E, 2, 16 + points * 19)
    mesh = http.get(told["collider_mesh_url"]).content
    assert mesh[:4] == b"glTF"
    assert struct.unpack_from("<II", mesh, 4) == (2, len(mesh))
    json_bytes = struct.unpack_from("<I", mesh, 12)[0]
    assert json.loads(mesh[20 : 20 + json_bytes])["meshes"]
    assert image(http.get(told["pano_url"]).content).size == (1024, 512)
    assert "splat_url_500k" not in state(http, remote_id), "the extras come once"
    assert http.get(f"/v1/videos/{remote_id}").json()["metadata"]["world_id"]


PICTURES = "/v1/async/image/generations"


def test_slow_pictures_come_as_tasks(http):
    fields = {"metadata": {"aspect_ratio": "16:9", "output_format": "png"}}
    made = image(result(http, {"model": "flux-1-kontext-pro", "image": inline("red")} | fields, route=PICTURES))
    assert made.format == "PNG"
    assert made.width / made.height == pytest.approx(16 / 9, rel=0.01)
    assert made.getpixel((5, 5))[0] > 100
    plain = image(result(http, {"model": "imagineart-1.5-preview"} | fields, route=PICTURES))
    assert plain.size == made.size


FAILING = [
    ({"model": "flux-1-kontext-pro", "metadata": {"aspect_ratio": "1:1"}}, "image_url"),
    ({"model": "imagineart-1.5-preview"}, "Input should be"),
    ({"model": "imagineart-1.5-preview", "metadata": {"aspect_ratio": "7:5"}}, "Input should be"),
]


@pytest.mark.parametrize(("body", "text"), FAILING)
def test_what_fal_refuses_is_a_task_that_fails(http, body, text):
    told = state(http, task(http, body, route=PICTURES), PICTURES)
    assert told["status"] == "failed"
    assert text in told["error"]["message"]
