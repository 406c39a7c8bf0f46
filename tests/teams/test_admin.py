"""The admin is for looking: no key, no message, no private conversation, nothing to change."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.utils import timezone

from chats import keys
from chats.models import Conversation, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("root", password="a rather long one"))
    return client


def test_people_sign_in_to_the_admin_on_our_page(client, alice):
    page = client.get("/admin/")
    page = client.get(page["Location"])
    assert page["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    client.force_login(alice)
    assert client.get("/admin/", follow=True).status_code == 403


def test_only_people_teams_and_conversations_are_there(staff):
    assert set(admin.site._registry) == {get_user_model(), Team, Conversation}


def test_the_team_is_shown_without_its_key(staff, team):
    keys.store(team, "a-key-nobody-may-see-1234")
    team.refresh_from_db()
    page = staff.get(f"/admin/chats/team/{team.pk}/change/").content.decode()
    assert "Film club" in page
    assert "alice" in page
    for secret in (team.encrypted_gateway_key, "a-key-nobody-may-see", "1234"):
        assert secret not in page


def test_private_conversations_are_not_there(staff, team, alice):
    Conversation.objects.create(team=team, author=alice, client_id="1", title="My secret")
    Conversation.objects.create(team=team, author=alice, client_id="2", title="Our plan", shared_at=timezone.now())
    page = staff.get("/admin/chats/conversation/").content.decode()
    assert "Our plan" in page
    assert "My secret" not in page


def test_nothing_can_be_changed(staff, team, alice):
    for model in ("auth/user", "chats/team", "chats/conversation"):
        assert staff.get(f"/admin/{model}/add/").status_code == 403
    for path in (f"auth/user/{alice.pk}", f"chats/team/{team.pk}"):
        assert staff.get(f"/admin/{path}/change/").status_code == 200
        assert staff.post(f"/admin/{path}/change/", {"name": "x", "username": "x"}).status_code == 403
        assert staff.post(f"/admin/{path}/delete/", {"post": "yes"}).status_code == 403
    assert "password" not in staff.get(f"/admin/auth/user/{alice.pk}/change/").content.decode().split("<main")[-1]
