"""OpenID Connect against a provider on loopback: the invited and people of allowed domains get an account."""

from urllib.parse import urlsplit

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.test import Client

from tests.teams.provider import provider

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/sso/login/"
DORA = {"sub": "42", "name": "Dora Maar", "email": "dora@example.com", "email_verified": True}


@pytest.fixture(scope="module")
def company():
    with provider() as running:
        yield running


@pytest.fixture(autouse=True)
def _configured(settings, company):
    company.person = DORA
    app = {"provider_id": "sso", "name": "Acme", "client_id": "playground", "secret": "shh"}
    app["settings"] = {"server_url": company.url}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    settings.OIDC_ALLOWED_DOMAINS = []


def walk(client, path=LOGIN):
    """From our button to the provider and back, as a browser goes."""
    leaving = client.post(path)
    assert leaving.status_code == 200
    seconds, _, address = leaving["Refresh"].partition("; url=")
    assert seconds == "0"
    back = httpx.get(address, trust_env=False)
    assert back.status_code == 302
    arrived = urlsplit(back.headers["Location"])
    return client.get(f"{arrived.path}?{arrived.query}")


def test_the_way_out_is_a_page_because_our_policy_stops_forms_that_redirect(client, alice, company):
    page = client.post(LOGIN)
    assert page["Refresh"].startswith(f"0; url={company.url}/authorize?")
    assert "code_challenge" in page["Refresh"]
    assert 'class="card-page"' in page.content.decode()


def test_the_button_is_on_the_page_only_where_a_provider_is_set(client, alice, settings):
    assert "Continue with Acme" in client.get("/accounts/login/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "Continue with" not in client.get("/accounts/login/").content.decode()
    assert client.post(LOGIN).status_code == 404


def test_a_link_alone_starts_nothing(client, alice):
    """Else another page could connect its own account to ours."""
    page = client.get(LOGIN)
    assert page.status_code == 200
    assert "Refresh" not in page
    assert "Continue" in page.content.decode()


def test_a_stranger_gets_no_account(client, alice):
    page = walk(client)
    assert "Accounts come by invitation" in page.content.decode()
    assert not get_user_model().objects.filter(email="dora@example.com").exists()
    assert "_auth_user_id" not in client.session


def test_a_person_of_an_allowed_domain_gets_an_account(client, alice, settings):
    settings.OIDC_ALLOWED_DOMAINS = ["example.com"]
    assert walk(client)["Location"] == "/"
    dora = get_user_model().objects.get(username="Dora Maar")
    assert dora.email == "dora@example.com"
    assert not dora.has_usable_password()
    again = Client()
    walk(again)
    assert again.session["_auth_user_id"] == str(dora.pk)
    assert get_user_model().objects.filter(email="dora@example.com").count() == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email": "dora@example.com.evil.example"},
        {"email": "example.com@evil.example"},
        {"email": None},
    ],
)
def test_a_domain_that_the_provider_does_not_vouch_for_opens_nothing(client, alice, settings, company, claims):
    settings.OIDC_ALLOWED_DOMAINS = ["example.com"]
    company.person = DORA | claims
    assert "Accounts come by invitation" in walk(client).content.decode()
    assert get_user_model().objects.count() == 1


def test_nobody_comes_in_before_the_first_start(client, settings):
    settings.OIDC_ALLOWED_DOMAINS = ["example.com"]
    assert "Accounts come by invitation" in walk(client).content.decode()
    assert not get_user_model().objects.exists()


def test_an_invited_person_gets_an_account_and_joins(client, team, invite, seat):
    _, path = invite()
    assert "Continue with Acme" in client.get(path).content.decode()
    assert walk(client, f"{LOGIN}?process=login&next={path}")["Location"] == path
    assert "Join as Dora Maar" in client.get(path).content.decode()
    client.post(path)
    assert seat(get_user_model().objects.get(username="Dora Maar"))


def test_a_revoked_invitation_opens_nothing(client, team, invite):
    invitation, path = invite()
    client.get(path)
    type(invitation).objects.filter(pk=invitation.pk).update(revoked_at=invitation.created_at)
    assert "Accounts come by invitation" in walk(client).content.decode()


def test_an_address_that_is_taken_is_never_connected_by_itself(client, alice, settings, company):
    """Whoever controls an address at a provider must not get the account that claims it here."""
    settings.OIDC_ALLOWED_DOMAINS = ["example.com"]
    company.person = DORA | {"email": "alice@example.com"}
    form = walk(client)
    assert form["Location"] == "/accounts/oidc/signup/"
    assert "_auth_user_id" not in client.session
    page = client.get(form["Location"])
    assert 'class="card-page"' in page.content.decode()
    refused = client.post(form["Location"], {"username": "Dora", "email": "alice@example.com"})
    assert "An account already exists with this email address" in refused.content.decode()
    assert not SocialAccount.objects.exists()


def test_a_taken_name_gets_another_one(client, alice, settings, company):
    settings.OIDC_ALLOWED_DOMAINS = ["example.com"]
    company.person = DORA | {"name": "alice"}
    walk(client)
    dora = get_user_model().objects.get(email="dora@example.com")
    assert dora.username.lower() not in ("", "alice")


def test_an_account_is_connected_from_its_own_settings(client, alice, team):
    client.force_login(alice)
    assert "Sign in with it instead of the password." in client.get("/settings/").content.decode()
    assert walk(client, f"{LOGIN}?process=connect&next=/settings/")["Location"] == "/settings/"
    assert SocialAccount.objects.get().user == alice
    fresh = Client()
    walk(fresh)
    assert fresh.session["_auth_user_id"] == str(alice.pk)
    client.post("/settings/connection/removal/")
    assert not SocialAccount.objects.exists()


def test_the_only_way_in_cannot_be_taken_off(client, alice, settings):
    settings.OIDC_ALLOWED_DOMAINS = ["example.com"]
    walk(client)
    page = client.post("/settings/connection/removal/", follow=True).content.decode()
    assert "Set a password first" in page
    assert SocialAccount.objects.exists()
    assert 'name="old"' not in page
    client.post("/settings/password/", {"password": "a rather long one"})
    client.post("/settings/connection/removal/")
    assert not SocialAccount.objects.exists()


def test_the_address_of_a_new_person_is_confirmed_by_the_provider(client, alice, settings):
    settings.OIDC_ALLOWED_DOMAINS = ["example.com"]
    walk(client)
    assert EmailAddress.objects.get(email="dora@example.com").verified


def test_a_broken_answer_is_told_plainly(client, alice):
    page = client.get("/accounts/oidc/sso/login/callback/?code=x&state=made-up")
    assert page.status_code == 401
    assert "Signing in did not work" in page.content.decode()
    client.post(LOGIN)
    state = next(iter(client.session["socialaccount_states"]))
    page = client.get(f"/accounts/oidc/sso/login/callback/?error=access_denied&state={state}", follow=True)
    assert "You stopped signing in" in page.content.decode()
