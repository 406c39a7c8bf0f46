"""Gemini's picture models over chat: how they are asked, and every form their answers have (images.md 7.4 and 9)."""

import json

import pytest

from chats import catalog
from chats.catalog.form import clean, form_of, task_for
from chats.gateway.body import Body
from chats.gateway.protocols import load
from chats.gateway.values import Finished, MediaOut, Part, Prompt, TextDelta, Turn

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 20
BASE64 = "iVBORw0KGgpwcHBwcHBwcHBwcHBwcHBwcHBwcA=="
URL = "https://cdn.example/a.png"
MODELS = ["gemini-3-pro-image-preview", "gemini-3.1-flash-image-preview", "gemini-2.5-flash-image"]


def body(model: str, wish: dict, *files: Part) -> dict:
    """As a run of the model's form asks."""
    spec = catalog.get(model)
    task = task_for(form_of(spec), ["source" for _file in files])
    prompt = Prompt((Turn("user", (Part("text", "a cup"), *files)),), clean(spec, task, wish))
    return json.loads(b"".join(Body(load(spec.protocol).request(spec, prompt).json)))


@pytest.mark.parametrize("model", MODELS)
def test_the_shape_stands_where_the_gateway_looks_for_it(model):
    asked = body(model, {"aspect_ratio": "16:9"})
    assert asked["extra_body"] == {"google": {"image_config": {"aspect_ratio": "16:9"}}}
    assert "n" not in asked
    assert "extra_body" not in body(model, {})


@pytest.mark.parametrize("model", MODELS[:2])
def test_a_size_never_goes_without_a_shape(model):
    config = body(model, {"image_size": "2K"})["extra_body"]["google"]["image_config"]
    assert config == {"image_size": "2K", "aspect_ratio": "1:1"}


def test_the_model_with_one_size_is_not_asked_for_another():
    with pytest.raises(ValueError, match="image_size"):
        body(MODELS[2], {"image_size": "2K"})


@pytest.mark.parametrize("model", MODELS)
def test_an_edit_brings_its_pictures(model):
    asked = body(model, {}, Part("image", data=PNG, content_type="image/png", role="source"))
    (message,) = asked["messages"]
    assert message["content"] == [
        {"type": "text", "text": "a cup"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{BASE64}"}},
    ]


def whole(message: dict) -> dict:
    return {"choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}]}


FORMS = {
    "list": whole({"content": [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{BASE64}"}}]}),
    "list, bare": whole({"content": [{"type": "image_url", "image_url": {"url": BASE64, "mime_type": "image/png"}}]}),
    "list, spelled": whole({"content": [{"type": "image_url", "image_url": {"url": BASE64, "MimeType": "image/png"}}]}),
    "markdown": whole({"content": f"![image](data:image/png;base64,{BASE64})"}),
    "bare data": whole({"content": f"data:image/png;base64,{BASE64}"}),
    "media": whole({"content": f"[media](data:image/png;base64,{BASE64})"}),
    "images": whole(
        {"content": "", "images": [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{BASE64}"}}]}
    ),
    "data": {"created": 1, "data": [{"url": "", "b64_json": BASE64, "revised_prompt": ""}]},
}
ADDRESSES = {
    "list": whole({"content": [{"type": "image_url", "image_url": {"url": URL}}]}),
    "markdown": whole({"content": f"![image]({URL})"}),
    "data": {"created": 1, "data": [{"url": URL, "b64_json": ""}]},
}


def events(answer: dict, is_streamed: bool) -> list:
    spec = catalog.get(MODELS[0])
    protocol = load("chat_completions")
    protocol.request(spec, Prompt((Turn("user", (Part("text", "a cup"),)),)))
    content = json.dumps(answer).encode()
    if is_streamed:
        content = b"data: " + content.replace(b'"message"', b'"delta"') + b"\n\ndata: [DONE]\n\n"
    return [*protocol.read(content), *protocol.close()]


@pytest.mark.parametrize("is_streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("form", FORMS)
def test_a_picture_is_found_wherever_it_stands(form, is_streamed):
    *found, end = events(FORMS[form], is_streamed)
    assert end == Finished("stop")
    (picture,) = [event for event in found if isinstance(event, MediaOut)]
    assert (picture.kind, picture.data, picture.content_type) == ("image", PNG, "image/png")
    assert not [event for event in found if isinstance(event, TextDelta) and event.text.strip()]


@pytest.mark.parametrize("is_streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("form", ADDRESSES)
def test_a_picture_may_be_an_address(form, is_streamed):
    *found, end = events(ADDRESSES[form], is_streamed)
    assert [event.url for event in found if isinstance(event, MediaOut)] == [URL]
    assert end == Finished("stop")
