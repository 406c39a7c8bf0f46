"""The list and what is done with a whole conversation, through its doors."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chats import broadcasts, histories
from chats.models import Conversation, ConversationMark, Membership, Message

NOW = timezone.now()


@pytest.fixture
def start(team):
    """start(alice, "Title", ago_h=3, is_shared=True) → a conversation of alice's."""
    made = []

    def make(author, title, ago_h=0.0, is_shared=False, **fields):
        at = NOW - datetime.timedelta(hours=ago_h)
        moments = {
            "created_at": at,
            "updated_at": at,
            "spoken_at": at,
            "shared_at": timezone.now() if is_shared else None,
        }
        row = {"client_id": f"c{len(made)}", "title": title} | moments | fields
        made.append(Conversation.objects.create(team=team, author=author, **row))
        return made[-1]

    return make


@pytest.fixture
def told(monkeypatch, django_capture_on_commit_callbacks):
    """Collects what is announced; told(lambda: …) runs something with its commit."""
    frames = []
    monkeypatch.setattr(broadcasts, "conversation_changed", lambda c, change: frames.append((c.pk, change)))
    monkeypatch.setattr(broadcasts, "access_changed", lambda **k: frames.append((k["conversation"].pk, "access")))

    def run(act):
        frames.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return list(frames)

    return run


def titles(client, **query):
    html = client.get("/conversations/", query).content.decode()
    return re.findall(r'<span class="row-title">(.*?)</span>', html)


def as_user(client, user):
    client.force_login(user)
    return client


def test_mine_and_the_teams_are_two_lists(client, alice, bob, start):
    start(alice, "private", 2)
    start(alice, "shared by alice", 1, is_shared=True)
    start(bob, "bob's own")
    start(bob, "shared by bob", 3, is_shared=True)
    as_user(client, alice)
    assert titles(client) == ["shared by alice", "private"]
    assert titles(client, scope="team") == ["shared by alice", "shared by bob"]


def test_pinned_ones_come_first_and_only_on_the_first_page(client, alice, start):
    old = start(alice, "old but pinned", 900)
    for n in range(histories.PAGE + 5):
        start(alice, f"newer {n}", n)
    as_user(client, alice)
    client.post(f"/c/{old.pk}/pin/")
    first = client.get("/conversations/").content.decode()
    assert titles(client)[0] == "old but pinned"
    before = re.search(r'data-before="([^"]+)"', first)[1]
    assert titles(client, before=before) == [f"newer {n}" for n in range(histories.PAGE, histories.PAGE + 5)]


def test_pages_neither_repeat_nor_skip_rows_of_the_same_moment(client, alice, team, start):
    for n in range(2 * histories.PAGE + 3):
        start(alice, f"at once {n}")
    seen, before = [], ""
    while True:
        page = histories.list_page(alice, team, "mine", before)
        seen += [row.pk for row in page.rows]
        if not page.before:
            break
        before = page.before
    assert len(seen) == len(set(seen)) == 2 * histories.PAGE + 3


def test_a_spoilt_cursor_begins_at_the_top(client, alice, start):
    start(alice, "here")
    as_user(client, alice)
    for cursor in ("x", "1-", "9999999999999999-1", "nan-1"):
        assert titles(client, before=cursor) == ["here"]


def test_an_unknown_list_is_not_found(client, alice, team):
    assert as_user(client, alice).get("/conversations/", {"scope": "everything"}).status_code == 404


def test_a_stranger_finds_neither_list_nor_row(client, charlie, alice, start):
    shared = start(alice, "shared", is_shared=True)
    as_user(client, charlie)
    assert client.get("/conversations/").status_code == 404
    assert client.get(f"/c/{shared.pk}/row/").status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client, alice, start):
    row = start(alice, "mine")
    assert client.get("/conversations/").status_code == 302
    assert client.delete(f"/c/{row.pk}/").status_code == 302
    assert Conversation.objects.get(pk=row.pk).deleted_at is None


def test_the_list_touches_no_message_body(alice, team, start):
    """Lesson 39: one giant conversation must not make everybody's list slow."""
    for n in range(10):
        row = start(alice, f"row {n}", n)
        question = Message.objects.create(conversation=row, role="user", author=alice, client_id="q")
        Message.objects.create(conversation=row, parent=question, role="assistant", author=alice, client_id="q")
    with CaptureQueriesContext(connection) as queries:
        page = histories.list_page(alice, team, "mine")
    assert len(page.rows) == 10
    assert len(queries) == 4  # rows, pinned ones, the role, what is running
    for query in queries:
        assert '"parts"' not in query["sql"]
        assert '"error"' not in query["sql"]
    with CaptureQueriesContext(connection) as queries:
        for row in page.rows:
            assert row.title
            assert row.author.get_username() == "alice"
    assert not queries


def test_the_list_reads_along_its_index(alice, team, start):
    """10,000 conversations stay quick because the database begins at the newest and stops after a page."""
    for n in range(50):
        start(alice, f"row {n}", n)
    for scope, index in (("mine", "conversation_mine"), ("team", "conversation_shared")):
        rows = histories._scoped(alice, team, scope).filter(is_pinned=False)
        plan = histories._after(rows, "")[:41].explain()
        assert index in plan, plan
    running = Message.objects.filter(status__in=Message.LIVE, conversation__in=[1, 2, 3])
    assert "message_running" in running.values_list("conversation_id").explain()


def test_search_finds_chinese_inside_a_title_and_needs_every_word(client, alice, bob, start):
    start(alice, "把访谈录音整理成要点", 1)
    start(alice, "Storyboard for the Harbour film", 2)
    start(alice, "Harbour at night", 3, archived_at=NOW)
    start(bob, "harbour, but private to bob")
    as_user(client, alice)
    assert titles(client, q="录音") == ["把访谈录音整理成要点"]
    assert titles(client, q="harbour") == ["Storyboard for the Harbour film", "Harbour at night"]
    assert titles(client, q="film harbour") == ["Storyboard for the Harbour film"]
    assert titles(client, q="100%") == []


def test_unread_is_per_person_and_ones_own_words_do_not_count(client, alice, bob, start):
    row = start(alice, "shared", is_shared=True)
    assert "data-unread" not in as_user(client, alice).get(f"/c/{row.pk}/row/").content.decode()
    assert "data-unread" in as_user(client, bob).get(f"/c/{row.pk}/row/").content.decode()
    ConversationMark.objects.create(conversation=row, user=bob, seen_at=timezone.now())
    assert "data-unread" not in client.get(f"/c/{row.pk}/row/").content.decode()


def test_what_was_said_before_one_joined_is_not_unread(client, alice, charlie, team, start):
    old = start(alice, "long ago", 5, is_shared=True)
    Membership.objects.create(team=team, user=charlie, role="member")
    assert "data-unread" not in as_user(client, charlie).get(f"/c/{old.pk}/row/").content.decode()
    fresh = start(alice, "shared since then", 5, is_shared=True)
    assert "data-unread" in client.get(f"/c/{fresh.pk}/row/").content.decode()
    Conversation.objects.filter(pk=old.pk).update(spoken_at=timezone.now())
    assert "data-unread" in client.get(f"/c/{old.pk}/row/").content.decode()


def test_a_live_reply_marks_its_row(client, alice, start):
    row = start(alice, "running")
    reply = Message.objects.create(conversation=row, role="assistant", author=alice, client_id="q", status="streaming")
    as_user(client, alice)
    assert "data-running" in client.get(f"/c/{row.pk}/row/").content.decode()
    Message.objects.filter(pk=reply.pk).update(status="complete")
    assert "data-running" not in client.get(f"/c/{row.pk}/row/").content.decode()


def test_a_new_name_is_kept_as_given_and_moves_nothing(client, alice, start, told):
    newest = start(alice, "newest")
    row = start(alice, "before", 5)
    as_user(client, alice)
    assert told(lambda: client.post(f"/c/{row.pk}/title/", {"title": "  a <b>new\n name  "})) == [(row.pk, "title")]
    row.refresh_from_db()
    assert (row.title, row.is_title_manual) == ("a <b>new name", True)
    assert titles(client) == ["newest", "a &lt;b&gt;new name"]
    assert newest.updated_at > row.updated_at


def test_an_empty_name_is_refused(client, alice, start):
    row = start(alice, "before")
    assert as_user(client, alice).post(f"/c/{row.pk}/title/", {"title": "  "}).status_code == 400
    row.refresh_from_db()
    assert row.title == "before"


def test_members_rename_shared_ones_and_viewers_do_not(client, alice, bob, victor, start):
    row = start(alice, "shared", is_shared=True)
    assert as_user(client, bob).post(f"/c/{row.pk}/title/", {"title": "by bob"}).status_code == 200
    assert as_user(client, victor).post(f"/c/{row.pk}/title/", {"title": "by victor"}).status_code == 404
    row.refresh_from_db()
    assert row.title == "by bob"


def test_pins_are_personal(client, alice, bob, start):
    row = start(alice, "shared", is_shared=True)
    as_user(client, alice).post(f"/c/{row.pk}/pin/")
    assert "data-pinned" in client.get(f"/c/{row.pk}/row/").content.decode()
    assert "data-pinned" not in as_user(client, bob).get(f"/c/{row.pk}/row/").content.decode()
    as_user(client, alice).delete(f"/c/{row.pk}/pin/")
    assert "data-pinned" not in client.get(f"/c/{row.pk}/row/").content.decode()


def test_sharing_opens_and_closes_and_says_so(client, alice, bob, start, told):
    row = start(alice, "soon shared")
    as_user(client, alice)
    assert told(lambda: client.post(f"/c/{row.pk}/share/")) == [(row.pk, "shared"), (row.pk, "access")]
    assert Conversation.objects.visible_to(bob).filter(pk=row.pk).exists()
    assert told(lambda: client.delete(f"/c/{row.pk}/share/")) == [(row.pk, "unshared"), (row.pk, "access")]
    assert not Conversation.objects.visible_to(bob).filter(pk=row.pk).exists()


def test_an_admin_who_closes_anothers_conversation_keeps_no_row(client, alice, bob, start):
    row = start(bob, "shared by bob", is_shared=True)
    answer = as_user(client, alice).delete(f"/c/{row.pk}/share/")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("door", ["share", "archive", "delete"])
def test_only_keepers_share_archive_and_delete(client, alice, bob, victor, charlie, start, door):
    row = start(alice, "shared", is_shared=True)
    for user in (bob, victor, charlie):
        as_user(client, user)
        answer = client.delete(f"/c/{row.pk}/") if door == "delete" else client.post(f"/c/{row.pk}/{door}/")
        assert answer.status_code == 404, user
    as_user(client, alice)
    answer = client.delete(f"/c/{row.pk}/") if door == "delete" else client.post(f"/c/{row.pk}/{door}/")
    assert answer.status_code in (200, 204)


def test_the_archive_is_a_list_of_its_own(client, alice, start, told):
    row = start(alice, "put away")
    as_user(client, alice)
    assert told(lambda: client.post(f"/c/{row.pk}/archive/")) == [(row.pk, "archived")]
    assert titles(client) == []
    assert titles(client, scope="archived") == ["put away"]
    assert told(lambda: client.delete(f"/c/{row.pk}/archive/")) == [(row.pk, "restored")]
    assert titles(client) == ["put away"]


def test_deleted_ones_can_be_brought_back_for_thirty_days(client, alice, start, told):
    row = start(alice, "gone")
    start(alice, "gone long ago", deleted_at=NOW - datetime.timedelta(days=31))
    as_user(client, alice)
    assert told(lambda: client.delete(f"/c/{row.pk}/")) == [(row.pk, "deleted"), (row.pk, "access")]
    assert titles(client) == []
    assert client.get(f"/c/{row.pk}/row/").status_code == 404
    assert titles(client, scope="deleted") == ["gone"]
    assert told(lambda: client.post(f"/c/{row.pk}/restore/")) == [(row.pk, "restored")]
    assert titles(client) == ["gone"]


def test_a_deleted_one_answers_no_door_but_the_way_back(client, alice, start):
    row = start(alice, "gone", deleted_at=NOW)
    as_user(client, alice)
    assert client.post(f"/c/{row.pk}/share/").status_code == 404
    assert client.post(f"/c/{row.pk}/title/", {"title": "x"}).status_code == 404
    assert client.post(f"/c/{row.pk}/pin/").status_code == 404
    assert client.delete(f"/c/{row.pk}/").status_code == 404


def test_deleting_stops_what_is_being_written(client, alice, start):
    row = start(alice, "running")
    reply = Message.objects.create(conversation=row, role="assistant", author=alice, client_id="q", status="queued")
    as_user(client, alice).delete(f"/c/{row.pk}/")
    reply.refresh_from_db()
    assert reply.status == "stopped"
    assert reply.stop_requested_at is not None


def test_titles_are_text_and_never_markup(client, alice, start):
    start(alice, '<img src=x onerror="alert(1)">')
    html = as_user(client, alice).get("/conversations/").content.decode()
    assert "<img" not in html
    assert "&lt;img src=x" in html


def test_rows_say_what_a_person_may_do(client, alice, bob, victor, start):
    row = start(bob, "shared", is_shared=True)
    for user, rights in ((bob, {"keep", "write"}), (alice, {"keep", "write"}), (victor, set())):
        html = as_user(client, user).get(f"/c/{row.pk}/row/").content.decode()
        assert set(re.findall(r"data-may-(\w+)", html)) == rights, user
