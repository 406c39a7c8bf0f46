"""ann keeps the team beside alice; nobody's attempts count against another test's."""

import os
import re
import subprocess
import sys
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache

from chats.models import Invitation, Membership, Role


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ann(make_user, team):
    user = make_user("ann")
    Membership.objects.create(team=team, user=user, role=Role.ADMIN)
    return user


@pytest.fixture
def seat(team):
    """Somebody's place in the team as it is in the database now; None if they have none."""

    def find(user):
        return Membership.objects.filter(team=team, user=user).first()

    return find


@pytest.fixture
def invite(team, alice):
    """An open invitation and the path of its link."""

    def make(**values):
        values = {"role": Role.MEMBER, "days": 7, "author": alice} | values
        invitation, token = Invitation.issue(team=team, **values)
        return invitation, f"/invitations/{token}/"

    return make


@pytest.fixture
def mailed_link():
    """The path of the link in the newest mail."""

    def find() -> str:
        found = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)
        assert found, mail.outbox[-1].body
        return found[1]

    return find


@pytest.fixture
def on_postgresql(postgres_url):
    """Runs one test of these files again, in a process whose database is a real PostgreSQL."""

    def run(test: str) -> None:
        name = f"race_{uuid4().hex[:8]}"
        environment = os.environ | {"DATABASE_URL": postgres_url.rsplit("/", 1)[0] + f"/{name}"}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--create-db", test]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout[-4000:]
        assert "1 passed" in done.stdout

    return run
