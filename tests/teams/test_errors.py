"""Pages for what went wrong wear our card and say what to do."""

import pytest
from django.test import Client, RequestFactory
from django.views import defaults

pytestmark = pytest.mark.django_db


def test_a_page_that_is_not_here(client):
    page = client.get("/nothing/here/")
    assert page.status_code == 404
    assert 'class="card-page"' in page.content.decode()


@pytest.mark.parametrize("view", [defaults.bad_request, defaults.permission_denied])
def test_a_request_that_is_refused(view):
    page = view(RequestFactory().get("/"), Exception("told to nobody"))
    assert 'class="card-page"' in page.content.decode()
    assert "told to nobody" not in page.content.decode()


def test_an_error_of_ours_is_told_without_any_context():
    """Django renders this page without the request, so that nothing of it can break again."""
    page = defaults.server_error(RequestFactory().get("/"))
    assert page.status_code == 500
    assert 'class="card-page"' in page.content.decode()


def test_nobody_without_a_team_stands_before_a_blank_page(client, charlie):
    client.force_login(charlie)
    page = client.get("/")
    assert page.status_code == 403
    assert "You are in no team yet" in page.content.decode()


def test_anonymous_people_are_sent_to_sign_in_and_back(db):
    assert Client().get("/")["Location"] == "/accounts/login/?next=/"
