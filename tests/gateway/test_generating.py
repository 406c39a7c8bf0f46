"""One paid call and the polls after it, over a real socket."""

import json

import pytest

from chats import catalog
from chats.gateway import client
from chats.gateway.errors import GatewayError
from chats.gateway.values import Part, TaskState

from .asking import credentials
from .making import WIRE, by_data, picture, prompt
from .upstream import Upstream, answers, refuses

pytestmark = pytest.mark.usefixtures("fresh")

FILM, DRAWS = catalog.get("viduq3-pro"), catalog.get("gpt-image-1.5")


def says(body: object, status: int = 200):
    return answers(json.dumps(body).encode(), status=status, content_type="application/json")


def streams(name: str):
    return answers((WIRE / name).read_bytes())


async def failing(awaitable) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        await awaitable
    return caught.value


async def test_a_submit_answers_with_the_name_of_the_job():
    async with Upstream(says({"task_id": "t-1"})) as upstream:
        state = await client.submit(FILM, prompt({"duration": 5}), credentials(upstream))
    assert state == TaskState("queued", "t-1", request_id="toio1")
    assert upstream.requests[0].path == "/v1/video/generations"
    assert upstream.requests[0].json["duration"] == 5


@pytest.mark.parametrize(
    "script",
    [refuses(429), refuses(500, "do_request_failed"), refuses(503), says({"status": "queued"}), says([1])],
    ids=["429", "500", "503", "no id", "no object"],
)
async def test_a_submit_is_one_try_whatever_comes(script):
    async with Upstream(script) as upstream:
        error = await failing(client.submit(FILM, prompt(), credentials(upstream)))
        assert len(upstream.requests) == 1
    assert error.request_id == "toio1"
    assert error.tries == 1


async def test_a_submit_whose_connection_breaks_is_not_sent_again():
    async def cut(answering):
        answering.cut()

    async with Upstream(cut) as upstream:
        error = await failing(client.submit(FILM, prompt(), credentials(upstream)))
        assert len(upstream.requests) == 1
    assert client.verdict(error, FILM) == "unknown"


async def test_each_submit_has_a_connection_of_its_own():
    """One that was kept may just be closing, and then nobody knows whether the call was heard."""
    async with Upstream(says({"task_id": "t-1"})) as upstream:
        for _ in range(2):
            await client.submit(FILM, prompt(), credentials(upstream))
    assert [request.connection for request in upstream.requests] == [1, 2]


async def test_a_submit_to_nobody_was_certainly_not_heard():
    async with Upstream(refuses(500)) as upstream:
        gone = credentials(upstream)
    assert client.verdict(await failing(client.submit(FILM, prompt(), gone)), FILM) == "again"


async def test_an_answer_cut_in_the_middle_may_have_been_charged():
    async def half(answering):
        await answering.head(content_type="application/json")
        await answering.send(b'{"created":1,"data":[{"b64')
        answering.cut()

    async with Upstream(half) as upstream:
        error = await failing(client.submit(DRAWS, prompt(), credentials(upstream)))
    assert client.verdict(error, DRAWS) == "unknown"


async def test_whoever_waits_is_told_right_before_the_bytes_leave():
    told = []

    async def on_sent(request):
        told.append((request.path, len(upstream.requests)))

    async with Upstream(says({"task_id": "t"})) as upstream:
        await client.submit(FILM, prompt(), credentials(upstream), on_sent=on_sent)
    assert told == [("/v1/video/generations", 0)]


async def test_an_edit_reaches_the_gateway_as_a_form():
    files = (
        by_data("source", 1),
        by_data("source", 2),
        Part("image", data=b"mask", content_type="image/png", role="mask"),
    )
    async with Upstream(says({"created": 1, "data": [{"url": "https://cdn.example/a.png"}]})) as upstream:
        state = await client.submit(DRAWS, prompt({"n": 2}, *files), credentials(upstream))
    received = upstream.requests[0]
    assert received.path == "/v1/images/edits"
    assert received.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert received.body.count(b'name="image[]"; filename="source-') == 2
    assert b'name="mask"; filename="mask-1.png"\r\nContent-Type: image/png\r\n\r\nmask\r\n' in received.body
    assert b'name="n"\r\n\r\n2\r\n' in received.body
    assert picture(1) in received.body
    assert state.outputs[0].url == "https://cdn.example/a.png"


async def test_partial_pictures_are_handed_on_as_they_come():
    seen = []

    async def on_partial(output):
        seen.append(output)

    async with Upstream(streams("images/partials.sse")) as upstream:
        wish = prompt({"partial_images": 2})
        state = await client.submit(DRAWS, wish, credentials(upstream), on_partial=on_partial)
    assert [output.is_partial for output in seen] == [True, True]
    assert len(state.outputs) == 1
    assert upstream.requests[0].json["stream"] is True


async def test_who_asked_for_a_stream_may_get_plain_json():
    answer = json.loads((WIRE / "images/answers.json").read_text())["b64_with_empty_url"]
    async with Upstream(says(answer)) as upstream:
        state = await client.submit(DRAWS, prompt({"partial_images": 2}), credentials(upstream))
    assert state.status == "succeeded"


async def test_what_was_finished_before_a_stream_broke_is_kept():
    content = (WIRE / "images/seedream.sse").read_bytes()

    async def half(answering):
        await answering.head()
        await answering.send(content[:300])
        answering.cut()

    async with Upstream(half) as upstream:
        state = await client.submit(
            catalog.get("doubao-seedream-5-0-260128"),
            prompt({"sequential_image_generation": True}),
            credentials(upstream),
        )
    assert [output.url for output in state.outputs] == ["https://cdn.example/a.jpg"]


async def test_a_refusal_inside_a_200_is_an_error():
    body = {"error": {"message": "rejected by the safety system", "code": "moderation_blocked"}}
    async with Upstream(says(body)) as upstream:
        error = await failing(client.submit(DRAWS, prompt(), credentials(upstream)))
    assert client.verdict(error, DRAWS) == "refused"


POLLS = json.loads((WIRE / "video_generations/polls.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", POLLS)
async def test_no_state_of_a_job_is_mistaken_for_an_error(name):
    async with Upstream(says(POLLS[name])) as upstream:
        state = await client.poll(FILM, "a/b", credentials(upstream))
    assert state.status in ("queued", "running", "succeeded", "failed")
    request = upstream.requests[0]
    assert (request.method, request.path) == ("GET", "/v1/video/generations/a%2Fb")
    assert "content-type" not in request.headers  # the gateway refuses it on a GET (text.md 7)
    assert request.headers["authorization"] == "Bearer sk-very-secret-key"


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (refuses(429), "rate_limited"),
        (refuses(502), "upstream"),
        (says({"code": "task_not_exist", "message": "task not exist", "data": None}, 400), "bad_request"),
        (says({"error": {"message": "Invalid token", "code": ""}}, 401), "auth"),
        (answers(b"<html>", content_type="text/html"), "upstream"),
        (answers(b"moved", status=302, Location="http://elsewhere.example/"), "upstream"),
        (says({"success": False, "message": "no"}), "upstream"),
    ],
    ids=["429", "502", "gone", "401", "page", "redirect", "success false"],
)
async def test_a_poll_that_could_not_be_had_is_an_error_and_no_state(script, kind):
    async with Upstream(script) as upstream:
        error = await failing(client.poll(FILM, "t", credentials(upstream)))
        assert len(upstream.requests) == 1
    assert error.kind == kind


async def test_polls_share_a_connection():
    async with Upstream(says(POLLS["processing"])) as upstream:
        for _ in range(5):
            await client.poll(FILM, "t", credentials(upstream))
    assert {request.connection for request in upstream.requests} == {1}


async def test_a_lost_connection_is_an_error_of_the_poll():
    async def cut(answering):
        answering.cut()

    async with Upstream(cut) as upstream:
        error = await failing(client.poll(FILM, "t", credentials(upstream)))
    assert error.kind == "connection"
