"""Every answer the task routes are known to give, as recorded bytes (video.md 1.5, 2 and 8; images.md 8)."""

import json
from pathlib import Path

import pytest

from chats import catalog
from chats.gateway.errors import GatewayError
from chats.gateway.protocols import TaskProtocol, load_task
from chats.gateway.values import TaskState

WIRE = Path(__file__).parents[2] / "wire"
FILM, PICTURE, PAGE = "https://cdn.example/a.mp4", "https://cdn.example/a.jpg", "https://marble.worldlabs.ai/world/w-1"


def recorded(name: str) -> dict:
    return json.loads((WIRE / name).read_text(encoding="utf-8"))


def asking(model: str) -> TaskProtocol:
    spec = catalog.get(model)
    protocol = load_task(spec.protocol)
    protocol.poll(spec, "t")
    return protocol


SUBMITS = recorded("video_generations/submits.json")


@pytest.mark.parametrize("name", SUBMITS)
@pytest.mark.parametrize("protocol", ["video_generations", "videos", "async_images"])
def test_a_submit_is_known_by_its_id_whatever_its_status_says(protocol, name):
    body = SUBMITS[name]
    inner = body.get("data", body)
    expected = str(inner.get("task_id") or inner.get("id"))
    assert load_task(protocol).submitted(body) == TaskState("queued", expected)
    assert len(load_task(protocol).submitted(SUBMITS["long_id"]).remote_id) == 400


@pytest.mark.parametrize(
    "body", [{}, {"status": "queued"}, {"task_id": ""}, {"task_id": None}, {"task_id": "x" * 501}, {"data": None}]
)
def test_a_submit_without_an_id_may_have_been_charged(body):
    with pytest.raises(GatewayError) as caught:
        load_task("video_generations").submitted(body)
    assert (caught.value.http_status, caught.value.code) == (200, "no_task_id")


POLLS = {  # status, address of the result, progress, error, code
    "queued": ("queued", "", None, "", ""),
    "processing": ("running", "", None, "", ""),
    "processing_null_url": ("running", "", None, "", ""),
    "succeeded": ("succeeded", FILM, 1.0, "", ""),
    "succeeded_empty": ("failed", "", None, "finished without a result", "no_result"),
    "failed_g1_text_in_url": ("failed", "", None, "prompt violates rules", ""),
    "failed_g1_nothing": ("failed", "", None, "", ""),
    "failed_g2": ("failed", "", None, "DataInspectionFailed: refused", ""),
    "failed_g2_code": ("failed", "", None, "no", "E42"),
    "failed_plain_error": ("failed", "", None, "task failed", ""),
    "record_not_start": ("queued", "", None, "", ""),
    "record_submitted": ("queued", "", None, "", ""),
    "record_queued": ("queued", "", None, "", ""),
    "record_running": ("running", "", None, "", ""),
    "record_running_real": ("running", "", 0.57, "", ""),
    "record_unknown": ("running", "", None, "", ""),
    "record_success_result_url": ("succeeded", FILM, 1.0, "", ""),
    "record_success_fail_reason": ("succeeded", FILM, 1.0, "", ""),
    "record_success_nothing": ("failed", "", None, "finished without a result", "no_result"),
    "record_failure": ("failed", "", None, "任务超时（1440分钟）", ""),
    "record_deleted": ("failed", "", None, "", ""),
    "no_news": ("running", "", None, "", ""),
    "no_news_text": ("running", "", None, "", ""),
    "object_queued": ("queued", "", None, "", ""),
    "object_running": ("running", "", 0.42, "", ""),
    "object_completed_metadata": ("succeeded", FILM, 1.0, "", ""),
    "object_completed_video_url": ("succeeded", FILM, 1.0, "", ""),
    "object_failed": ("failed", "", None, "blocked", "moderation_blocked"),
    "object_unknown": ("running", "", None, "", ""),
    "unknown_status": ("running", "", None, "", ""),
    "empty": ("running", "", None, "", ""),
}


def test_the_table_has_every_recorded_answer():
    assert set(POLLS) == set(recorded("video_generations/polls.json"))


@pytest.mark.parametrize("name", POLLS)
def test_a_poll_says_how_it_stands(name):
    state = asking("kling-v3").read(recorded("video_generations/polls.json")[name])
    found = "".join(output.url for output in state.outputs)
    assert (state.status, found, state.progress, state.error, state.code) == POLLS[name]
    assert all(output.kind == "video" for output in state.outputs)


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("first_success", ["viewer", "splat", "splat", "mesh"]),
        ("later", ["viewer"]),
        ("object", ["viewer", "splat"]),
        ("no_page", None),
    ],
)
def test_a_world_is_a_page_to_visit_with_files_beside_it(name, roles):
    state = asking("Marble 0.1-plus").read(recorded("video_generations/worlds.json")[name])
    if roles is None:
        assert state.status == "failed"
        return
    assert [output.role for output in state.outputs] == roles
    assert {output.kind for output in state.outputs} == {"file"}
    assert state.outputs[0].url == PAGE


def test_the_result_of_sora_may_lie_with_the_gateway():
    state = asking("sora-2").read(recorded("videos/polls.json")["content"])
    assert state.outputs[0].url.endswith("/v1/videos/video_68/content")
    assert asking("sora-2").read(recorded("videos/polls.json")["running"]).status == "running"


@pytest.mark.parametrize(
    ("name", "status", "told"),
    [
        ("queued", "queued", ""),
        ("succeeded_named_mp4", "succeeded", PICTURE),
        ("succeeded_empty", "failed", "finished without a result"),
        ("failed_new", "failed", "image_url: field required"),
        ("failed_old", "failed", "field required"),
        ("record_old_url", "succeeded", PICTURE),
        ("no_news", "running", ""),
    ],
)
def test_a_picture_is_a_picture_whatever_its_format_says(name, status, told):
    state = asking("flux-1-kontext-pro").read(recorded("async_images/polls.json")[name])
    assert state.status == status
    assert "".join(output.url for output in state.outputs) + state.error == told
    assert all(output.kind == "image" for output in state.outputs)


def test_a_film_inside_the_answer_is_taken_out():
    body = {"status": "completed", "metadata": {"url": "data:video/mp4;base64,AAAAIGZ0eXA="}}
    (output,) = asking("veo-3.1-generate-preview").read(body).outputs
    assert (output.data, output.content_type, output.url) == (b"\x00\x00\x00\x20ftyp", "video/mp4", "")
