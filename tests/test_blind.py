"""No door tells who has not voted on a blind comparison which model made which column."""

import re

import pytest
from django.db.models import F

from chats import benches, branches, comparisons, replies
from chats.models import Generation, Message
from chats.replies import Column
from tests.views import made

pytestmark = pytest.mark.django_db
MODELS = ("gpt-image-1", "kling-v3")


@pytest.fixture
def get(client):
    def get(user, path, **headers):
        client.force_login(user)
        response = client.get(path, headers=headers)
        assert response.status_code == 200, path
        return str(response.headers) + ("" if response.streaming else response.content.decode())

    return get


def compared(user, *models, client_id="c") -> list[Message]:
    columns = tuple(Column(model) for model in models)
    fields = {"client_id": client_id, "model": "", "text": "A paper boat", "columns": columns, "is_blind": True}
    asked = replies.ask(user, replies.Question(**fields))
    replies.settle(asked)
    asked.message.conversation.shared_at = asked.message.created_at
    asked.message.conversation.save()
    return list(asked.replies)


def ended(reply: Message, **fields) -> Generation:
    """With a result, and all that a vendor leaves behind."""
    row = reply.generations.get()
    told = {"kind": "upstream", "status": 502, "code": row.model, "message": f"{row.model} is busy", "tries": 2}
    values = {"state": "succeeded", "finished_at": row.created_at, "sent_at": row.created_at, "request_id": "of-kling"}
    values |= {"error": told, "remote_id": f"models/{row.model}/1", "parameters": {"mode": row.model}}
    Generation.objects.filter(pk=row.pk).update(**(values | fields), revision=F("revision") + 1)
    Message.objects.filter(pk=reply.pk).update(status="complete")
    row.refresh_from_db()
    return row


@pytest.fixture
def columns(team, alice) -> list[Message]:
    return compared(alice, *MODELS)


@pytest.fixture
def rows(columns) -> list[Generation]:
    found = [ended(reply) for reply in columns]
    for row in found:
        made.result(row)
        made.result(row, role="viewer", url=f"https://{row.model}.example/world")
    return found


def doors(rows: list[Generation]) -> list[str]:
    first = rows[0]
    picture = first.results.first().attachment
    paths = [f"/generations/{row.pk}/" for row in rows] + [f"/messages/{row.message_id}/" for row in rows]
    lists = ["/board/", f"/board/rows/{first.pk}/", "/gallery/", "/gallery/items/", f"/gallery/items/{picture.pk}/"]
    files = [f"/attachments/{picture.pk}/{door}" for door in ("", "file/", "download/")]
    return [*paths, *lists, *files, f"/c/{first.message.conversation_id}/"]


@pytest.mark.parametrize("state", ["succeeded", "failed", "unknown", "running"])
def test_no_page_names_the_model_of_a_job_before_the_vote(get, rows, alice, bob, state):
    finished_at = None if state == "running" else F("created_at")
    Generation.objects.update(state=state, finished_at=finished_at)
    for path in doors(rows):
        page = re.sub(r'value="[^"]*"|href="/\?model=[^"]*"', "", get(bob, path))  # what a composer offers to anybody
        found = re.search("gpt-image-1|GPT Image|kling|is busy|502 Bad", page, re.IGNORECASE)
        assert not found, (path, page[max(0, found.start() - 200) : found.end() + 20])
    comparisons.vote(bob, rows[0].message.comparison_id, rows[0].message_id)
    for path in (*doors(rows)[:4], "/board/", "/gallery/items/"):
        assert re.search("gpt.image.1|kling", get(bob, path), re.IGNORECASE), path
    assert not re.search("gpt.image.1|kling", get(alice, "/gallery/items/"), re.IGNORECASE)


def test_a_job_is_neither_repeated_nor_laid_into_the_form_before_the_vote(client, rows, alice):
    client.force_login(alice)
    count = Message.objects.count()
    for row in rows:
        assert client.post(f"/generations/{row.pk}/again/").status_code == 404
        assert client.get(f"/generations/{row.pk}/form/").status_code == 404
        assert "data-act" not in client.get(f"/generations/{row.pk}/").content.decode()
    assert Message.objects.count() == count
    comparisons.vote(alice, rows[0].message.comparison_id, None)
    assert client.get(f"/generations/{rows[0].pk}/form/").json()["model"] == rows[0].model


def test_the_gallery_finds_no_blind_picture_by_its_model(get, rows, alice, bob):
    for model in MODELS:
        assert 'class="piece ' not in get(bob, f"/gallery/items/?model={model}")
    assert get(bob, "/gallery/items/").count('class="piece ') == 2
    assert '<option value="kling-v3"' not in get(bob, "/gallery/")
    comparisons.vote(bob, rows[0].message.comparison_id, None)
    assert get(bob, "/gallery/items/?model=kling-v3").count('class="piece ') == 1
    assert '<option value="kling-v3"' in get(bob, "/gallery/")


def test_a_blind_picture_in_a_usual_reply_is_found_by_no_model_either(get, team, alice, bob):
    columns = compared(alice, "qwen3-max", "gpt-4.1")
    for reply in columns:
        source = made.generation(reply.conversation)
        reply.attachments.add(made.file(source, name="plot.png"))
    first = columns[0].attachments.get()
    assert 'class="piece ' not in get(bob, f"/gallery/items/?model={columns[0].model}")
    assert columns[0].model not in get(bob, "/gallery/").split("<select")[1]
    for path in ("/gallery/items/", f"/gallery/items/{first.pk}/", f"/attachments/{first.pk}/download/"):
        headers = {"X-Requested-With": "fetch"}
        assert not re.search("qwen|gpt", get(bob, path, **headers), re.IGNORECASE), path
    comparisons.vote(bob, columns[0].comparison_id, None)
    assert get(bob, f"/gallery/items/?model={columns[0].model}").count('class="piece ') == 1


def test_what_came_of_a_file_names_no_blind_model(get, rows, team, alice, bob):
    source = made.result(made.generation(made.conversation(team, alice), model="seedream")).attachment
    made.given(rows[0], source)
    page = get(bob, f"/gallery/items/{source.pk}/", **{"X-Requested-With": "fetch"})
    assert f'href="/m/{rows[0].message_id}/"' in page
    assert not re.search("gpt.image|kling", page, re.IGNORECASE)


def test_tools_errors_and_seals_of_a_blind_reply_tell_nothing(get, team, alice, bob):
    reply = compared(alice, "qwen3-max", "gpt-4.1")[0]
    sealed = {"text": "----MOONSHOT ENCRYPTED BEGIN----x", "is_encrypted": True, "by": "tool", "is_error": False}
    call = {"kind": "tool_call", "call_id": "1", "name": "find", "arguments": "{}", "tool": "formula:moonshot/find"}
    parts = [{"kind": "opaque", "protocol": "google", "data": "x"}, call | {"state": "done", "result": sealed}]
    error = {"kind": "rate_limited", "status": 429, "code": "gpt_busy", "message": "Model gpt-4.1 is overloaded"}
    told = {"tools": {"names": ["formula:moonshot/find"]}, "error": error | {"request_id": "r-gpt", "tries": 3}}
    Message.objects.filter(pk=reply.pk).update(status="failed", parts=parts, request_id="r-gpt", **told)
    page = get(bob, f"/messages/{reply.pk}/")
    assert not re.search("moonshot|kimi|google|gpt|formula|data-tools|encrypted", page, re.IGNORECASE)
    assert "busy" in page
    assert "429" in page
    kept = Message.objects.get(pk=reply.pk)
    assert kept.parts == parts
    branches.one(kept, bob)
    comparisons.vote(bob, reply.comparison_id, None)
    page = get(bob, f"/messages/{reply.pk}/")
    assert "formula:moonshot/find" in page
    assert "Model gpt-4.1 is overloaded" in page


def test_the_bench_of_functions_leaves_blind_replies_out(get, team, alice, bob):
    function = {"name": "weather", "parameters": {"type": "object", "properties": {}}}
    kept = benches.save(alice, team, {"name": "Weather", "functions": [function], "is_shared": True})
    reply = compared(alice, "qwen3-max", "gpt-4.1")[0]
    Message.objects.filter(pk=reply.pk).update(tools={"names": [f"functions:{kept.pk}"]})
    assert benches.replies_with(bob, kept) == []
    assert f"/m/{reply.pk}/" not in get(bob, f"/benches/functions/{kept.pk}/")
    comparisons.vote(bob, reply.comparison_id, None)
    assert [row.pk for row in benches.replies_with(bob, kept)] == [reply.pk]


def test_wire_and_replay_are_shut_and_no_list_names_a_model(client, get, team, alice, bob):
    reply = compared(alice, "qwen3-max", "gpt-4.1")[0]
    Message.objects.filter(pk=reply.pk).update(parts=[{"kind": "text", "text": "Hello"}], status="complete")
    assert client.get(f"/messages/{reply.pk}/replay/").status_code in (302, 404)
    for path in (f"/messages/{reply.pk}/raw/", "/conversations/?scope=team", "/conversations/?q=paper"):
        assert not re.search("qwen|gpt", get(bob, path), re.IGNORECASE), path
    assert client.get(f"/messages/{reply.pk}/replay/").status_code == 404
    assert not re.search("qwen3-max|gpt-4.1", get(bob, f"/messages/{reply.pk}/exchanges/"))
    assert client.get(f"/m/{reply.pk}/").headers["Location"] == f"/c/{reply.conversation_id}/#m{reply.pk}"
