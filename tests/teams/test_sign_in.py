"""Signing in and out, and a forgotten password: by allauth, on pages of ours, and never by a stranger's hand."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.urls import get_resolver, reverse

from chats import broadcasts
from chats.models import Preference

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
RIGHT = {"login": "alice", "password": "correct horse"}


def sign_in(client, **more):
    return client.post(LOGIN, RIGHT | more)


@pytest.mark.parametrize("login", ["alice", "Alice", "alice@example.com", "ALICE@example.com", " alice "])
def test_one_signs_in_with_the_name_or_the_address(client, alice, login):
    assert sign_in(client, login=login)["Location"] == "/"
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_a_wrong_password_is_told_in_place(client, alice):
    page = sign_in(client, password="wrong horse")
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_signing_in_leads_back_to_the_link(client, alice):
    page = client.get("/settings/")
    assert page["Location"] == f"{LOGIN}?next=/settings/"
    form = client.get(page["Location"]).content.decode()
    assert '<input type="hidden" name="next" value="/settings/">' in form
    assert sign_in(client, next="/settings/")["Location"] == "/settings/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(client, alice, elsewhere):
    assert sign_in(client, next=elsewhere)["Location"] == "/"


def test_the_session_gets_a_new_key(client, alice):
    client.get(LOGIN)
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client)
    assert client.session["before"] == 1
    assert client.session.session_key != session.session_key


def test_guessing_is_stopped_and_says_what_to_do(client, alice, settings):
    for _ in range(5):
        assert "Too many" not in sign_in(client, password="wrong horse").content.decode()
    assert "Too many" in sign_in(client).content.decode()
    assert "_auth_user_id" not in client.session
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login": "1/m/ip"}
    page = [sign_in(client) for _ in range(2)][-1]
    assert page.status_code == 429
    assert "That was too often" in page.content.decode()


def test_the_visitor_is_counted_and_not_the_proxy(client, alice, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login": "1/m/ip"}
    answers = [client.post(LOGIN, RIGHT, headers={"x-forwarded-for": ip}).status_code for ip in ("1.1.1.1", "2.2.2.2")]
    assert answers == [302, 302]


def test_there_is_no_open_sign_up(client, db):
    page = client.get("/accounts/signup/")
    assert "Accounts come by invitation" in page.content.decode()
    typed = {"username": "eve", "email": "eve@example.com", "password1": "a rather long one"}
    assert client.post("/accounts/signup/", typed).status_code == 405
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize(
    "path", ["password/set/", "reauthenticate/", "confirm-email/", "login/code/confirm/", "3rdparty/", "social/signup/"]
)
def test_pages_of_allauth_that_we_do_not_offer_have_no_address(client, alice, path):
    client.force_login(alice)
    assert client.get(f"/accounts/{path}").status_code == 404


def test_every_page_under_accounts_wears_our_card(client, db):
    """None of allauth's own bare pages may be reachable."""
    bare = {"account_change_password", "account_email", "socialaccount_connections"}  # lead to the settings
    asked = {"account_logout", "socialaccount_signup"}  # lead to signing in
    with_arguments = {"account_reset_password_from_key", "account_confirm_email", "openid_connect_login"}
    with_arguments |= {"openid_connect_callback"}
    names = {name for name in get_resolver("playground.account_urls").reverse_dict if isinstance(name, str)}
    for name in names - bare - asked - with_arguments:
        assert 'class="card-page"' in client.get(reverse(name)).content.decode(), name
    for name in bare | asked:
        assert client.get(reverse(name)).status_code == 302, name
    for path in ("password/reset/key/1-abc/", "confirm-email/abc/"):
        assert 'class="card-page"' in client.get(f"/accounts/{path}").content.decode(), path


def test_signing_out_closes_the_sockets_of_this_browser(client, alice, monkeypatch):
    told = []
    monkeypatch.setattr(broadcasts, "signed_out", told.append)
    client.force_login(alice)
    key = client.session.session_key
    assert client.get("/accounts/logout/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert told == [key]
    assert "_auth_user_id" not in client.session


def test_the_language_and_theme_of_a_person_come_with_them(client, alice, settings):
    Preference.objects.keep(alice, language="zh-hans", theme="dark")
    response = sign_in(client)
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
    assert response.cookies["theme"].value == "dark"


def test_a_forgotten_password_is_set_through_the_mail(client, alice, mailed_link):
    assert client.post("/accounts/password/reset/", {"email": "alice@example.com"}).status_code == 302
    (sent,) = mail.outbox
    assert sent.to == ["alice@example.com"]
    assert sent.subject == "Set a new password"
    assert "Hello alice" in sent.body
    page = client.get(mailed_link(), follow=True)
    form = page.redirect_chain[-1][0]
    assert client.post(form, {"password1": "another long one"})["Location"] == "/"
    alice.refresh_from_db()
    assert alice.check_password("another long one")
    assert client.session["_auth_user_id"] == str(alice.pk)
    assert mail.outbox[-1].subject == "Your password was changed"


def test_a_reset_link_works_once(client, alice, mailed_link):
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    link = mailed_link()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "another long one"})
    page = Client().get(link)
    assert "This link is no longer valid" in page.content.decode()


def test_a_reset_signs_other_browsers_out(client, alice, mailed_link, django_capture_on_commit_callbacks):
    other = Client()
    other.force_login(alice)
    assert other.get("/settings/").status_code == 200
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    form = client.get(mailed_link(), follow=True).redirect_chain[-1][0]
    with django_capture_on_commit_callbacks() as callbacks:
        client.post(form, {"password1": "another long one"})
    assert other.get("/settings/").status_code == 302
    assert [call.func for call in callbacks] == [broadcasts.access_changed], "open sockets look again too"


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, alice):
    known = client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    unknown = client.post("/accounts/password/reset/", {"email": "eve@example.com"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [sent.to for sent in mail.outbox] == [["alice@example.com"]]


def test_an_address_that_was_never_confirmed_resets_nothing(client, alice):
    EmailAddress.objects.create(user=alice, email="typo@example.com")
    client.post("/accounts/password/reset/", {"email": "typo@example.com"})
    assert mail.outbox == []


def test_a_forged_host_never_gets_into_a_mail(client, alice, settings):
    settings.SITE_URL = "https://play.example.com"
    client.post("/accounts/password/reset/", {"email": "alice@example.com"}, headers={"host": "evil.example"})
    assert "https://play.example.com/accounts/password/reset/key/" in mail.outbox[0].body
    assert "evil.example" not in mail.outbox[0].body


def test_resets_are_limited(client, alice):
    answers = [client.post("/accounts/password/reset/", {"email": "alice@example.com"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert len(mail.outbox) == 5


def test_the_page_says_when_mails_go_to_the_log(client, settings):
    settings.SENDS_MAIL = False
    assert "the link is written to its log" in client.get("/accounts/password/reset/done/").content.decode()
    settings.SENDS_MAIL = True
    assert "the link is written to its log" not in client.get("/accounts/password/reset/done/").content.decode()


def test_a_page_that_was_open_too_long_says_so(alice):
    strict = Client(enforce_csrf_checks=True)
    page = strict.post(LOGIN, RIGHT)
    assert page.status_code == 403
    assert "This page was open too long" in page.content.decode()


def test_a_closed_account_is_told(client, alice):
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    page = client.post(LOGIN, RIGHT, follow=True)
    assert "This account is closed" in page.content.decode()
