"""The image routes: exactly the asked pictures, streams, and the refusals of the gateway and of each vendor."""

import json

import pytest
from PIL import Image

from tests.sandbox.conftest import events
from tests.sandbox.made import difference, image, inline, of_base64
from tests.sandbox.media import data_url, picture

GENERATIONS, EDITS = "/v1/images/generations", "/v1/images/edits"
GPT, SEEDREAM = "gpt-image-2", "doubao-seedream-5-0-260128"


def make(http, model=GPT, directives="", route=GENERATIONS, **fields):
    body = {"model": model, "prompt": "A paper boat"} | fields
    return http.post(route, json=body, headers={"X-Sandbox": directives})


def pictures(http, *args, **fields):
    response = make(http, *args, **fields)
    assert response.status_code == 200, response.text
    entries = response.json()["data"]
    return [
        image(of_base64(one["b64_json"]) if one.get("b64_json") else http.get(one["url"]).content) for one in entries
    ]


MADE = [
    ("gpt", {"size": "1536x1024"}, (1536, 1024), "PNG"),
    ("gpt auto", {}, (1024, 1024), "PNG"),
    ("gpt free size", {"size": "1280x720"}, (1280, 720), "PNG"),
    ("gpt jpeg", {"output_format": "jpeg", "output_compression": 60}, (1024, 1024), "JPEG"),
    ("gpt webp", {"output_format": "webp"}, (1024, 1024), "WEBP"),
    ("dall-e-3", {"model": "dall-e-3", "size": "1792x1024", "style": "vivid"}, (1792, 1024), "PNG"),
    ("seedream", {"model": SEEDREAM, "size": "2848x1600"}, (2848, 1600), "JPEG"),
    ("seedream 2K", {"model": SEEDREAM, "size": "2K", "output_format": "png"}, (2048, 2048), "PNG"),
    ("unified", {"model": "images-generations", "size": "512x768"}, (512, 768), "PNG"),
    ("any model", {"model": "qwen-image-plus", "size": "1328*1328"}, (1328, 1328), "PNG"),
]


@pytest.mark.parametrize(("fields", "size", "form"), [row[1:] for row in MADE], ids=[row[0] for row in MADE])
def test_a_picture_has_the_asked_size_and_form(http, fields, size, form):
    [made] = pictures(http, **fields)
    assert (made.size, made.format) == (size, form)


def test_the_same_body_says_the_same_and_another_try_brings_another_picture(http, sandbox):
    first = make(http, directives="same", prompt="Twice").json()["data"]
    assert make(http, directives="same", prompt="Twice").json()["data"] == first
    assert make(http, prompt="Twice").json()["data"] != first
    two = pictures(http, n=2)
    assert difference(*two) > 1


def test_a_prompt_is_written_on_it(http):
    plain, worded = pictures(http, prompt="red"), pictures(http, prompt="red " + "boat " * 40)
    assert difference(plain[0], worded[0]) > 1
    assert plain[0].getpixel((512, 10))[:3] == (0xD8, 0x20, 0x20)


def test_a_transparent_background_is_left_empty(http):
    [made] = pictures(http, background="transparent")
    assert made.mode == "RGBA"
    assert made.getpixel((10, 10))[3] == 0
    assert make(http, background="transparent", output_format="jpeg").status_code == 400


def mask(size, box):
    """Transparent inside `box`."""
    made = Image.new("RGBA", size, (0, 0, 0, 255))
    made.paste((0, 0, 0, 0), box)
    return made


def edit(http, files, **fields):
    data = {"model": GPT, "prompt": "a green field"} | fields
    return http.post(EDITS, data=data, files=files)


def png_of(made: Image.Image) -> bytes:
    from io import BytesIO

    out = BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


def test_an_edit_changes_only_where_the_mask_is_transparent(http):
    source = picture("red", "blue", size=(400, 300))
    files = [
        ("image", ("a.png", source, "image/png")),
        ("mask", ("m.png", png_of(mask((400, 300), (100, 50, 300, 250))), "image/png")),
    ]
    response = edit(http, files)
    made = image(of_base64(response.json()["data"][0]["b64_json"]))
    assert made.size == (400, 300)
    before = image(source)
    kept = [(0, 0, 400, 50), (0, 50, 100, 250), (300, 50, 400, 250), (0, 250, 400, 300)]
    assert all(difference(made.crop(box), before.crop(box)) == 0 for box in kept)
    assert made.convert("RGB").getpixel((200, 60)) == (0x20, 0xA0, 0x40)


@pytest.mark.parametrize("name", ["image[]", "image[{}]"])
def test_several_pictures_are_composed_side_by_side(http, name):
    colours = ("red", "blue")
    files = [
        (name.format(at), (f"{at}.png", picture(one, size=(300, 300)), "image/png")) for at, one in enumerate(colours)
    ]
    made = image(of_base64(edit(http, files, prompt="together", size="1024x1024").json()["data"][0]["b64_json"]))
    left, right = made.getpixel((256, 30)), made.getpixel((768, 30))
    assert left[0] > left[2]
    assert right[2] > right[0]


def test_an_edit_by_json_takes_the_objects_of_openai(http):
    body = {"images": [{"image_url": inline("red")}], "prompt": "x"}
    [made] = pictures(http, route="/v1/edits", **body)
    assert made.size == (640, 360)
    assert 100 < made.getpixel((10, 10))[0] < 256
    assert difference(made, Image.new("RGB", made.size, "red")) > 10


def test_seedream_reads_pictures_from_json_alone(http):
    [made] = pictures(http, SEEDREAM, image=[inline("red"), inline("blue")], size="2K")
    assert made.width * made.height == pytest.approx(2048 * 2048, rel=0.01)
    files = [("image", ("a.png", picture("red", size=(300, 300)), "image/png"))]
    assert edit(http, files, model=SEEDREAM).json()["error"]["code"] == "InvalidParameter"


def test_a_set_of_seedream_may_hold_an_error_among_pictures(http):
    fields = {"sequential_image_generation": "auto", "sequential_image_generation_options": {"max_images": 4}}
    body = make(http, SEEDREAM, "item_error 1", prompt="4 boats", **fields).json()
    assert [sorted(entry) for entry in body["data"]] == [["error"], *[["size", "url"]] * 3]
    assert body["usage"]["generated_images"] == 4


def named(content: bytes) -> list[tuple[str, dict]]:
    names = [line.removeprefix(b"event: ").decode() for line in content.split(b"\n") if line.startswith(b"event: ")]
    return list(zip(names, events(content), strict=True))


def test_gpt_streams_partial_pictures_and_then_the_finished_one(http):
    response = make(http, directives="ping 0.01", stream=True, partial_images=2)
    assert response.headers["content-type"] == "text/event-stream"
    assert b": PING\n" in response.content
    assert response.content.endswith(b"data: [DONE]\n\n")
    found = named(response.content)
    assert [name for name, _ in found] == [*["image_generation.partial_image"] * 2, "image_generation.completed"]
    assert all(name == data["type"] for name, data in found)
    assert [data["partial_image_index"] for _, data in found[:2]] == [0, 1]
    assert {image(of_base64(data["b64_json"])).size for _, data in found} == {(1024, 1024)}
    assert found[-1][1]["usage"]["total_tokens"] > 0


def test_seedream_streams_finished_pictures_and_a_last_word_without_one(http):
    fields = {"sequential_image_generation": "auto", "prompt": "2 boats", "stream": True, "watermark": False}
    found = named(make(http, SEEDREAM, "item_error 1", **fields).content)
    assert [name.partition(".")[2] for name, _ in found] == ["partial_failed", "partial_succeeded", "completed"]
    assert found[0][1]["error"]["code"] == "OutputImageSensitiveContentDetected"
    assert image(http.get(found[1][1]["url"]).content).size == (2048, 2048)
    assert "url" not in found[2][1]
    assert found[2][1]["usage"]["generated_images"] == 1


def test_an_edit_streams_under_its_own_name(http):
    files = [("image", ("a.png", picture("red", size=(300, 300)), "image/png"))]
    found = named(edit(http, files, stream="true", partial_images="1").content)
    assert [name for name, _ in found] == ["image_edit.partial_image", "image_edit.completed"]


def test_a_converted_answer_has_all_three_keys(http):
    body = make(http, "qwen-image").json()
    assert set(body["data"][0]) == {"url", "b64_json", "revised_prompt"}
    assert body["data"][0]["b64_json"] == ""
    assert "revised_prompt" in make(http, "dall-e-3").json()["data"][0]


def test_url_may_hold_a_data_url_or_bare_base64(http):
    entry = make(http, "qwen-image", "url data").json()["data"][0]
    assert entry["url"].startswith("data:image/png;base64,")
    bare = make(http, "qwen-image", "url base64; same").json()["data"][0]["url"]
    assert image(of_base64(bare)).size == (1024, 1024)


REFUSED = [
    ("no prompt", {"prompt": " "}, 400, "prompt is required"),
    ("no model", {"model": ""}, 400, "model is required"),
    ("multiplication sign", {"size": "1024×1024"}, 400, "×"),
    ("129 at once", {"n": 129}, 400, "n must be an integer between 1 and 128"),
    ("less than none", {"n": -1}, 400, "cannot unmarshal -1"),
    ("half a picture", {"n": 1.5}, 400, "cannot unmarshal 1.5"),
    ("gpt makes ten", {"n": 11}, 400, "<= 10"),
    ("dall-e makes one", {"model": "dall-e-3", "n": 2}, 400, "<= 1"),
    ("gpt has one form", {"response_format": "url"}, 400, "Unknown parameter: 'response_format'"),
    ("gpt has no style", {"style": "vivid"}, 400, "Unknown parameter: 'style'"),
    ("gpt size", {"size": "1000x1000"}, 400, "1000x1000"),
    ("gpt-1.5 has three sizes", {"model": "gpt-image-1.5", "size": "1280x720"}, 400, "1280x720"),
    ("at most three partials", {"partial_images": 4}, 400, "partial_images"),
    ("png is not compressed", {"output_compression": 50}, 400, "output_compression"),
    ("dall-e size", {"model": "dall-e-3", "size": "512x512"}, 400, "1792x1024"),
    ("seedream is large", {"model": SEEDREAM, "size": "1024x1024"}, 400, "`size`"),
    ("gemini elsewhere", {"model": "gemini-3-pro-image-preview"}, 400, "only imagen models are supported"),
    ("unknown", {"model": "nope-1"}, 503, "No available channel for model nope-1"),
    ("no image model", {"model": "qwen3-max-preview"}, 500, ""),
    ("edit without a picture", {"route": EDITS}, 400, "image is required"),
    ("edit by dall-e-3", {"route": EDITS, "model": "dall-e-3"}, 400, "dall-e-2"),
    ("a picture that is none", {"model": SEEDREAM, "image": "data:image/png;base64,AAAA"}, 400, "invalid image file"),
    ("bare base64", {"model": SEEDREAM, "image": "iVBORw0KGgo="}, 400, "raw is not supported"),
]


@pytest.mark.parametrize(("fields", "status", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refusals_have_the_envelope_of_the_relay(http, sandbox, fields, status, text):
    sandbox.forget_submits()
    response = make(http, **fields)
    assert response.status_code == status
    error = response.json()["error"]
    assert text in error["message"]
    assert "request id: " in error["message"]
    assert {"message", "type", "code"} <= set(error)
    assert sandbox.submits() == []


def test_a_form_sent_again_is_the_same_body(http):
    files = [("image", ("a.png", picture("red", size=(300, 300)), "image/png"))]
    told = [edit(http, files, prompt="again [sandbox: status 500; times 1]").status_code for _ in range(2)]
    assert told == [500, 200]


def test_masks_are_checked(http):
    source = ("image", ("a.png", picture("red", size=(400, 300)), "image/png"))
    for made in (png_of(mask((300, 300), (0, 0, 9, 9))), png_of(Image.new("RGB", (400, 300)))):
        answer = edit(http, [source, ("mask", ("m.png", made, "image/png"))])
        assert answer.json()["error"]["message"].startswith("Invalid mask image format")


@pytest.mark.parametrize(
    "code", ["moderation_blocked", "content_policy_violation", "InputTextSensitiveContentDetected"]
)
def test_content_may_be_refused(http, code):
    response = make(http, prompt=f"Something [sandbox: code {code}]")
    assert (response.status_code, response.json()["error"]["code"]) == (400, code)


def test_gemini_ids_are_served_here_on_some_channels(http):
    [made] = pictures(http, "gemini-3.1-flash-image-preview", "channel fal_sync", size="16:9")
    assert made.width / made.height == pytest.approx(16 / 9, rel=0.01)


def native(http, verb="generateContent", directives="", model="gemini-2.5-flash-image-preview", parts=(), **config):
    body = {
        "contents": [{"role": "user", "parts": [{"text": "make it snow"}, *parts]}],
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"]} | config,
    }
    return http.post(f"/v1beta/models/{model}:{verb}", json=body, headers={"X-Sandbox": directives})


def test_googles_route_answers_with_parts(http):
    [candidate] = native(http, imageConfig={"aspectRatio": "16:9"}).json()["candidates"]
    text, drawn = candidate["content"]["parts"]
    assert "make it snow" in text["text"]
    made = image(of_base64(drawn["inlineData"]["data"]))
    assert made.width / made.height == pytest.approx(16 / 9, rel=0.01)
    assert drawn["thoughtSignature"]
    assert candidate["finishReason"] == "STOP"


def test_googles_stream_says_the_same_in_pieces_without_done(http):
    response = native(http, "streamGenerateContent?alt=sse")
    assert b"[DONE]" not in response.content
    parts = [part for one in events(response.content) for part in one["candidates"][0]["content"]["parts"]]
    assert [sorted(part) for part in parts] == [["text"], ["inlineData", "thoughtSignature"]]
    assert events(response.content)[-1]["usageMetadata"]["candidatesTokenCount"] > 1000


def test_googles_route_takes_pictures_and_follows_their_ratio(http):
    data = data_url(picture("red", size=(600, 300))).partition(",")[2]
    given = [{"inlineData": {"mimeType": "image/png", "data": data}}]
    made = native(http, parts=given).json()["candidates"][0]["content"]["parts"][1]["inlineData"]["data"]
    assert image(of_base64(made)).size == (1448, 724)


def test_a_refused_or_missing_picture_has_its_reason(http):
    told = native(http, directives="finish IMAGE_SAFETY").json()["candidates"][0]
    assert told["finishReason"] == "IMAGE_SAFETY"
    assert [sorted(part) for part in told["content"]["parts"]] == [["text"]]
    blocked = native(http, directives="finish PROHIBITED_CONTENT").json()
    assert blocked["promptFeedback"] == {"blockReason": "PROHIBITED_CONTENT"}
    only_words = native(http, responseModalities=["TEXT"]).json()["candidates"][0]["content"]["parts"]
    assert [sorted(part) for part in only_words] == [["text"]]


def test_chat_pictures_have_the_asked_shape_and_come_in_every_form(ask):
    shape = {"extra_body": {"google": {"image_config": {"aspect_ratio": "16:9", "image_size": "2K"}}}}
    model = "gemini-3.1-flash-image-preview"
    url = ask.message("A cup", model=model, **shape)["content"][1]["image_url"]["url"]
    made = image(of_base64(url.partition(",")[2]))
    assert made.width * made.height == pytest.approx(2048 * 2048, rel=0.01)
    assert made.width / made.height == pytest.approx(16 / 9, rel=0.01)
    told = ask.message("A cup", model=model, directives="image_form images")
    assert told["images"][0]["image_url"]["url"].startswith("data:image/png;base64,")
    assert "![image](data:image/png;base64," in ask.text("A cup", model=model, directives="image_form markdown")
    bare = ask.message("A cup", model=model, directives="image_form bare")["content"][1]["image_url"]
    assert image(of_base64(bare["url"])).size == (1024, 1024)
    assert isinstance(ask.text("A cup", model=model, directives="no_image"), str)


def test_chat_refuses_camel_case_and_sizes_the_model_has_not(ask):
    camel = {"extra_body": {"google": {"imageConfig": {"aspectRatio": "16:9"}}}}
    assert "image_config" in ask.post("A cup", model="gemini-2.5-flash-image", **camel).json()["error"]["message"]
    large = {"extra_body": {"google": {"image_config": {"image_size": "2K"}}}}
    assert ask.post("A cup", model="gemini-2.5-flash-image", **large).status_code == 400


def test_the_last_picture_of_a_chat_is_edited(ask, http):
    said = "Here ![image](" + inline("red", size=(300, 200)) + ")"
    messages = [
        {"role": "user", "content": "Draw"},
        {"role": "assistant", "content": said},
        {"role": "user", "content": "larger"},
    ]
    body = {"model": "gemini-2.5-flash-image", "messages": messages}
    parts = http.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]["content"]
    made = image(of_base64(parts[1]["image_url"]["url"].partition(",")[2]))
    assert made.width / made.height == pytest.approx(1.5, rel=0.01)
    red, green, blue = made.getpixel((10, 10))[:3]
    assert red > max(green, blue)


def test_json_and_form_must_be_readable(http):
    assert http.post(GENERATIONS, content=b"{").json()["error"]["code"] == "bad_request_body"
    broken = http.post(EDITS, content=b"--x\r\n", headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert broken.json()["error"]["code"] == "bad_request_body"
    assert json.loads(http.post(EDITS, content=b"[]").content)["error"]["code"] == "bad_request_body"
