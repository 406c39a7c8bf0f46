"""OpenAI's Python SDK, unmodified, against the sandbox over real HTTP."""

import base64
import json

import openai
import pytest

from tests.sandbox.made import film, image
from tests.sandbox.media import data_url, picture

MODEL = "qwen2.5-omni-7b"
HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def client(sandbox):
    with openai.OpenAI(base_url=sandbox.url + "/v1", api_key="sandbox", max_retries=0) as made:
        yield made


@pytest.fixture
async def async_client(sandbox):
    async with openai.AsyncOpenAI(base_url=sandbox.url + "/v1", api_key="sandbox", max_retries=0) as made:
        yield made


def test_models_are_listed_and_found(client):
    assert MODEL in {model.id for model in client.models.list()}
    assert client.models.retrieve(MODEL).owned_by == "ali"


def test_a_whole_answer(client):
    answer = client.chat.completions.create(model=MODEL, messages=HELLO)
    assert answer.choices[0].message.content.startswith("Sandbox: ")
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_a_stream_says_the_same_as_the_whole(client):
    whole = client.chat.completions.create(model=MODEL, messages=HELLO)
    stream = client.chat.completions.create(
        model=MODEL, messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert said == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage


async def test_the_async_client_gets_the_whole_and_the_stream(async_client):
    whole = await async_client.chat.completions.create(model=MODEL, messages=HELLO)
    stream = await async_client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    said = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
    assert said == whole.choices[0].message.content


def test_the_sdks_own_stream_helper_puts_tool_calls_together(client):
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
    tools = [{"type": "function", "function": {"name": "forecast", "parameters": schema}}]
    messages = [{"role": "user", "content": "tool call, please"}]
    with client.chat.completions.stream(model=MODEL, messages=messages, tools=tools) as stream:
        final = stream.get_final_completion()
    call = final.choices[0].message.tool_calls[0]
    assert final.choices[0].finish_reason == "tool_calls"
    assert call.function.name == "forecast"
    assert json.loads(call.function.arguments) == {"city": "tool call, please", "days": 1}


def test_media_and_details_of_usage_go_through(client):
    content = [
        {"type": "image_url", "image_url": {"url": data_url(picture("red"), "image/png")}},
        {"type": "text", "text": "Which colour?"},
    ]
    answer = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": content}])
    assert "**red**" in answer.choices[0].message.content
    assert answer.usage.prompt_tokens_details.image_tokens > 0


def test_spoken_answers_of_gpt_audio(client):
    answer = client.chat.completions.create(
        model="gpt-audio", modalities=["text", "audio"], audio={"voice": "alloy", "format": "wav"}, messages=HELLO
    )
    message = answer.choices[0].message
    assert message.content is None
    assert message.audio.transcript.startswith("Sandbox: ")
    assert base64.b64decode(message.audio.data).startswith(b"RIFF")


@pytest.mark.parametrize(
    ("directives", "expected"),
    [
        ("status=400", openai.BadRequestError),
        ("status=401", openai.AuthenticationError),
        ("status=403", openai.PermissionDeniedError),
        ("status=404", openai.NotFoundError),
        ("status=429", openai.RateLimitError),
        ("status=429 envelope=J", openai.RateLimitError),
        ("status=500", openai.InternalServerError),
        ("status=502", openai.InternalServerError),
        ("status=503", openai.InternalServerError),
    ],
)
def test_errors_become_the_sdks_own(client, directives, expected):
    with pytest.raises(expected) as caught:
        client.chat.completions.create(model=MODEL, messages=HELLO, extra_headers={"X-Sandbox": directives})
    assert caught.value.response.headers["X-Oneapi-Request-Id"].startswith("toio")


async def test_the_async_client_raises_the_same(async_client):
    with pytest.raises(openai.RateLimitError):
        await async_client.chat.completions.create(
            model=MODEL, messages=HELLO, extra_headers={"X-Sandbox": "status=429"}
        )


def test_a_wrong_key_is_an_authentication_error(sandbox):
    stranger = openai.OpenAI(base_url=sandbox.url + "/v1", api_key="sk-wrong", max_retries=0)
    with stranger, pytest.raises(openai.AuthenticationError, match="Invalid token"):
        stranger.chat.completions.create(model=MODEL, messages=HELLO)


def test_an_error_inside_a_stream_is_raised_by_the_sdk(client):
    stream = client.chat.completions.create(
        model=MODEL, messages=HELLO, stream=True, extra_headers={"X-Sandbox": "error_in_stream=after:3 form=data"}
    )
    with pytest.raises(openai.APIError, match="bad response status code"):
        list(stream)


def test_the_sdks_retries_meet_a_fault_that_passes(sandbox):
    with openai.OpenAI(base_url=sandbox.url + "/v1", api_key="sandbox", max_retries=2) as patient:
        messages = [{"role": "user", "content": "Retry me once"}]
        answer = patient.chat.completions.create(
            model=MODEL, messages=messages, extra_headers={"X-Sandbox": "status=503; times=1"}
        )
    assert answer.choices[0].message.content.startswith("Sandbox: ")


def test_pictures_are_generated_edited_and_streamed(client):
    made = client.images.generate(model="gpt-image-1.5", prompt="A boat", size="1024x1024", quality="low")
    assert image(base64.b64decode(made.data[0].b64_json)).size == (1024, 1024)
    assert made.usage.total_tokens > 0
    source = ("a.png", picture("red", size=(300, 200)), "image/png")
    edited = client.images.edit(model="gpt-image-1.5", prompt="A boat", image=[source, source])
    assert image(base64.b64decode(edited.data[0].b64_json)).size == (300, 200)
    stream = client.images.generate(model="gpt-image-1.5", prompt="A boat", stream=True, partial_images=1)
    assert [event.type for event in stream] == ["image_generation.partial_image", "image_generation.completed"]


@pytest.mark.filterwarnings("ignore:The Sora API is scheduled")
def test_films_are_made_polled_and_downloaded(client):
    made = client.videos.create(model="sora-2", prompt="A boat", seconds="4", size="1280x720")
    assert made.status == "queued"
    told = client.videos.retrieve(made.id)
    assert (told.status, told.progress) == ("completed", 100)
    assert film(client.videos.download_content(made.id).read()).seconds == pytest.approx(4)
