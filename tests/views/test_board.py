"""The board: who sees which jobs, in which order, and that it stays quick with ten thousand of them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chats import boards
from chats.models import Generation
from tests.views import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(team, alice):
    return made.conversation(team, alice)


@pytest.fixture
def board(client, alice):
    def get(path="/board/", user=alice, status=200):
        client.force_login(user)
        answer = client.get(path)
        assert answer.status_code == status
        return answer.content.decode()

    return get


def rows(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'id="job-(\d+)"', page)]


def test_what_runs_stands_on_top_and_then_the_newest(board, place):
    old = made.generation(place, state="running", ago_s=900)
    done = made.generation(place, state="succeeded", ago_s=300)
    failed = made.generation(place, state="failed", ago_s=100)
    queued = made.generation(place, state="queued", ago_s=5)
    assert rows(board()) == [queued.pk, old.pk, failed.pk, done.pk]
    assert rows(board("/board/?scope=running")) == [queued.pk, old.pk]
    board("/board/?scope=else", status=404)


def test_only_what_a_person_may_read_is_listed(board, team, alice, bob, charlie):
    shared = made.generation(made.conversation(team, alice))
    private = made.generation(made.conversation(team, alice, is_shared=False))
    assert rows(board()) == [private.pk, shared.pk]
    assert rows(board(user=bob)) == [shared.pk]
    assert rows(board("/board/?scope=mine", bob)) == []
    board(f"/board/rows/{private.pk}/", bob, 404)
    board(f"/board/rows/{shared.pk}/", charlie, 404)


def test_a_deleted_message_takes_its_jobs_along(board, place):
    gone = made.generation(place, state="succeeded")
    type(gone.message).objects.filter(pk=gone.message_id).update(deleted_at=gone.created_at)
    assert rows(board()) == []


def test_a_row_says_what_can_be_done_and_a_viewer_can_do_nothing(board, place, victor):
    running = made.generation(place)
    lost = made.generation(place, state="expired", remote_id="x")
    page = board(f"/board/rows/{running.pk}/")
    assert 'data-act="cancel"' in page
    assert 'role="progressbar"' in page
    assert re.findall(r'data-act="(\w+)"', board(f"/board/rows/{lost.pk}/")) == ["check", "again", "change"]
    assert "data-act" not in board(f"/board/rows/{running.pk}/", victor)


def test_the_pages_follow_each_other_without_a_gap(board, place):
    times = [made.generation(place, state="succeeded", ago_s=number // 3) for number in range(120)]
    found, path = [], "/board/rows/"
    while path:
        page = board(path)
        found += rows(page)
        cursor = re.search(r'data-before="([^"]+)"', page)
        path = f"/board/rows/?before={cursor[1]}" if cursor else ""
    assert sorted(found) == sorted(row.pk for row in times)
    assert len(found) == 120
    board("/board/rows/?before=nonsense")


def test_a_list_reads_no_large_column_and_asks_as_often_for_fifty_rows_as_for_five(alice, team, place):
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            for row in boards.page(alice, team).rows:
                assert row.beginning
        return [query["sql"] for query in seen if "generation" in query["sql"]]

    for _n in range(5):
        made.result(made.generation(place, state="succeeded"))
    few = asked()
    for _n in range(45):
        made.result(made.generation(place, state="succeeded"))
    many = asked()
    assert len(many) == len(few)
    columns = {name for sql in many for name in re.findall(r'"chats_generation"\."(\w+)"', sql.split(" FROM ")[0])}
    assert columns > {"state", "model"}
    whole = [sql for sql in many if re.search(r'[ ,]"chats_generation"\."(prompt|outcome|price_key)",', sql)]
    assert not whole


def test_an_empty_board_says_how_to_fill_it(board, team):
    page = board()
    assert "stand here" in page
    assert re.search(r'href="/\?model=[^"]+"', page)


def test_the_database_finds_a_page_by_its_index(alice, team, place):
    made.generation(place)
    listed = Generation.objects.visible_to(alice).filter(team=team).order_by("-created_at", "-pk")[:50]
    plan = listed.explain()
    assert "generation_board" in plan
