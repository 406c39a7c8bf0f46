"""The one-time link: it makes one owner, once, within a day."""

import threading
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client

from chats import accounts
from chats.models import Membership, Role, Team

pytestmark = pytest.mark.django_db
TYPED = {"name": "Ada Lovelace", "password": "a rather long one", "team": "Engines"}


@pytest.fixture
def link() -> str:
    return urlsplit(accounts.first_start_url()).path


def test_the_page_asks_exactly_for_name_password_and_team(client, link):
    page = client.get(link)
    assert page.status_code == 200
    assert list(page.context["form"].fields) == ["name", "password", "team"]


def test_the_first_start_makes_owner_and_team_and_signs_in(client, link):
    response = client.post(link, TYPED)
    assert (response.status_code, response["Location"]) == (302, "/")
    owner = get_user_model().objects.get(username="Ada Lovelace")
    assert owner.check_password("a rather long one")
    assert not owner.is_staff
    assert Membership.objects.get(user=owner).role == Role.OWNER
    assert Team.objects.current_for(owner).name == "Engines"
    assert client.session["_auth_user_id"] == str(owner.pk)


def test_there_is_no_link_once_somebody_exists(client, link):
    client.post(link, TYPED)
    assert accounts.first_start_url() is None


def test_a_second_first_start_finds_the_link_dead(client, link):
    client.post(link, TYPED)
    second = Client()
    assert second.get(link).status_code == 410
    refused = second.post(link, TYPED | {"name": "Eve"})
    assert refused.status_code == 410
    assert "_auth_user_id" not in second.session
    assert get_user_model().objects.count() == Team.objects.count() == 1


def test_a_link_dies_after_a_day(client, link, settings):
    settings.FIRST_START_AGE_S = -1
    page = client.post(link, TYPED)
    assert page.status_code == 410
    assert b"prints a new one" in page.content
    assert not get_user_model().objects.exists()


def test_a_made_up_link_is_no_link(client, link):
    assert client.get(link).status_code == 200
    assert client.get("/start/abc:def:ghi/").status_code == 410
    assert client.get(link[:-4] + "aaa/").status_code == 410


def test_each_start_prints_a_link_of_its_own_and_all_die_with_the_first_use(client, link):
    other = urlsplit(accounts.first_start_url()).path
    assert other != link
    client.post(other, TYPED)
    assert Client().get(link).status_code == 410


def test_a_weak_password_is_refused_beside_its_field_and_the_rest_is_kept(client, link):
    page = client.post(link, TYPED | {"password": "short"})
    assert page.status_code == 200
    html = page.content.decode()
    assert 'aria-describedby="id_password_helptext id_password_error"' in html
    assert 'id="id_password_error"' in html
    assert "Ada Lovelace" in html
    assert not get_user_model().objects.exists()


def test_a_mistake_does_not_write_the_link_into_the_log(client, link, caplog):
    client.post(link, TYPED | {"password": "short"})
    assert link not in caplog.text
    client.get("/start/dead/")
    assert "/start/dead/" in caplog.text


def test_a_name_without_letters_to_see_is_refused(client, link):
    for name in (" ", "a\u202eb", "ada@example.com", "x" * 41):
        assert client.post(link, TYPED | {"name": name}).context["form"].errors, name
    assert client.post(link, TYPED | {"name": " 王  小明 "}).status_code == 302
    assert get_user_model().objects.get().username == "王 小明"


def race(count: int) -> list[str]:
    """As many first starts at once, each in a thread with a connection of its own; who won and who did not."""
    line = threading.Barrier(count)
    ends = []

    def run(number: int) -> None:
        line.wait()
        try:
            accounts.start_site(name=f"owner {number}", password="a rather long one", team_name=f"team {number}")
            ends.append("won")
        except accounts.AlreadyStarted:
            ends.append("late")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return ends


@pytest.mark.django_db(transaction=True)
def test_of_many_who_start_at_once_one_wins():
    ends = race(6)
    assert sorted(ends) == ["late"] * 5 + ["won"]
    assert get_user_model().objects.count() == Team.objects.count() == Membership.objects.count() == 1


@pytest.mark.services
def test_of_many_who_start_at_once_one_wins_on_postgresql(on_postgresql):
    on_postgresql(f"{__file__}::test_of_many_who_start_at_once_one_wins")


def test_a_site_whose_accounts_are_gone_may_start_again(client, link):
    client.post(link, TYPED)
    get_user_model().objects.all().delete()
    again = urlsplit(accounts.first_start_url()).path
    assert Client().post(again, TYPED | {"team": "Second"}).status_code == 302
    assert Team.objects.get(is_first=True).name == "Second"
