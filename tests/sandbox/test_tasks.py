"""The life of a task: states, both envelopes, both generations of the gateway, links, restarts and every trap."""

import re
import time

import httpx
import pytest

from chats.gateway.sandbox import server
from tests.sandbox.conftest import ENVIRONMENT, HEADERS
from tests.sandbox.made import ROUTE, film, image, inline, result, state, submit, task

VIDU, KLING, SORA, LTX = "viduq3-pro", "kling-v3", "sora-2", "ltx-2-3-fast"
FILM = {"model": VIDU, "duration": 1}
HOLD = "; takes 600"  # so that it is surely still running


def test_a_task_waits_runs_and_is_done(http):
    remote_id = task(http, FILM, "takes 0.4")
    seen = [state(http, remote_id)["status"]]
    while seen[-1] != "succeeded":
        seen.append(state(http, remote_id)["status"])
    assert list(dict.fromkeys(seen)) == ["queued", "processing", "succeeded"]


def test_the_simple_envelope_has_every_key(http):
    body = http.get(f"{ROUTE}/{task(http, FILM, 'takes 600')}").json()
    assert (body["code"], body["message"]) == ("success", "")
    assert set(body["data"]) == {"task_id", "status", "url", "format", "error", "metadata"}
    assert (body["data"]["url"], body["data"]["error"]) == (None, None)
    old = state(http, task(http, FILM, "takes 600; generation G1"))
    assert (old["url"], old["format"]) == ("", "mp4")


def test_the_task_record_keeps_the_address_where_each_generation_has_it(http):
    new = state(http, task(http, FILM, "record"))
    assert (new["status"], new["progress"], new["fail_reason"]) == ("SUCCESS", "100%", "")
    assert new["result_url"].startswith("http")
    old = state(http, task(http, FILM, "record; generation G1"))
    assert "result_url" not in old
    assert old["fail_reason"].startswith("http")
    running = state(http, task(http, FILM, "record" + HOLD))
    assert (running["status"], running["progress"]) == ("QUEUED", "20%")
    failed = state(http, task(http, FILM, "record; fail bad_words"))
    assert (failed["status"], failed["fail_reason"]) == ("FAILURE", "bad words")


def test_both_envelopes_may_come_in_turn(http):
    remote_id = task(http, FILM, "record mixed")
    assert [state(http, remote_id)["status"] for _ in range(4)] == ["succeeded", "SUCCESS"] * 2


IDS = [
    (KLING, {}, r"\d{18}"),
    ("pixverse-v5.6-t2v", {"duration": 5, "metadata": {"quality": "360p", "aspect_ratio": "1:1"}}, r"\d{18}"),
    ("gen4.5", {}, r"[0-9a-f-]{36}"),
    ("doubao-seedance-1-5-pro-251215", {}, r"cgt-\d{14}-\w{5}"),
    (LTX, {"duration": 6}, r"\w{32}"),
    ("veo-3.1-generate-preview", {}, r"[\w-]{120,}"),
    (SORA, {}, r"video_\w{48}"),
]


@pytest.mark.parametrize(("model", "fields", "pattern"), IDS, ids=[row[0] for row in IDS])
def test_older_gateways_use_the_vendors_names(http, model, fields, pattern):
    old = task(http, {"model": model} | fields, "generation G1" + HOLD)
    assert re.fullmatch(pattern, old)
    assert state(http, old)["task_id"] == old
    assert re.fullmatch(r"task_\w{32}", task(http, {"model": model} | fields, "takes 600"))


def test_a_name_may_have_500_characters(http):
    remote_id = task(http, FILM, "id_length 500; generation G1" + HOLD)
    assert len(remote_id) == 500
    assert set("-_") < set(remote_id)
    assert state(http, remote_id)["task_id"] == remote_id


SHAPES = [
    (FILM, "", {"id", "task_id", "object", "model", "status", "progress", "created_at"}, ""),
    ({"model": "hailuo-2.3-t2v", "duration": 6}, "", {"task_id"}, None),
    ({"model": "doubao-seedance-1-5-pro-251215"}, "generation G1", {"task_id"}, None),
    ({"model": "wan2.6-t2v"}, "shape D", {"id", "task_id", "status", "model", "created_at"}, "queued"),
    ({"model": "wan2.6-t2v"}, "", None, "queued"),
    ({"model": SORA}, "", None, "queued"),
]


@pytest.mark.parametrize(("body", "directives", "keys", "status"), SHAPES)
def test_a_submit_is_answered_in_the_shape_of_its_vendor(http, body, directives, keys, status):
    told = submit(http, body, directives + HOLD).json()
    assert keys is None or set(told) == keys
    assert told.get("status") == status


def test_openais_object_is_there_for_some(http):
    body = http.get(f"/v1/videos/{task(http, {'model': SORA}, 'takes 600')}").json()
    assert (body["object"], body["status"], body["seconds"], body["size"]) == ("video", "queued", "4", "720x1280")
    assert isinstance(body["progress"], int)
    assert http.get(f"/v1/videos/{task(http, FILM)}").json()["metadata"]["url"].startswith("http")
    veo = http.get(f"/v1/videos/{task(http, {'model': 'veo-3.1-generate-preview'})}").json()
    assert not {"url", "video_url", "metadata"} & set(veo)
    old = http.get(f"/v1/videos/{task(http, FILM, 'generation G1')}").json()
    assert old["data"]["status"] == "succeeded"
    absent = http.get(f"/v1/videos/{task(http, {'model': 'hailuo-2.3-t2v', 'duration': 6})}")
    assert (absent.status_code, absent.json()["code"]) == (501, "not_implemented")


@pytest.mark.parametrize("route", [ROUTE, "/v1/async/image/generations", "/v1/videos"])
def test_an_unknown_task_is_400(http, route):
    response = http.get(f"{route}/task_nobody")
    assert (response.status_code, response.json()["code"]) == (400, "task_not_exist")


def test_the_result_may_be_at_the_gateway_and_needs_the_key_there(http):
    told = state(http, task(http, {"model": SORA}, "tiny"))
    assert told["url"].endswith(f"/v1/videos/{told['task_id']}/content")
    assert http.get(told["url"], headers={"Authorization": ""}).status_code == 401
    answer = http.get(told["url"])
    assert answer.headers["content-type"] == "video/mp4"
    as_json = http.get(state(http, task(http, {"model": SORA}, "tiny; generation G1"))["url"]).json()
    assert http.get(as_json["data"]["url"], headers={"Authorization": ""}).headers["content-type"] == "video/mp4"
    early = http.get(f"/v1/videos/{task(http, {'model': SORA}, 'takes 600')}/content")
    assert early.status_code == 400
    assert "QUEUED" in early.json()["error"]["message"]
    assert http.get("/v1/videos/nobody/content").status_code == 404


def test_links_need_no_key_but_their_signature_and_they_expire(http):
    url = state(http, task(http, FILM, "tiny"))["url"]
    assert http.get(url, headers={"Authorization": ""}).status_code == 200
    assert http.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 403
    assert http.get(re.sub(r"expires=\d+", "expires=9999999999", url)).status_code == 403
    dead = state(http, task(http, FILM, "tiny; link_life 0"))["url"]
    assert http.get(dead).status_code == 403


FAILED = [
    ("newer", {}, "fail content_policy", None, {"message": "content policy"}),
    ("older", {}, "fail content_policy; generation G1", "", None),
    ("older LTX", {"model": LTX, "duration": 5}, "generation G1", "duration 5 is not supported at 1920x1080", None),
    ("in url", {}, "fail no_luck in url", "no luck", None),
]


@pytest.mark.parametrize(
    ("fields", "directives", "url", "error"), [row[1:] for row in FAILED], ids=[r[0] for r in FAILED]
)
def test_a_failure_is_told_where_each_generation_tells_it(http, fields, directives, url, error):
    told = state(http, task(http, FILM | fields, directives))
    assert (told["status"], told["url"], told["error"]) == ("failed", url, error)


REFUSED_CONTENT = [
    (FILM, "task_failed", "Input data may contain inappropriate content."),
    ({"model": "wan2.6-t2v"}, "ali_api_error", "DataInspectionFailed: Input data"),
    ({"model": "doubao-seedance-1-5-pro-251215"}, "fail_to_fetch_task", '{"error": {"code": "DataInspectionFailed"'),
]


@pytest.mark.parametrize(("body", "code", "text"), REFUSED_CONTENT)
def test_refused_content_is_told_in_the_words_of_the_vendor(http, body, code, text):
    response = submit(http, body, "code DataInspectionFailed")
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert text in response.json()["message"]


def test_a_film_that_google_took_away_succeeds_with_nothing_in_older_gateways(http):
    told = state(http, task(http, {"model": "veo-3.1-generate-preview"}, "fail; generation G1"))
    assert (told["status"], told["url"]) == ("succeeded", "")


def test_a_failure_of_hunyuan_is_never_reported(http):
    body = {"model": "hunyuan-video-v1.5", "image": inline("red")}
    assert state(http, task(http, body, "fail"))["status"] == "processing"
    assert state(http, task(http, body | {"metadata": {"resolution": "1080p"}}))["status"] == "processing"


def test_it_may_stay_processing_succeed_with_nothing_or_be_forgotten(http):
    assert state(http, task(http, FILM, "stuck"))["status"] == "processing"
    empty = state(http, task(http, FILM, "no_result"))
    assert (empty["status"], empty["url"]) == ("succeeded", None)
    remote_id = task(http, FILM, "gone after 1" + HOLD)
    assert state(http, remote_id)["status"] == "queued"
    assert http.get(f"{ROUTE}/{remote_id}").json()["code"] == "task_not_exist"


@pytest.mark.parametrize(("status", "text"), [("500", "500"), ("429", "当前分组上游负载已饱和，请稍后再试")])
def test_the_first_polls_may_fail_and_say_nothing(http, status, text):
    remote_id = task(http, FILM, f"poll_fails 2 status {status}; poll_null 1")
    for _ in range(2):
        response = http.get(f"{ROUTE}/{remote_id}")
        assert response.status_code == int(status)
        assert text in response.json()["message"]
    assert http.get(f"{ROUTE}/{remote_id}").json() == {"code": "success", "data": None}
    assert state(http, remote_id)["status"] == "succeeded"


def test_polls_may_break_off_hang_or_meet_a_proxy(http):
    cut = task(http, FILM, "poll_fails 1 status cut")
    with pytest.raises(httpx.RemoteProtocolError):
        http.get(f"{ROUTE}/{cut}")
    assert state(http, cut)["status"] == "succeeded"
    hanging = task(http, FILM, "poll_fails 1 status timeout")
    with pytest.raises(httpx.ReadTimeout):
        http.get(f"{ROUTE}/{hanging}", timeout=0.2)
    assert state(http, hanging)["status"] == "succeeded"
    proxied = http.get(f"{ROUTE}/{task(http, FILM, 'poll_fails 1 status html')}")
    assert (proxied.status_code, proxied.headers["content-type"]) == (502, "text/html")


def test_the_first_success_may_be_slow(http):
    remote_id = task(http, FILM, "slow_success 0.3")
    began = time.monotonic()
    assert state(http, remote_id)["status"] == "succeeded"
    assert time.monotonic() - began > 0.3
    began = time.monotonic()
    state(http, remote_id)
    assert time.monotonic() - began < 0.3


LOST = [
    ("cut", "lose_submit", httpx.RemoteProtocolError),
    ("too slow", "slow_submit forever", httpx.ReadTimeout),
]


@pytest.mark.parametrize(("directives", "error"), [row[1:] for row in LOST], ids=[row[0] for row in LOST])
def test_a_lost_answer_leaves_a_task_that_was_counted(http, sandbox, directives, error):
    sandbox.forget_submits()
    headers = {"X-Sandbox": directives}
    with pytest.raises(error):
        http.post(ROUTE, json=FILM | {"prompt": "Lost"}, headers=headers, timeout=httpx.Timeout(5, read=0.5))
    [counted] = sandbox.submits()
    assert counted["prompt"] == "Lost"
    assert state(http, counted["id"])["status"] == "succeeded"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_error_comes_before_or_after_the_call_was_accepted(http, sandbox, status):
    sandbox.forget_submits()
    assert submit(http, FILM, f"status {status}").status_code == status
    assert sandbox.submits() == []
    assert submit(http, FILM, f"status {status}; accept").status_code == status
    assert len(sandbox.submits()) == 1
    once = FILM | {"prompt": f"Once {status} [sandbox: status {status}; times 1]"}
    assert [submit(http, once).status_code for _ in range(2)] == [status, 200]


def test_klings_limit_of_parallel_tasks(http):
    response = submit(http, {"model": KLING}, "code 1303")
    assert (response.status_code, response.json()["code"]) == (400, "task_failed")
    assert "parallel task over resource pack limit" in response.json()["message"]


def test_links_may_be_dead_for_a_while_or_for_ever(http):
    url = state(http, task(http, FILM, "tiny; dead_link 2 status 403"))["url"]
    assert [http.get(url).status_code for _ in range(3)] == [403, 403, 200]
    forever = state(http, task(http, FILM, "tiny; dead_link"))["url"]
    assert {http.get(forever).status_code for _ in range(3)} == {404}


def test_downloads_may_be_wrong_none_large_slow_or_broken_off(http):
    assert b"<!doctype html>" in result(http, FILM, "tiny; wrong_bytes html")
    assert result(http, FILM, "tiny; wrong_bytes nothing") == b""
    large = result(http, FILM, "tiny; big_file 3000000")
    assert len(large) == 3_000_000
    assert film(large).size == (64, 64)
    began = time.monotonic()
    result(http, FILM, "tiny; slow_link 0.2")
    assert time.monotonic() - began > 0.2
    broken = state(http, task(http, FILM, "tiny; cut_link"))["url"]
    with pytest.raises(httpx.RemoteProtocolError):
        http.get(broken)
    assert http.get(broken).status_code == 200


def test_tiny_results_are_small_quick_and_none_is_like_another(http):
    result(http, FILM, "tiny")
    bodies = {result(http, FILM, "tiny; same") for _ in range(3)}
    assert len(bodies) == 3
    assert max(map(len, bodies)) < 20_000
    assert {film(one).seconds for one in bodies} == {1.0}
    pictures = [submit(http, {"model": "dall-e-3"}, "tiny", "/v1/images/generations").json() for _ in range(2)]
    drawn = [http.get(one["data"][0]["url"]).content for one in pictures]
    assert drawn[0] != drawn[1]
    assert image(drawn[0]).size == (64, 64)


def test_submits_are_counted_by_key_and_polls_with_them(http, sandbox):
    sandbox.forget_submits()
    first = task(http, FILM | {"prompt": "Mine"})
    other = http.post(ROUTE, json=FILM | {"prompt": "Theirs"}, headers={"Authorization": "Bearer sandbox-other"})
    http.post("/v1/images/generations", json={"model": "dall-e-3", "prompt": "A picture"})
    for _ in range(3):
        state(http, first)
    mine, theirs, drawn = sandbox.submits()
    assert (mine["id"], mine["model"], mine["prompt"], mine["polls"]) == (first, VIDU, "Mine", 3)
    assert theirs["id"] == other.json()["task_id"]
    assert mine["key_hash"] == drawn["key_hash"] != theirs["key_hash"]
    assert abs(mine["at"] - time.time()) < 60
    assert [row["prompt"] for row in sandbox.submits(after=mine["n"])] == ["Theirs", "A picture"]
    assert sandbox.polls() == 3


def test_submits_are_guarded_like_requests():
    closed = {**ENVIRONMENT, "SANDBOX_INSPECT": "0"}
    with server.start(env=closed) as shut:
        assert httpx.get(shut.url + "/sandbox/submits", headers=HEADERS, trust_env=False).status_code == 404


def test_a_limited_key_cannot_poll_an_older_gateway(http):
    limited = {"Authorization": f"Bearer sandbox:{VIDU}"}
    old, new = task(http, FILM, "generation G1"), task(http, FILM)
    assert http.get(f"{ROUTE}/{old}", headers=limited).status_code == 403
    assert http.get(f"{ROUTE}/{new}", headers=limited).status_code == 200


def test_a_restarted_sandbox_finds_its_tasks_again(tmp_path):
    env = {**ENVIRONMENT, "SANDBOX_DATA_DIR": str(tmp_path)}
    body = {"model": VIDU, "images": [inline("red")], "duration": 1}
    with server.start(env=env) as before, _client(before) as http:
        running, done = task(http, body, "takes 600"), task(http, body | {"prompt": "Done"}, "tiny")
        link = state(http, done)["url"].removeprefix(before.url)
    with server.start(env=env) as after, _client(after) as http:
        assert state(http, running)["status"] == "queued"
        assert state(http, done)["status"] == "succeeded"
        assert film(http.get(link).content).size == (64, 64)
        assert [row["id"] for row in after.submits()] == [running, done]


def _client(handle):
    return httpx.Client(base_url=handle.url, headers=HEADERS, trust_env=False, timeout=30)
