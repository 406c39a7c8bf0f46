"""Prepared questions: who sees and changes them, what is refused, and pages that only fill in."""

import json

import pytest
from django.utils import timezone

from chats import accounts, presets
from chats.models import Membership, Message, Preset, Role

pytestmark = pytest.mark.django_db
GIVEN = {"name": "Explain", "text": "Explain {{topic}}", "model": "gpt-4o", "parameters": {"temperature": 0.2}}


@pytest.fixture
def ask(client):
    def ask(user, method, path, body=None):
        client.force_login(user)
        return getattr(client, method)(path, json.dumps(body), content_type="application/json")

    return ask


@pytest.fixture
def preset(team, alice):
    def make(**fields):
        return Preset.objects.create(**({"team": team, "author": alice, "name": "Sum up", "text": "{{a}}"} | fields))

    return make


def names(client, user) -> list[str]:
    client.force_login(user)
    return [one["name"] for one in client.get("/presets/list/").json()["presets"]]


def test_what_is_kept_comes_back_with_its_slots(client, team, alice, ask):
    more = {"parameters": {"temperature": 0.2, "system_prompt": "You are {{ who }}. {{topic}}"}}
    made = ask(alice, "post", "/presets/", GIVEN | more | {"tools": {"names": ["web_search"], "most_rounds": 4}}).json()
    assert made["slots"] == ["topic", "who"]
    assert made["tools"] == {"names": ["web_search"], "is_auto": False, "most_rounds": 4}
    assert client.get(f"/presets/{made['id']}/").json() == made
    assert made["parameters"] == more["parameters"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": 5}, "name"),
        ({"text": "x" * 40_001}, "text"),
        ({"text": "", "model": "", "parameters": {}}, "text"),
        ({"model": "two words"}, "model"),
        ({"model": "x" * 201}, "model"),
        ({"parameters": {"temperature": 9}}, "parameters"),
        ({"parameters": {"no_such": 1}}, "parameters"),
        ({"parameters": "x"}, "parameters"),
        ({"tools": {"names": "web_search"}}, "tools"),
        ({"tools": {"names": [""]}}, "tools"),
        ({"tools": {"names": ["x"] * 65}}, "tools"),
    ],
)
def test_a_bad_preset_is_refused_at_its_field(team, alice, ask, change, field):
    assert ask(alice, "post", "/presets/", GIVEN).status_code == 201
    answer = ask(alice, "post", "/presets/", GIVEN | change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert answer.json()["message"]
    assert Preset.objects.count() == 1


def test_what_no_database_takes_is_kept_without_it(team, alice, ask):
    made = ask(alice, "post", "/presets/", GIVEN | {"text": "a\0b", "parameters": {"system_prompt": "\0\ud83d"}})
    assert made.json()["text"] == "a\ufffdb"
    assert made.json()["parameters"] == {"system_prompt": "\ufffd?"}


def test_no_body_at_all_is_refused(team, alice, client):
    client.force_login(alice)
    for body in ("", "[]", "{"):
        assert client.post("/presets/", body, content_type="application/json").status_code == 422


def test_rounds_out_of_range_are_left_to_the_reply(team, alice, ask):
    for rounds in (0, 21, True, "8", None):
        made = ask(alice, "post", "/presets/", GIVEN | {"tools": {"names": ["a"], "most_rounds": rounds}})
        assert "most_rounds" not in made.json()["tools"], rounds


def test_ones_own_stay_ones_own_until_they_are_shared(client, preset, alice, bob, victor, ask):
    mine = preset()
    assert (names(client, alice), names(client, bob)) == (["Sum up"], [])
    ask(alice, "put", f"/presets/{mine.pk}/", {"name": "Sum up", "text": "x", "is_shared": True})
    assert names(client, bob) == names(client, victor) == ["Sum up"]


def test_a_stranger_sees_nothing_of_another_team(client, preset, charlie):
    preset(is_shared=True)
    accounts.found_team(charlie, "Elsewhere")
    assert names(client, charlie) == []


def test_an_admin_changes_what_is_shared_and_a_member_does_not(team, preset, make_user, bob, ask):
    ann = make_user("ann")
    Membership.objects.create(team=team, user=ann, role=Role.ADMIN)
    shared, kept = preset(is_shared=True), preset()
    for user, one, status in ((ann, shared, 200), (bob, shared, 404), (ann, kept, 404)):
        assert ask(user, "put", f"/presets/{one.pk}/", GIVEN | {"is_shared": True}).status_code == status


def test_a_deleted_one_comes_back(client, preset, alice, bob, ask):
    mine = preset(is_shared=True)
    assert ask(alice, "delete", f"/presets/{mine.pk}/").status_code == 204
    assert names(client, alice) == []
    assert ask(bob, "post", f"/presets/{mine.pk}/restore/").status_code == 404
    assert ask(alice, "post", f"/presets/{mine.pk}/restore/").status_code == 204
    assert names(client, alice) == ["Sum up"]


def test_nobody_brings_back_what_they_left_behind(team, preset, alice, ask):
    gone = preset(deleted_at=timezone.now())
    assert presets.removed_by(alice).get() == gone
    Membership.objects.filter(user=alice).delete()
    assert not presets.removed_by(alice).exists()


def test_the_page_shows_mine_and_the_teams_apart_and_a_reader_changes_nothing(client, preset, alice, victor):
    preset(name="<b>Mine</b>", is_shared=True)
    client.force_login(alice)
    page = client.get("/presets/").content.decode()
    assert "&lt;b&gt;Mine&lt;/b&gt;" in page
    assert "data-edit" in page
    assert "data-new-preset" in page
    client.force_login(victor)
    page = client.get("/presets/").content.decode()
    assert "From the team" in page
    assert not any(word in page for word in ("data-edit", "data-new-preset", "data-delete", "/?preset="))


def test_a_script_gets_the_list_alone(client, preset, alice):
    preset()
    client.force_login(alice)
    piece = client.get("/presets/", headers={"X-Requested-With": "fetch"}).content.decode()
    assert "Sum up" in piece
    assert "<html" not in piece


def test_opening_a_link_writes_nothing(client, preset, alice):
    mine = preset()
    client.force_login(alice)
    assert client.get(f"/?preset={mine.pk}&a=rain").status_code == 200
    assert not Message.objects.exists()
