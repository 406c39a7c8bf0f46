"""The gateway's list of models: read behind the page's back, kept while the gateway fails."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.cache import cache

from chats import broadcasts, catalog, model_lists
from chats.gateway.client import Credentials
from chats.gateway.errors import GatewayError

GOOD = {"success": True, "object": "list", "data": [{"id": "qwen3-max", "object": "model"}, {"id": "new-one"}]}


class Gateway(ThreadingHTTPServer):
    """Answers every GET with `answer` and counts them."""

    answer: tuple[int, object] = (200, GOOD)
    calls: list[dict]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.calls.append({"path": self.path, "key": self.headers["Authorization"]})
        status, body = self.server.answer
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


@pytest.fixture
def gateway():
    server = Gateway(("127.0.0.1", 0), Handler)
    server.calls = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def credentials(gateway):
    cache.clear()
    return Credentials(base_url=f"http://127.0.0.1:{gateway.server_port}", key="sk-film-club")


def test_the_list_is_unknown_until_it_was_read_once(gateway, credentials):
    assert model_lists.available_ids(credentials) is None
    assert model_lists.refresh(credentials)
    assert model_lists.available_ids(credentials) == {"qwen3-max", "new-one"}
    assert gateway.calls == [{"path": "/v1/models", "key": "Bearer sk-film-club"}]


def test_a_refresh_says_whether_the_list_changed(gateway, credentials):
    model_lists.refresh(credentials)
    assert not model_lists.refresh(credentials)
    gateway.answer = (200, GOOD | {"data": [{"id": "qwen3-max"}]})
    assert model_lists.refresh(credentials)


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"success": False, "message": "no such user"}),
        (200, {"error": {"message": "model_not_found", "code": "model_not_found"}}),
        (200, {"object": "list"}),
        (200, ["not", "an", "object"]),
        (200, b"<html>busy</html>"),
        (401, {"error": {"message": "Invalid token", "type": "toio_api_error"}}),
        (503, b""),
    ],
)
def test_the_last_good_list_stays_when_the_gateway_fails(gateway, credentials, answer):
    model_lists.refresh(credentials)
    gateway.answer = answer
    assert not model_lists.refresh(credentials)
    assert model_lists.available_ids(credentials) == {"qwen3-max", "new-one"}


def test_a_gateway_that_is_gone_is_no_list_and_no_error():
    cache.clear()
    gone = Credentials(base_url="http://127.0.0.1:9", key="k")
    assert not model_lists.refresh(gone)
    assert model_lists.available_ids(gone) is None


def test_one_caller_alone_is_told_to_refresh(credentials):
    assert [model_lists.needs_refresh(credentials) for _ in range(3)] == [True, False, False]


def test_a_fresh_list_needs_no_refresh_and_an_old_one_does(credentials, monkeypatch):
    model_lists.refresh(credentials)
    assert not model_lists.needs_refresh(credentials)
    monkeypatch.setattr(model_lists, "FRESH_S", 0)
    assert model_lists.needs_refresh(credentials)
    assert model_lists.available_ids(credentials), "an old list is still shown"


def test_each_key_has_its_own_list(gateway, credentials):
    model_lists.refresh(credentials)
    other = Credentials(base_url=credentials.base_url, key="sk-other")
    assert model_lists.available_ids(other) is None


def test_the_key_is_not_written_into_the_cache(credentials):
    model_lists.refresh(credentials)
    assert model_lists.available_ids(credentials)
    assert "film-club" not in str(getattr(cache, "_cache", {}))


@pytest.mark.django_db
def test_open_pages_hear_of_a_change_and_only_of_a_change(gateway, credentials, team, settings, monkeypatch):
    settings.GATEWAY_API_KEY, settings.GATEWAY_BASE_URL = "sk-site", credentials.base_url
    told = []
    monkeypatch.setattr(broadcasts, "models_changed", told.append)
    model_lists.refresh_for(team.pk)
    model_lists.refresh_for(team.pk)
    assert told == [team]
    model_lists.refresh_for(10**6)  # a team that is gone by then


def test_names_that_are_not_strings_are_left_out():
    assert model_lists.ids_of({"data": [{"id": "a"}, {"id": 7}, {}, None, "b"]}) == {"a"}
    with pytest.raises(GatewayError):
        model_lists.ids_of({"success": False, "message": "budget"})


def test_as_long_as_nobody_knows_every_model_may_be_used():
    assert model_lists.is_with_key(catalog.get("qwen-max"), None)
    assert not model_lists.is_with_key(catalog.get("qwen-max"), set())


def test_a_model_is_there_under_its_wire_name_or_a_further_one():
    assert model_lists.is_with_key(catalog.get("qwen3-max-preview+code_interpreter"), {"qwen3-max-preview"})
    assert model_lists.is_with_key(catalog.get("gpt-image-*"), {"gpt-image-1.5"})
    assert not model_lists.is_with_key(catalog.get("gpt-image-*"), {"gpt-4o"})


def test_names_of_the_key_that_are_no_blocks_can_be_used_too():
    further = {spec.model: spec for spec in model_lists.further({"gpt-4o", "kling-v1", "brand-new"})}
    assert set(further) == {"kling-v1", "brand-new"}
    assert further["kling-v1"].kind == "video"
    assert (further["brand-new"].vendor, further["brand-new"].is_available) == ("other", True)
