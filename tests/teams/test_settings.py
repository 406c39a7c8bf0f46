"""What a person changes about themselves: name, address, password, language, theme and keys."""

import threading
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connections
from django.test import Client

from chats import accounts, broadcasts
from chats.models import Preference

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
def mine(client, alice, team):
    client.force_login(alice)
    return client


def values(user) -> dict:
    return Preference.objects.of(user).values


def test_a_new_name_is_shown_and_signs_in(mine, alice):
    mine.post("/settings/profile/", {"name": "Alice Liddell", "email": alice.email})
    assert "Alice Liddell" in mine.get("/settings/").content.decode()
    signed_in = Client().post("/accounts/login/", {"login": "Alice Liddell", "password": "correct horse"})
    assert signed_in["Location"] == "/"


def test_a_name_of_somebody_else_is_refused_in_place(mine, alice, bob):
    page = mine.post("/settings/profile/", {"name": "BOB", "email": alice.email})
    assert page.status_code == 422
    assert "Somebody has this name already" in page.content.decode()
    alice.refresh_from_db()
    assert alice.username == "alice"


def test_the_case_of_my_own_name_may_change(mine, alice):
    mine.post("/settings/profile/", {"name": "Alice", "email": alice.email})
    alice.refresh_from_db()
    assert alice.username == "Alice"


def test_a_new_address_counts_once_it_is_confirmed(mine, alice, mailed_link):
    mine.post("/settings/profile/", {"name": "alice", "email": "New@example.com"})
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    page = mine.get("/settings/").content.decode()
    assert "new@example.com becomes your address once you open the link" in page
    assert mail.outbox[0].to == ["new@example.com"]
    link = mailed_link()
    assert "new@example.com becomes the address of alice" in mine.get(link).content.decode()
    assert mine.post(link)["Location"] == "/settings/"
    alice.refresh_from_db()
    assert alice.email == "new@example.com"
    assert "becomes your address once" not in mine.get("/settings/").content.decode()
    assert [sent.to for sent in mail.outbox[1:]] == [["alice@example.com"]], "the old address is told"


def test_a_second_try_at_an_address_replaces_the_first(mine, alice):
    for email in ("one@example.com", "two@example.com"):
        mine.post("/settings/profile/", {"name": "alice", "email": email})
    waiting = EmailAddress.objects.filter(user=alice, primary=False)
    assert [one.email for one in waiting] == ["two@example.com"]


def test_an_address_can_be_taken_away(mine, alice):
    mine.post("/settings/profile/", {"name": "alice", "email": ""})
    alice.refresh_from_db()
    assert alice.email == ""
    assert mail.outbox == []


def test_the_address_of_another_account_is_refused(mine, bob):
    page = mine.post("/settings/profile/", {"name": "alice", "email": "BOB@example.com"})
    assert page.status_code == 422
    assert "Another account has this address" in page.content.decode()


def test_a_new_password_needs_the_old_one(mine, alice):
    page = mine.post("/settings/password/", {"old": "wrong horse", "password": "another long one"})
    assert page.status_code == 422
    assert "This is not your current password" in page.content.decode()
    alice.refresh_from_db()
    assert alice.check_password("correct horse")


def test_a_new_password_signs_other_browsers_out_and_not_this_one(mine, alice, django_capture_on_commit_callbacks):
    other = Client()
    other.force_login(alice)
    assert other.get("/settings/").status_code == 200
    with django_capture_on_commit_callbacks() as callbacks:
        mine.post("/settings/password/", {"old": "correct horse", "password": "another long one"})
    assert [call.func for call in callbacks] == [broadcasts.access_changed], "open sockets look again too"
    assert mine.get("/settings/").status_code == 200
    assert other.get("/settings/").status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another long one")


def test_a_password_like_the_name_is_refused(mine, alice):
    page = mine.post("/settings/password/", {"old": "correct horse", "password": "alice@example"})
    assert page.status_code == 422
    assert "too similar" in page.content.decode()


def test_tries_at_the_old_password_are_limited(mine):
    answers = [mine.post("/settings/password/", {"old": "guess", "password": "x"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_loading_a_refused_form_again_leads_back_to_the_settings(mine):
    assert mine.get("/settings/profile/")["Location"] == "/settings/"
    assert mine.get("/settings/password/")["Location"] == "/settings/"


def test_choices_are_kept(mine, alice):
    chosen = {"theme": "dark", "send_key": "mod-enter", "sound": "on"}
    assert mine.post("/settings/preferences/", chosen, headers=SCRIPT).status_code == 204
    kept = values(alice)
    assert (kept["theme"], kept["send_key"], kept["sound"], kept["shortcuts"]) == ("dark", "mod-enter", True, False)
    assert mine.cookies["theme"].value == "dark"


def test_a_choice_that_does_not_exist_is_refused(mine, alice):
    assert mine.post("/settings/preferences/", {"theme": "pink", "send_key": "enter"}).status_code == 422
    assert values(alice)["theme"] == "system"
    for path, name in (("/settings/language/", "language"), ("/settings/theme/", "theme")):
        assert mine.post(path, {name: "pink"}).status_code == 400


def test_the_language_switches_without_loading_the_page(mine, alice, settings):
    answer = mine.post("/settings/language/", {"language": "zh-hans"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert values(alice)["language"] == "zh-hans"
    assert 'lang="zh-Hans"' in mine.get("/settings/").content.decode()


def test_language_and_theme_can_be_chosen_before_signing_in(client, db):
    page = client.get("/accounts/login/?next=/settings/").content.decode()
    assert 'value="/accounts/login/?next=/settings/"' in page
    answer = client.post("/settings/language/", {"language": "zh-hans", "next": "/accounts/login/"})
    assert answer["Location"] == "/accounts/login/"
    client.post("/settings/theme/", {"theme": "dark"})
    page = client.get("/accounts/login/").content.decode()
    assert 'lang="zh-Hans" data-theme="dark"' in page


def test_the_language_form_leads_to_no_other_site(client, db):
    answer = client.post("/settings/language/", {"language": "en", "next": "https://evil.example/"})
    assert answer.status_code == 204


def test_what_was_chosen_before_the_first_start_is_kept(client, db):
    client.post("/settings/theme/", {"theme": "dark"})
    client.cookies["django_language"] = "klingon"
    typed = {"name": "Ada", "password": "a rather long one", "team": "Engines"}
    client.post(urlsplit(accounts.first_start_url()).path, typed)
    assert Preference.objects.get(user__username="Ada").settings == {"theme": "dark"}


@pytest.mark.django_db(transaction=True)
def test_two_browsers_that_save_at_once_lose_nothing(alice):
    line = threading.Barrier(2)

    def keep(**chosen) -> None:
        line.wait()
        Preference.objects.keep(alice, **chosen)
        connections.close_all()

    threads = [threading.Thread(target=keep, kwargs=chosen) for chosen in ({"theme": "dark"}, {"sound": True})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Preference.objects.get(user=alice).settings == {"theme": "dark", "sound": True}
