"""Every door of the site against every role; a door that tests/matrix.py does not list fails the test."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, resolve
from django.utils import timezone

from chats import accounts, exchanges, keys
from chats.benches import files
from chats.gateway.recording import Recording
from chats.gateway.values import Credentials, Request
from chats.models import (
    Attachment,
    BenchRun,
    Comparison,
    Conversation,
    ConversationMark,
    FunctionSet,
    Generation,
    GenerationOutput,
    Invitation,
    Membership,
    Message,
    Preset,
    Role,
    Team,
)
from tests.matrix import DOORS, ROLES, Door

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
KEPT = (Team, Membership, Invitation, Conversation, ConversationMark, Message, Attachment, Generation)
KEPT += (BenchRun, FunctionSet, Preset)


@dataclass
class World:
    """People by role, and the things that doors name."""

    people: dict
    things: dict[str, object]

    def client(self, role: str) -> Client:
        client = Client()
        if self.people[role]:
            client.force_login(self.people[role])
        return client

    def knock(self, door: Door, role: str):
        path = door.path.format(**self.things)
        ask = getattr(self.client(role), door.method.lower())
        if door.json is not None:
            return ask(path, json.dumps(self._filled(door.json)), content_type="application/json")
        if door.method in ("PUT", "DELETE"):
            return ask(path, b"abc", content_type="application/octet-stream")
        return ask(path, self._filled(door.body))

    def _filled(self, value):
        if isinstance(value, dict):
            return {name: self._filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if isinstance(value, str) and value.startswith("{"):
            return self.things[value.strip("{}")]
        return value


@pytest.fixture
def world(team, alice, bob, victor, charlie, make_user):
    ann, olga, rita = make_user("ann"), make_user("olga"), make_user("rita")
    Membership.objects.create(team=team, user=ann, role=Role.ADMIN)
    Membership.objects.create(team=team, user=olga, role=Role.OWNER)
    seats = {one.user: one for one in team.memberships.select_related("user")}
    other = accounts.found_team(charlie, "Elsewhere")
    people = {"owner": alice, "admin": ann, "member": bob, "viewer": victor, "removed": rita, "stranger": charlie}
    things = _teams(team, other, alice, seats, {"bob": bob, "victor": victor, "second_owner": olga})
    things |= _presets(team, alice)
    things |= _conversations(team, alice) | _uploads(team, alice) | _benches(team, alice)
    return World(people | {"anonymous": None}, things)


def _teams(team, other, alice, seats, named) -> dict[str, object]:
    keys.store(team, "a-key-that-is-long-enough")
    invitation, token = Invitation.issue(team=team, author=alice, role=Role.MEMBER, days=7)
    spent, spent_token = Invitation.issue(team=team, author=alice, role=Role.MEMBER, days=7)
    Invitation.objects.filter(pk=spent.pk).update(revoked_at=timezone.now())
    return {
        "team": team.pk,
        "other_team": other.pk,
        "invitation": invitation.pk,
        "token": token,
        "spent_token": spent_token,
        "start_token": "made-up",
    } | {name: seats[user].pk for name, user in named.items()}


def _conversations(team, alice) -> dict[str, object]:
    """Three of alice: shared, private, and shared but in the bin; each a question with a file, and a reply."""
    now = timezone.now()
    found: dict[str, object] = {}
    states = {"shared": {"shared_at": now}, "private": {}, "deleted": {"shared_at": now, "deleted_at": now}}
    for name, state in states.items():
        conversation = Conversation.objects.create(team=team, author=alice, client_id=name, title=name, **state)
        prefix = "private_" if name == "private" else "" if name == "shared" else "deleted_"
        file = _file(team, alice)
        asked = _message(conversation, None, Message.Role.USER, [{"kind": "attachment", "id": file.pk}])
        asked.attachments.add(file)
        reply = _message(conversation, asked, Message.Role.ASSISTANT, [{"kind": "text", "text": "A cat."}])
        found |= {name: conversation.pk, f"{prefix}reply": reply.pk, f"{prefix}file": file.pk}
        found |= _generated(prefix, reply) | _recorded(prefix, reply) | _compared(prefix, reply)
    return found


def _generated(prefix: str, reply: Message) -> dict[str, object]:
    """A job that has ended, and its picture."""
    row = Generation.objects.create(
        message=reply,
        team=reply.conversation.team,
        author=reply.author,
        model="gpt-image-1",
        state="failed",
        preview="a.png",
    )
    picture = _file(row.team, row.author)
    reply.attachments.add(picture)
    GenerationOutput.objects.create(generation=row, attachment=picture)
    return {f"{prefix}generation": row.pk, f"{prefix}made": picture.pk}


def _recorded(prefix: str, reply: Message) -> dict[str, object]:
    request = Request("POST", "/v1/chat/completions", json={"model": "gpt-4o"})
    recording = Recording(request, Credentials("https://gateway.example", "k"), "gpt-4o", "chat_completions")
    kept = exchanges.keep(recording, team=reply.conversation.team, author=reply.author, message=reply, label="reply")
    token = exchanges.signed_path(kept).split("/")[-2]
    return {f"{prefix}exchange": kept.pk, f"{prefix}exchange_token": token}


def _compared(prefix: str, reply: Message) -> dict[str, object]:
    made = Comparison.objects.create(question=reply.parent, author=reply.author)
    Message.objects.filter(pk=reply.pk).update(comparison=made)
    return {f"{prefix}comparison": made.pk}


def _presets(team, alice) -> dict[str, object]:
    states = {"preset": {"is_shared": True}, "private_preset": {}}
    states["removed_preset"] = {"is_shared": True, "deleted_at": timezone.now()}
    made = {name: Preset.objects.create(team=team, author=alice, name=name, **state) for name, state in states.items()}
    return {name: row.pk for name, row in made.items()}


def _message(conversation, parent, role, parts) -> Message:
    return Message.objects.create(
        conversation=conversation, parent=parent, role=role, author=conversation.author, client_id="1", parts=parts
    )


def _file(team, alice) -> Attachment:
    file = Attachment(team=team, uploader=alice, kind="image", state="ready", name="a.png", content_type="image/png")
    file.size_bytes = file.received_bytes = 3
    if not default_storage.exists("a.png"):
        default_storage.save("a.png", ContentFile(b"abc"))
    file.file = file.poster = file.preview = "a.png"
    file.save()
    return file


def _benches(team, alice) -> dict[str, object]:
    """Runs of alice, one of them deleted; a set of functions that she shares, and one that she keeps."""
    name = files.save(team.pk, {"texts": ["A cat"]})
    run = {"team": team, "author": alice, "kind": "embeddings", "state": "done", "file": name}
    run["asked"] = {"models": ["text-embedding-3-small"], "count": 1}
    gone = BenchRun.objects.create(client_id="gone", deleted_at=timezone.now(), **run)
    kept = {"team": team, "author": alice, "functions": []}
    return {
        "run": BenchRun.objects.create(client_id="run", **run).pk,
        "removed_run": gone.pk,
        "set": FunctionSet.objects.create(name="Shared", is_shared=True, **kept).pk,
        "private_set": FunctionSet.objects.create(name="Kept", **kept).pk,
    }


def _uploads(team, alice) -> dict[str, object]:
    upload = Attachment.objects.create(team=team, uploader=alice, name="b.png", size_bytes=9, state="uploading")
    return {"upload": upload.pk}


def answer_of(response) -> str:
    """One of the words of tests/matrix.py."""
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/?next="):
        return "in"
    if response.status_code < 400:
        return "ok"
    return "no" if response.status_code == 404 else str(response.status_code)


def rows() -> dict[str, list]:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in KEPT}


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_door_opens_for_those_it_should(world, door):
    before = rows()
    answers, changed = [], []
    for role in ROLES:
        with undone():
            answers.append(answer_of(world.knock(door, role)))
            if answers[-1] != "ok" and rows() != before:
                changed.append(role)
    assert dict(zip(ROLES, answers, strict=True)) == dict(zip(ROLES, door.expected.split(), strict=True))
    assert changed == [], "a closed door changed something"


@contextmanager
def undone() -> Iterator[None]:
    """The next role finds the world as it was."""
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def all_routes(resolver=None, prefix: str = "") -> set[str]:
    """Every pattern of the site but the admin's, which has tests of its own below."""
    found = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern).removeprefix("^")
        if getattr(pattern, "namespace", "") == "admin":
            continue
        found |= all_routes(pattern, route) if hasattr(pattern, "url_patterns") else {route}
    return found


def test_every_door_of_the_site_is_in_the_table():
    assert all_routes() - {door.route for door in DOORS} == set(), "add the door to tests/matrix.py, with every role"


def test_a_door_answers_no_method_that_the_table_does_not_list(world):
    """Of our own views; allauth's take PUT for POST, behind the same checks."""
    listed = {(door.method, door.route) for door in DOORS}
    paths = {door.route: door.path.format(**world.things).split("?")[0] for door in DOORS}
    del paths["healthz"]  # tells the same however one asks
    ours = {route: path for route, path in paths.items() if resolve(path).func.__module__.startswith("chats.")}
    unlisted = [(method, route) for route in ours for method in METHODS if (method, route) not in listed]
    owner = world.client("owner")
    answering = [
        f"{method} {route}"
        for method, route in unlisted
        if getattr(owner, method.lower())(ours[route]).status_code != 405
    ]
    assert answering == []


@pytest.mark.parametrize("role", ROLES)
def test_the_admin_opens_for_nobody_of_a_team(world, role):
    """Owners of a team run no site; people of the site's staff are made with `createsuperuser`."""
    for path in ("", "auth/user/", f"chats/team/{world.things['team']}/change/", "chats/conversation/", "jsi18n/"):
        response = world.client(role).get(f"/admin/{path}", follow=True)
        ends = response.redirect_chain[-1][0] if response.redirect_chain else ""
        assert response.status_code == 403 or ends.startswith("/accounts/login/"), path
