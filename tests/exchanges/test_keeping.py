"""What is kept of an exchange, and what it can be read as again."""

import datetime
import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from chats import benches, branches, exchanges
from chats.gateway import raw, recording
from chats.gateway.body import Base64, Body
from chats.gateway.recording import Recording
from chats.gateway.values import Credentials, FilePart, Request
from chats.models import BenchRun, Exchange, Message
from tests.views import made

ACCOUNT = Credentials("https://gateway.example", "sk-secret-key", {"uid": "person-123456"})
FILM = b"\x00film\xff" * 1000


@pytest.fixture
def whose(team, alice):
    return {"team": team, "author": alice, "message": made.generation(made.conversation(team, alice)).message}


def recorded(request: Request, **more) -> Recording:
    return Recording(request, ACCOUNT, "qwen3-max", "chat_completions", **more)


def test_the_exact_body_is_read_again_and_media_are_kept_by_reference(whose):
    default_storage.save("films/one.mp4", ContentFile(FILM))
    turned = b"turned picture"
    document = {"model": "x", "input": [Base64(FILM, "data:video/mp4;base64,"), Base64(turned), "é\u2028"], "n": 1.0}
    request = Request("POST", "/v1/chat/completions", json=document, headers={"anthropic-beta": "a"})
    kept = exchanges.keep(recorded(request, sources={id(FILM): "films/one.mp4"}), **whose)
    assert b"".join(exchanges.body(kept)) == b"".join(Body(document))
    assert kept.sent_bytes > len(FILM) * 4 / 3
    shown = exchanges.document(kept)
    assert shown["input"][0] == {
        "$media": {"sha256": raw.digest(FILM), "bytes": 6000, "prefix": "data:video/mp4;base64,"}
    }
    assert default_storage.size(kept.sent_file) < 1000
    filled = raw.filled(shown, document)
    assert b"".join(Body(filled)) == b"".join(Body(document))


def test_no_secret_is_kept(whose):
    one = recorded(Request("POST", "/v1/messages", json={}, headers={"x-api-key": "sk-secret-key"}))
    one.answered(200, {"set-cookie": "s=1", "x-oneapi-request-id": "toio1"})
    kept = exchanges.keep(one, **whose)
    facts = json.dumps([kept.request_headers, kept.response_headers])
    assert "uid" in facts
    assert "toio1" in facts
    assert "secret" not in facts
    assert "s=1" not in facts


def test_chunks_come_back_as_they_came_and_a_long_answer_keeps_both_ends(whose):
    one = recorded(Request("POST", "/v1/x", json={}))
    chunks = [bytes([n % 256]) * 50_000 for n in range(100)]
    for chunk in chunks:
        one.heard(chunk)
    one.heard(b"x" * 300_000)
    one.heard(b"end")
    kept = exchanges.keep(one, **whose)
    found = exchanges.chunks(kept)
    assert [chunk.data for chunk in found[:20]] == chunks[:20]
    assert found[-1].data == b"end"
    assert sum(len(chunk.data) + chunk.left_out for chunk in found) == 5_300_003 == kept.received_bytes
    assert kept.kept_bytes < recording.KEPT_BYTES + recording.TAIL_BYTES + 60_000


def test_a_form_keeps_its_files(whose):
    file = FilePart("image", "a.png", "image/png", b"png bytes")
    kept = exchanges.keep(recorded(Request("POST", "/v1/images/edits", form={"n": "1"}, files=(file,))), **whose)
    shown = exchanges.document(kept)
    assert shown["form"] == {"n": "1"}
    assert shown["files"][0]["filename"] == "a.png"
    assert exchanges.file_bytes(kept, 0) == ("a.png", "image/png", b"png bytes")
    with pytest.raises(exchanges.Gone):
        exchanges.body(kept)


def test_a_file_that_was_deleted_or_changed_is_said_to_be_gone(whose):
    name = default_storage.save("films/one.mp4", ContentFile(FILM))
    request = Request("POST", "/v1/x", json={"a": Base64(FILM)})
    kept = exchanges.keep(recorded(request, sources={id(FILM): name}), **whose)
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"another film"))
    with pytest.raises(exchanges.Gone):
        exchanges.body(kept)


def test_its_files_go_with_the_message(whose, django_capture_on_commit_callbacks):
    one = recorded(Request("POST", "/v1/x", json={"a": Base64(b"frame")}))
    one.heard(b"answer")
    kept = exchanges.keep(one, **whose)
    folder = kept.sent_file.rpartition("/")[0]
    assert len(default_storage.listdir(folder)[1]) == 3
    with django_capture_on_commit_callbacks(execute=True):
        whose["message"].delete()
    assert not Exchange.objects.exists()
    assert not default_storage.exists(folder)


def test_a_signed_address_names_its_exchange_alone(whose):
    kept = exchanges.keep(recorded(Request("POST", "/v1/x", json={})), **whose)
    token = exchanges.signed_path(kept).removeprefix("/exchanges/signed/").rstrip("/")
    assert exchanges.unsigned(token) == kept.pk
    assert exchanges.unsigned(token.replace(str(kept.pk), str(kept.pk + 1), 1)) is None


def test_a_deleted_message_takes_its_wire_with_it_when_its_time_in_the_bin_is_over(
    whose, alice, django_capture_on_commit_callbacks
):
    kept = exchanges.keep(recorded(Request("POST", "/v1/x", json={})), **whose)
    question = whose["message"].parent
    branches.delete(alice, question)
    branches.purge()
    assert Exchange.objects.exists()
    Message.objects.update(deleted_at=timezone.now() - datetime.timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        assert branches.purge() == 2
    assert not Message.objects.exists()
    assert not default_storage.exists(kept.sent_file)


def test_a_deleted_run_of_a_bench_goes_with_its_file(team, alice):
    file = default_storage.save("benches/1/a.json.gz", ContentFile(b"x"))
    run = BenchRun.objects.create(team=team, author=alice, client_id="a", kind="search", file=file)
    benches.delete(run)
    benches.purge()
    assert BenchRun.objects.exists()
    benches.purge(days=0)
    assert not BenchRun.objects.exists()
    assert not default_storage.exists(file)


@pytest.mark.parametrize(
    "odd",
    [
        {"$media": {"sha256": "x", "source": ["a"]}},
        {"$media": {"sha256": "a" * 64}, "more": 1},
        {"$media": 5},
        {"properties": {"$media": {"type": "string", "source": "../../etc/passwd"}}},
    ],
)
def test_what_only_looks_like_a_reference_is_a_person_s_own_text(whose, odd):
    document = {"model": "x", "made_up": odd}
    assert raw.filled(document, {}) == document
    kept = exchanges.keep(recorded(Request("POST", "/v1/x", json=document)), **whose)
    assert exchanges.document(kept) == document
    assert json.loads(b"".join(exchanges.body(kept))) == document
