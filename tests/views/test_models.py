"""What the picker is told, what a person keeps in it, and whether files fit, through the doors."""

import gzip
import json

import pytest
from django.core.cache import cache

from chats import catalog, keys, model_lists, tasks
from chats.models import Attachment, ModelUse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queued(monkeypatch):
    """Team ids for which a refresh was queued; nobody runs it."""
    cache.clear()
    queued = []
    monkeypatch.setattr(tasks.refresh_model_list, "delay", queued.append)
    return queued


@pytest.fixture
def page(client, alice, team):
    """page() → the answer as a browser reads it."""
    client.force_login(alice)
    return lambda: client.get("/models/").json()


def with_list(team, *ids):
    credentials = keys.credentials(team)
    cache.set(model_lists._name(credentials), {"ids": list(ids), "read_at": 10**10}, None)


def test_a_stranger_to_the_site_is_told_nothing(client):
    assert client.get("/models/").status_code in (302, 401)


def test_the_whole_catalog_comes_small(client, alice, team):
    client.force_login(alice)
    response = client.get("/models/", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 60_000
    answer = json.loads(gzip.decompress(response.content))
    assert len(answer["models"]) == len(catalog.listed())


def test_a_page_that_has_it_is_told_that_nothing_changed(client, alice, team):
    client.force_login(alice)
    etag = client.get("/models/")["ETag"]
    again = client.get("/models/", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    client.put("/models/gpt-4o/favourite/")
    assert client.get("/models/", headers={"If-None-Match": etag}).status_code == 200


def test_a_page_never_waits_for_the_gateway_but_has_the_list_read(page, team, queued):
    assert page()["with_key"] is None
    assert page()["with_key"] is None
    assert queued == [team.pk]


def test_models_without_the_key_are_known_and_further_ones_can_be_used(page, team, queued):
    with_list(team, "gpt-4o", "kling-v1", "brand-new")
    answer = page()
    assert "gpt-4o" in answer["with_key"]
    assert "qwen-max" not in answer["with_key"]
    assert {model["id"] for model in answer["further"]["models"]} == {"brand-new", "kling-v1"}
    assert queued == []


def test_a_key_that_cannot_be_read_does_not_take_the_picker_away(page, team):
    team.encrypted_gateway_key = "not a token of ours"
    team.save()
    assert page()["with_key"] is None


def test_a_favourite_is_kept_per_person(client, alice, bob, page):
    client.put("/models/qwen2.5-omni-7b/favourite/")
    client.put("/models/Marble 0.1-plus/favourite/")
    assert page()["favourites"] == ["qwen2.5-omni-7b", "Marble 0.1-plus"]
    client.delete("/models/qwen2.5-omni-7b/favourite/")
    assert page()["favourites"] == ["Marble 0.1-plus"]
    client.force_login(bob)
    assert client.get("/models/").json()["favourites"] == []


def test_a_name_with_a_slash_or_a_plus_can_be_kept(client, page):
    for model in ("deepseek-ai/deepseek-v3", "qwen3-max-preview+code_interpreter"):
        assert client.put(f"/models/{model.replace('/', '%2F').replace('+', '%2B')}/favourite/").status_code == 200
    assert page()["favourites"] == ["deepseek-ai/deepseek-v3", "qwen3-max-preview+code_interpreter"]


def test_an_endless_name_is_refused(client, page):
    assert client.put(f"/models/{'x' * 300}/favourite/").status_code == 400


def test_the_models_used_last_come_first_and_a_mere_favourite_is_not_used(client, alice, page):
    for model in ("gpt-4o", "qwen-max"):
        ModelUse.objects.create(user=alice, model=model)
    client.put("/models/deepseek-chat/favourite/")
    assert page()["recents"] == ["qwen-max", "gpt-4o"]


def test_a_used_model_that_is_kept_stays_among_the_recents(client, alice, page):
    ModelUse.objects.create(user=alice, model="gpt-4o")
    client.put("/models/gpt-4o/favourite/")
    answer = page()
    assert (answer["favourites"], answer["recents"]) == (["gpt-4o"], ["gpt-4o"])


# ---- does it fit?


@pytest.fixture
def film(team, alice):
    facts = {"content_type": "video/mp4", "container": "mp4", "size_bytes": 3_000_000, "duration_s": 8}
    return Attachment.objects.create(team=team, uploader=alice, kind="video", state="ready", name="a.mp4", **facts)


def fits(client, model, *attachments):
    body = {"model": model, "attachments": [file.pk for file in attachments]}
    return client.post("/models/fit/", body, content_type="application/json").json()["fits"]


def test_a_film_fits_a_model_that_watches(client, alice, film):
    client.force_login(alice)
    assert fits(client, "qwen2.5-omni-7b", film) == [
        {"attachment": film.pk, "is_accepted": True, "form": "data", "reason": None, "repairs": []}
    ]


def test_a_film_that_does_not_fit_comes_with_a_reason_and_repairs(client, alice, film):
    client.force_login(alice)
    (answer,) = fits(client, "gpt-4o", film)
    assert answer["reason"] == {"code": "no_video", "text": "gpt-4o does not watch films."}
    assert answer["repairs"] == ["sample_frames", "choose_model:qwen3.5-omni-plus"]


def test_only_models_of_the_key_are_offered_and_favourites_first(client, alice, team, film):
    with_list(team, "gpt-4o", "qwen-vl-max", "gemini-2.5-flash")
    client.force_login(alice)
    assert fits(client, "gpt-4o", film)[0]["repairs"][-1] == "choose_model:qwen-vl-max"
    client.put("/models/gemini-2.5-flash/favourite/")
    assert fits(client, "gpt-4o", film)[0]["repairs"][-1] == "choose_model:gemini-2.5-flash"


def test_the_files_of_others_are_not_spoken_of(client, charlie, film):
    client.force_login(charlie)
    assert fits(client, "gpt-4o", film) == []


@pytest.mark.parametrize("body", ["", "[]", '{"model": "gpt-4o"}', '{"model": "gpt-4o", "attachments": ["x"]}'])
def test_a_question_that_is_none_is_refused(client, alice, body):
    client.force_login(alice)
    assert client.post("/models/fit/", body, content_type="application/json").status_code == 400
