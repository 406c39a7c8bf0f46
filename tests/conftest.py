"""Who is who: alice owns the team, bob is in it, victor only reads, charlie is a stranger."""

import os

import pytest

from tests import services


def pytest_addoption(parser):
    parser.addoption("--no-skips", action="store_true", help="a skipped test is a failure")


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--no-skips") and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = 1


@pytest.fixture(autouse=True)
def _quiet_places(settings, tmp_path):
    """Each test writes into a folder of its own, and passwords are hashed without the cost that is for attackers."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True  # every test client would list the thousands of collected files anew
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.UPLOAD_ROOT = tmp_path / "uploads"


@pytest.fixture
def make_user(db, django_user_model):
    def make(username: str):
        return django_user_model.objects.create_user(
            username=username, password="correct horse", email=f"{username}@example.com"
        )

    return make


@pytest.fixture
def alice(make_user):
    return make_user("alice")


@pytest.fixture
def bob(make_user):
    return make_user("bob")


@pytest.fixture
def victor(make_user):
    return make_user("victor")


@pytest.fixture
def charlie(make_user):
    return make_user("charlie")


@pytest.fixture
def team(alice, bob, victor):
    from chats.models import Membership, Role, Team

    team = Team.objects.create(name="Film club")
    for user, role in ((alice, Role.OWNER), (bob, Role.MEMBER), (victor, Role.VIEWER)):
        Membership.objects.create(team=team, user=user, role=role)
    return team


@pytest.fixture(scope="session")
def redis_url():
    """The run's Redis, or one of our own where a single file is run by hand."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
    else:
        with services.redis() as url:
            yield url


@pytest.fixture(scope="session")
def postgres_url():
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
    else:
        with services.postgres() as url:
            yield url
