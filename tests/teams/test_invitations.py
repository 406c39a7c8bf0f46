"""The link to a team: shown once, good once, for a while, until it is taken back."""

import re
import threading
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chats import accounts
from chats.models import Invitation, Membership, Role, Team

pytestmark = pytest.mark.django_db
TYPED = {"name": "Dora", "password": "a rather long one", "email": ""}


@pytest.fixture
def page(team):
    return reverse("chats:team_invitations", args=[team.pk])


def shown_link(html: str) -> str | None:
    found = re.search(r'value="http://testserver(/invitations/[^"]+)"', html)
    return found and found[1]


def test_the_link_is_shown_once_and_stored_nowhere(client, team, alice, page):
    client.force_login(alice)
    assert client.post(page, {"role": "member", "days": "7"}).status_code == 302
    held = str([session.get_decoded() for session in Session.objects.all()])
    html = client.get(page).content.decode()
    link = shown_link(html)
    token = link.split("/")[2]
    assert token not in held
    assert token not in str(Invitation.objects.values())
    assert shown_link(client.get(page).content.decode()) is None


def test_the_link_belongs_to_the_team_it_was_made_for(client, team, alice, page):
    other = accounts.found_team(alice, "Other")
    client.force_login(alice)
    client.post(page, {"role": "member", "days": "7"})
    assert shown_link(client.get(reverse("chats:team_invitations", args=[other.pk])).content.decode()) is None


def test_a_new_person_makes_an_account_and_is_in(client, team, invite):
    _, path = invite(role=Role.VIEWER)
    assert client.get(path).status_code == 200
    response = client.post(path, TYPED)
    assert (response.status_code, response["Location"]) == (302, "/")
    dora = get_user_model().objects.get(username="Dora")
    assert client.session["_auth_user_id"] == str(dora.pk)
    assert Membership.objects.get(team=team, user=dora).role == Role.VIEWER
    assert Team.objects.current_for(dora) == team


def test_a_person_with_an_account_joins(client, team, charlie, invite, seat):
    invitation, path = invite()
    client.force_login(charlie)
    assert b"Join as charlie" in client.get(path).content
    assert seat(charlie) is None
    assert client.post(path)["Location"] == "/"
    assert seat(charlie).role == Role.MEMBER
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.USED


def test_signing_in_leads_back_to_the_invitation(client, team, charlie, invite):
    _, path = invite()
    sign_in = re.search(r'href="(/accounts/login/\?next=[^"]+)"', client.get(path).content.decode())[1]
    response = client.post(sign_in, {"login": "charlie", "password": "correct horse"})
    assert response["Location"] == path


def test_a_used_link_says_so_and_lets_nobody_in(client, team, invite):
    _, path = invite()
    client.post(path, TYPED)
    for method in (Client().get, Client().post):
        page = method(path, TYPED | {"name": "Eve"})
        assert page.status_code == 410
        assert b"This invitation was used" in page.content
    assert not get_user_model().objects.filter(username="Eve").exists()


def test_an_expired_link_says_so(client, team, invite):
    invitation, path = invite()
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    page = client.post(path, TYPED)
    assert page.status_code == 410
    assert b"has expired" in page.content
    assert b"Ask alice for a new one" in page.content


def test_a_revoked_link_says_so_at_once(client, team, ann, invite):
    invitation, path = invite()
    assert Client().get(path).status_code == 200
    client.force_login(ann)
    client.post(reverse("chats:team_revocation", args=[team.pk, invitation.pk]))
    page = Client().get(path)
    assert page.status_code == 410
    assert b"was taken back" in page.content


def test_an_unknown_link_says_so(client, db):
    page = client.get("/invitations/never-made/")
    assert page.status_code == 404
    assert b"There is no such invitation" in page.content


def test_a_member_who_opens_a_link_does_not_use_it_up(client, team, bob, invite, seat):
    invitation, path = invite(role=Role.ADMIN)
    client.force_login(bob)
    assert b"You are in this team already" in client.post(path).content
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.OPEN
    assert seat(bob).role == Role.MEMBER


def test_a_taken_name_is_told_and_the_link_stays_good(client, team, invite, alice):
    invitation, path = invite()
    for name in ("alice", "Alice", " ALICE "):
        page = client.post(path, TYPED | {"name": name})
        assert page.status_code == 200
        assert b"Somebody has this name already" in page.content
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.OPEN


def test_a_name_taken_a_moment_ago_leaves_the_link_good(team, alice, invite):
    invitation, _ = invite()
    with pytest.raises(accounts.NameTaken):
        accounts.sign_up(invitation, name="alice", password="a rather long one")
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.OPEN


def test_an_address_of_another_account_is_refused(client, team, bob, invite):
    _, path = invite()
    page = client.post(path, TYPED | {"email": "Bob@example.com"})
    assert page.status_code == 200
    assert b"Another account has this address" in page.content


def test_a_new_person_is_asked_to_confirm_the_address(client, team, invite, mailed_link):
    _, path = invite(email="dora@example.com")
    assert b'value="dora@example.com"' in client.get(path).content
    client.post(path, TYPED | {"email": "dora@example.com"})
    assert mail.outbox[-1].to == ["dora@example.com"]
    link = mailed_link()
    assert client.get(link).status_code == 200
    client.post(link)
    assert EmailAddress.objects.get(email="dora@example.com").verified


@pytest.mark.parametrize(
    ("language", "subject", "told"),
    [("en", "alice invites you to Film club", "within 1 day."), ("zh-hans", "alice", "Film club")],
)
def test_an_invitation_with_an_address_is_mailed(client, team, alice, page, settings, language, subject, told):
    settings.SITE_URL = "https://play.example.com"
    client.force_login(alice)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.post(page, {"role": "member", "days": "1", "email": "dora@example.com"}, headers={"host": "evil.example"})
    (sent,) = mail.outbox
    assert sent.to == ["dora@example.com"]
    assert subject in sent.subject
    assert told in sent.body
    assert "https://play.example.com/invitations/" in sent.body
    assert "evil.example" not in sent.body
    link = re.search(r"example\.com(/invitations/\S+)", sent.body)[1]
    assert Client().get(link).status_code == 200


def test_a_mail_that_fails_still_shows_the_link(client, team, alice, page, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client.force_login(alice)
    client.post(page, {"role": "member", "days": "7", "email": "dora@example.com"})
    html = client.get(page).content.decode()
    assert "The mail could not be sent" in html
    assert shown_link(html)


def test_nobody_invites_an_owner(client, team, alice, page):
    client.force_login(alice)
    assert client.post(page, {"role": "owner", "days": "7"}).status_code == 422
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("who", ["bob", "victor", "charlie"])
def test_only_keepers_invite(client, team, page, who, request):
    client.force_login(request.getfixturevalue(who))
    assert client.post(page, {"role": "member", "days": "7"}).status_code == 404
    assert not Invitation.objects.exists()


def test_open_invitations_are_listed_and_dead_ones_are_not(client, team, alice, page, invite):
    invite(email="dora@example.com")
    invite(email="gone@example.com", days=0)
    client.force_login(alice)
    html = client.get(page).content.decode()
    assert "dora@example.com" in html
    assert "gone@example.com" not in html


def test_invitations_are_limited(client, team, alice, page, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"invitation": "2/h/user"}
    client.force_login(alice)
    answers = [client.post(page, {"role": "member", "days": "7"}).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    assert Invitation.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_gets_in(team, invite):
    invitation, _ = invite()
    line = threading.Barrier(2)
    ends = []

    def use(name: str) -> None:
        line.wait()
        try:
            accounts.sign_up(invitation, name=name, password="a rather long one")
            ends.append("in")
        except accounts.InvitationSpent:
            ends.append("late")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=use, args=(name,)) for name in ("Dora", "Emil")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(ends) == ["in", "late"]
    assert get_user_model().objects.filter(username__in=["Dora", "Emil"]).count() == 1


@pytest.mark.services
def test_of_two_who_use_a_link_at_once_one_gets_in_on_postgresql(on_postgresql):
    on_postgresql(f"{__file__}::test_of_two_who_use_a_link_at_once_one_gets_in")
