"""A team's own key: taken after one real call, sealed in the row, told to nobody."""

import logging

import pytest
from django.core.management import call_command
from django.urls import reverse

from chats import keys
from chats.gateway.errors import GatewayError
from chats.gateway.sandbox import server
from chats.models import Team

pytestmark = pytest.mark.django_db
GOOD = "sandbox-key-of-the-film-club-9f3c"  # the sandbox takes what begins with its name
BAD = "wrong-key-of-the-film-club-77aa"
SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture(scope="session")
def gateway():
    with server.start(env={"SANDBOX_INSPECT": "1"}) as handle:
        yield handle


@pytest.fixture(autouse=True)
def _gateway_is_near(settings, gateway):
    settings.GATEWAY_BASE_URL = gateway.url


@pytest.fixture
def door(team):
    return reverse("chats:team_key", args=[team.pk])


def stored(team) -> Team:
    return Team.objects.get(pk=team.pk)


def test_a_key_that_the_gateway_takes_is_saved(client, team, alice, door):
    client.force_login(alice)
    assert client.post(door, {"key": GOOD}, headers=SCRIPT).status_code == 204
    assert keys.credentials(stored(team)).key == GOOD


def test_a_saved_key_is_never_in_the_page_or_the_row_in_clear(client, team, alice, door):
    client.force_login(alice)
    client.post(door, {"key": f"  {GOOD} "})
    row = stored(team)
    assert row.has_gateway_key
    assert GOOD not in str(Team.objects.filter(pk=team.pk).values())
    page = client.get(team.get_absolute_url()).content.decode()
    assert "…9f3c" in page
    assert GOOD not in page
    assert row.encrypted_gateway_key not in page
    assert 'value="' not in page.split('name="key"')[1].split(">")[0]


def test_a_refused_key_is_not_saved_and_the_cause_is_told(client, team, alice, door):
    client.force_login(alice)
    answer = client.post(door, {"key": BAD}, headers=SCRIPT)
    assert answer.status_code == 422
    told = answer.json()
    assert told["cause"].startswith("The gateway does not accept the key")
    assert "401" in told["details"]
    assert BAD not in answer.content.decode()
    assert not stored(team).has_gateway_key


def test_the_cause_is_told_in_the_language_of_the_page(client, team, alice, door, settings):
    """Whether the catalogue has it is another test's; here, that the request's language asks for it."""
    client.force_login(alice)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    told = client.post(door, {"key": "ab"}, headers=SCRIPT).json()["cause"]
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert client.post(door, {"key": "ab"}, headers=SCRIPT).json()["cause"].startswith("A key has at least 8")
    assert told


def test_without_a_script_the_cause_is_in_the_page_and_the_key_is_not(client, team, alice, door):
    client.force_login(alice)
    answer = client.post(door, {"key": BAD})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "The gateway does not accept the key" in html
    assert BAD not in html


def test_a_refused_key_is_saved_if_the_person_says_so(client, team, alice, door):
    client.force_login(alice)
    assert client.post(door, {"key": BAD, "unchecked": "1"}, headers=SCRIPT).status_code == 204
    assert keys.credentials(stored(team)).key == BAD


def test_a_gateway_out_of_reach_is_a_plain_cause(client, team, alice, door, settings):
    settings.GATEWAY_BASE_URL = "http://127.0.0.1:1"
    client.force_login(alice)
    told = client.post(door, {"key": GOOD}, headers=SCRIPT).json()
    assert told["cause"] == "The gateway cannot be reached. Check the network connection, then try again."
    assert not stored(team).has_gateway_key


@pytest.mark.parametrize("typed", ["", "short", "has a space in it", "schlüssel-schlüssel", "line\nbreak-line"])
def test_what_cannot_be_a_key_is_refused_before_any_call(client, team, alice, door, typed, settings):
    settings.GATEWAY_BASE_URL = "http://127.0.0.1:1"
    client.force_login(alice)
    answer = client.post(door, {"key": typed, "unchecked": "1"}, headers=SCRIPT)
    assert answer.status_code == 422
    assert answer.json()["details"] == ""
    assert not stored(team).has_gateway_key


def test_a_key_is_removed(client, team, ann, door):
    keys.store(team, GOOD)
    client.force_login(ann)
    client.post(reverse("chats:team_key_removal", args=[team.pk]))
    row = stored(team)
    assert (row.encrypted_gateway_key, row.gateway_key_hint) == ("", "")


@pytest.mark.parametrize("who", ["bob", "victor", "charlie"])
def test_only_keepers_reach_the_key(client, team, door, who, request):
    client.force_login(request.getfixturevalue(who))
    assert client.post(door, {"key": GOOD}).status_code == 404
    assert client.post(reverse("chats:team_key_removal", args=[team.pk])).status_code == 404
    assert "Gateway key" not in client.get(team.get_absolute_url()).content.decode()


def test_no_log_line_holds_the_key(client, team, alice, door, caplog):
    client.force_login(alice)
    with caplog.at_level(logging.DEBUG):
        for key in (GOOD, BAD):
            client.post(door, {"key": key}, headers=SCRIPT)
    assert caplog.records
    assert GOOD not in caplog.text
    assert BAD not in caplog.text
    assert GOOD not in repr(keys.credentials(stored(team)))


def test_tries_are_limited(client, team, alice, door, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"gateway_key": "2/m/user"}
    client.force_login(alice)
    assert [client.post(door, {"key": BAD}, headers=SCRIPT).status_code for _ in range(3)] == [422, 422, 429]


def test_the_key_comes_from_the_team_then_the_site_then_the_sandbox(team, settings):
    settings.GATEWAY_API_KEY = ""
    assert keys.credentials(team) == keys.credentials(None)
    assert keys.credentials(team).base_url == settings.SANDBOX_URL
    assert keys.is_sandbox(team)
    settings.GATEWAY_API_KEY = "sk-site"
    assert keys.credentials(team).key == "sk-site"
    assert keys.credentials(team).base_url == settings.GATEWAY_BASE_URL
    assert not keys.is_sandbox(team)
    keys.store(team, "sk-team-of-its-own")
    assert keys.credentials(team).key == "sk-team-of-its-own"
    settings.GATEWAY_API_KEY = ""
    assert not keys.is_sandbox(team)


def test_extra_headers_are_sent_where_the_site_sets_them(team, settings):
    settings.GATEWAY_API_KEY = "sk-site"
    assert keys.credentials(team).extra_headers == {}
    settings.GATEWAY_UID, settings.GATEWAY_PROJECT = "somebody-1", "films"
    assert keys.credentials(team).extra_headers == {"uid": "somebody-1", "X-Project": "films"}


def test_keys_survive_a_new_encryption_key_and_are_moved_to_it(team, settings):
    settings.FIELD_ENCRYPTION_KEYS = ["old"]
    keys.store(team, GOOD)
    settings.FIELD_ENCRYPTION_KEYS = ["new", "old"]
    assert keys.credentials(stored(team)).key == GOOD
    call_command("rotate_keys")
    settings.FIELD_ENCRYPTION_KEYS = ["new"]
    assert keys.credentials(stored(team)).key == GOOD


def test_a_key_sealed_with_a_lost_secret_is_told_and_not_replaced_by_another(team, settings):
    settings.GATEWAY_API_KEY = "sk-site"
    settings.FIELD_ENCRYPTION_KEYS = ["old"]
    keys.store(team, GOOD)
    settings.FIELD_ENCRYPTION_KEYS = ["new"]
    with pytest.raises(GatewayError) as told:
        keys.credentials(stored(team))
    assert told.value.kind == "auth"
    assert "Enter it again" in str(told.value)


def test_a_short_key_shows_no_end_of_it(team):
    keys.store(team, "12345678")
    assert stored(team).gateway_key_hint == ""
