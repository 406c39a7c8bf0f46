# ruff: noqa: F811 (fixtures of another room)
"""Doors of attachments, as a browser meets them."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chats.models import Attachment, Conversation, Message
from tests.media import making
from tests.media.conftest import eager, send  # noqa: F401
from tests.media.sending import body_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(team, alice):
    return Conversation.objects.create(team=team, author=alice, client_id="c1")


def say(conversation, author, *ids, client_id="m1"):
    message = Message.objects.create(conversation=conversation, role="user", author=author, client_id=client_id)
    message.attachments.set(ids)
    return message


def get(user, path):
    client = Client()
    if user:
        client.force_login(user)
    return client.get(path)


def test_a_film_goes_up_in_chunks_and_comes_back_with_its_facts(send, alice, tmp_path):
    path = making.film(tmp_path / "clip.mp4", seconds=2, size=(320, 240))
    facts = send(alice, path, chunk=10_000)
    assert (facts["kind"], facts["state"], facts["content_type"]) == ("video", "ready", "video/mp4")
    assert (facts["width"], facts["codecs"], facts["offset"]) == (320, ["h264", "aac"], path.stat().st_size)
    row = Attachment.objects.get(pk=facts["id"])
    assert row.file.open().read() == path.read_bytes()
    assert len(row.sha256) == 64
    assert get(alice, facts["poster"]).headers["Content-Type"] == "image/jpeg"


def test_an_upload_answers_what_the_next_step_needs(send, alice, settings):
    answer = send.begin(send.client(alice), "a.bin", 100)
    assert answer.status_code == 201
    begun = answer.json()
    assert (begun["offset"], begun["chunk_bytes"], begun["url"]) == (
        0,
        settings.UPLOAD_CHUNK_BYTES,
        f"/attachments/{begun['id']}/",
    )


def test_an_upload_goes_on_where_it_stopped(send, alice):
    client = send.client(alice)
    begun = send.begin(client, "notes.txt", 10).json()
    assert send.put(client, begun, 0, b"0123").json()["offset"] == 4
    wrong = send.put(client, begun, 8, b"89")
    assert (wrong.status_code, wrong.json()["offset"]) == (409, 4)
    assert client.get(begun["url"]).json()["offset"] == 4
    assert send.put(client, begun, 0, b"0123").json()["offset"] == 4
    done = send.put(client, begun, 4, b"456789").json()
    assert (done["state"], done["kind"], done["content_type"]) == ("ready", "file", "text/plain")
    again = send.put(client, begun, 4, b"456789")
    assert (again.status_code, again.json()["offset"]) == (200, 10)
    assert Attachment.objects.get().file.open().read() == b"0123456789"


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"name": "a", "size_bytes": 0}, 400, "empty"),
        ({"name": "a", "size_bytes": -5}, 400, "empty"),
        ({"name": "a", "size_bytes": 10**13}, 413, "too_big"),
        ({"name": "a"}, 400, "bad_request"),
        ({"name": 5, "size_bytes": 5}, 400, "bad_request"),
        ({"name": "a", "size_bytes": True}, 400, "bad_request"),
        ([], 400, "bad_request"),
    ],
)
def test_what_cannot_be_taken_is_said_before_the_first_byte(send, alice, said, status, code):
    answer = send.client(alice).post("/attachments/", json.dumps(said), content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"]
    assert not Attachment.objects.exists()


def test_no_more_bytes_are_taken_than_were_announced(send, alice, settings):
    client = send.client(alice)
    begun = send.begin(client, "a.bin", 10).json()
    assert send.put(client, begun, 0, b"x" * 11).status_code == 413
    assert client.get(begun["url"]).json()["offset"] == 0
    settings.UPLOAD_CHUNK_BYTES = 4
    assert send.put(client, begun, 0, b"x" * 5).json()["error"]["code"] == "chunk_too_big"


def test_only_people_who_write_in_the_team_add_files(send, victor, charlie, team):
    for user in (victor, charlie):
        answer = send.begin(send.client(user), "a", 5, team=team.pk)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "read_only")
    assert send.begin(Client(), "a", 5).status_code == 401


def test_nobody_else_feeds_or_cancels_an_upload(send, alice, bob, charlie):
    begun = send.begin(send.client(alice), "a.bin", 10).json()
    for user in (bob, charlie):
        assert send.put(send.client(user), begun, 0, b"x").status_code == 404
        assert send.client(user).delete(begun["url"]).status_code == 404
        assert get(user, begun["url"]).status_code == 404
    assert get(alice, begun["url"]).json()["offset"] == 0


def test_a_request_from_another_site_is_refused(alice, team):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/attachments/", json.dumps({"name": "a", "size_bytes": 5}), content_type="application/json")
    assert answer.status_code == 403
    assert not Attachment.objects.exists()


def test_a_cancelled_upload_leaves_nothing(send, alice, settings):
    client = send.client(alice)
    begun = send.begin(client, "a.bin", 10).json()
    send.put(client, begun, 0, b"0123")
    assert list(settings.UPLOAD_ROOT.iterdir())
    assert client.delete(begun["url"]).status_code == 204
    assert client.get(begun["url"]).status_code == 404
    assert not list(settings.UPLOAD_ROOT.iterdir())


def test_a_file_that_was_sent_is_not_cancelled(send, alice, conversation, tmp_path):
    facts = send(alice, making.picture(tmp_path / "a.png"))
    say(conversation, alice, facts["id"])
    assert send.client(alice).delete(facts["url"]).status_code == 409
    assert get(alice, facts["url"]).status_code == 200


ADDRESSES = ("url", "file", "poster", "preview", "download")


def test_a_file_is_seen_by_those_who_see_its_conversation(send, alice, bob, charlie, conversation, tmp_path):
    facts = send(alice, making.picture(tmp_path / "a.heic"))
    say(conversation, alice, facts["id"])
    paths = [facts[name] for name in ADDRESSES]
    assert all(paths)

    def statuses(user):
        return {get(user, path).status_code for path in paths}

    assert statuses(alice) == {200}
    assert statuses(bob) == {404}
    conversation.shared_at = timezone.now()
    conversation.save()
    assert statuses(bob) == {200}
    assert statuses(charlie) == {404}
    assert statuses(None) <= {401, 404}
    bob.memberships.all().delete()
    assert statuses(bob) == {404}


def test_a_deleted_message_takes_its_files_from_others(send, alice, bob, conversation, tmp_path):
    facts = send(alice, making.picture(tmp_path / "a.png"))
    conversation.shared_at = timezone.now()
    conversation.save()
    message = say(conversation, alice, facts["id"])
    assert get(bob, facts["file"]).status_code == 200
    Message.objects.filter(pk=message.pk).update(deleted_at=timezone.now())
    assert get(bob, facts["file"]).status_code == 404


STRANGE = [
    ("evil.html", b"<!doctype html><script>alert(1)</script>"),
    ("evil.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("evil.png", b"<html><script>alert(1)</script>"),
    ("evil.xml", b"<?xml version='1.0'?><a/>"),
    ("evil.bin", bytes(range(256))),
]


@pytest.mark.parametrize(("name", "content"), STRANGE, ids=[name for name, _ in STRANGE])
def test_nothing_that_could_run_is_shown_in_place(send, alice, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    facts = send(alice, tmp_path / name)
    answer = get(alice, facts["file"])
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert body_of(answer) == content


def test_pictures_are_shown_in_place_and_downloads_keep_their_name(send, alice, tmp_path):
    facts = send(alice, making.picture(tmp_path / "海边 1.png"))
    shown, saved = get(alice, facts["file"]), get(alice, facts["download"])
    assert (shown.headers["Content-Type"], saved.headers["Content-Type"]) == ("image/png", "image/png")
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.headers["Content-Disposition"] == "attachment; filename*=utf-8''%E6%B5%B7%E8%BE%B9%201.png"
    assert shown.headers["Cache-Control"] == "private, no-cache"


def test_text_is_shown_as_text_only(send, alice, tmp_path):
    (tmp_path / "a.md").write_text("# 标题 <script>alert(1)</script>")
    answer = get(alice, send(alice, tmp_path / "a.md")["file"])
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_heic_is_shown_as_the_jpeg_made_of_it(send, alice, tmp_path):
    facts = send(alice, making.picture(tmp_path / "a.heic"))
    assert get(alice, facts["preview"]).headers["Content-Type"] == "image/jpeg"
    assert get(alice, facts["file"]).headers["Content-Disposition"].startswith("attachment")
    row = Attachment.objects.get()
    assert (row.facts().content_type, row.facts().size_bytes) == ("image/jpeg", row.preview.size)


def test_hevc_gets_a_preview_that_browsers_play(send, alice, tmp_path):
    facts = send(alice, making.film(tmp_path / "a.mp4", codec="libx265"))
    preview = get(alice, facts["preview"])
    assert preview.headers["Content-Type"] == "video/mp4"
    assert b"avc1" in body_of(preview)
    assert send(alice, making.film(tmp_path / "b.mp4"))["preview"] == ""


def test_broken_media_can_still_be_downloaded(send, alice, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(2000))
    facts = send(alice, tmp_path / "a.mp4")
    assert (facts["state"], facts["kind"]) == ("ready", "file")
    assert facts["failure"]
    assert len(body_of(get(alice, facts["download"]))) == 2012


def test_lost_bytes_are_a_failure(send, alice, tmp_path, settings):
    facts = send(alice, making.picture(tmp_path / "a.png"))
    row = Attachment.objects.get()
    (settings.MEDIA_ROOT / row.file.name).unlink()
    assert get(alice, facts["file"]).status_code == 404
    Attachment.objects.update(state="probing", claimed_at=None)
    from chats import attachments

    attachments.probe(row.pk)
    row.refresh_from_db()
    assert (row.state, row.failure) == ("failed", "The bytes of this file are gone. Upload it again.")


def test_probing_twice_changes_nothing_and_one_worker_at_a_time(send, alice, tmp_path):
    from chats import attachments

    send(alice, making.picture(tmp_path / "a.png"))
    before = Attachment.objects.values().get()
    attachments.probe(before["id"])
    assert Attachment.objects.values().get() == before
    Attachment.objects.update(state="probing", claimed_at=timezone.now())
    attachments.probe(before["id"])
    assert Attachment.objects.get().state == "probing"


def test_a_probe_whose_worker_died_is_queued_again_when_read(send, alice, tmp_path):
    facts = send(alice, making.picture(tmp_path / "a.png"))
    long_ago = timezone.now() - timedelta(minutes=11)
    Attachment.objects.update(state="probing", claimed_at=long_ago, created_at=long_ago)
    get(alice, facts["url"])
    assert get(alice, facts["url"]).json()["state"] == "ready"


def test_a_film_is_repaired_in_one_click(send, alice, tmp_path):
    facts = send(alice, making.film(tmp_path / "clip.mov"))
    client = send.client(alice)

    def ask(repair, model="qwen2.5-omni-7b"):
        said = json.dumps({"repair": repair, "model": model})
        return client.post(f"{facts['url']}repair/", said, content_type="application/json")

    made = ask("transcode").json()
    assert (made["state"], made["content_type"], made["name"]) == ("ready", "video/mp4", "clip.mp4")
    assert (made["source"], made["repair"]) == (facts["id"], "transcode")
    assert ask("transcode").json()["id"] == made["id"], "a second click gives the same file"
    sound = ask("extract_audio").json()
    assert (sound["kind"], sound["content_type"]) == ("audio", "audio/wav")
    pictures = ask("sample_frames").json()
    assert (pictures["kind"], pictures["container"], pictures["pages"]) == ("video", "frames", 8)
    assert get(alice, pictures["poster"]).status_code == 200
    impossible = ask("as_text").json()
    assert (impossible["state"], bool(impossible["failure"])) == ("failed", True)
    assert ask("explode").status_code == 400


def test_a_reader_does_not_repair(send, alice, victor, conversation, tmp_path):
    facts = send(alice, making.picture(tmp_path / "a.png"))
    conversation.shared_at = timezone.now()
    conversation.save()
    say(conversation, alice, facts["id"])
    said = json.dumps({"repair": "shrink", "model": "x"})
    answer = send.client(victor).post(f"{facts['url']}repair/", said, content_type="application/json")
    assert answer.status_code == 403


def test_purging_removes_what_was_never_finished_or_sent(send, alice, conversation, settings, tmp_path):
    from chats import attachments

    sent = send(alice, making.picture(tmp_path / "sent.png"))
    say(conversation, alice, sent["id"])
    unsent = send(alice, making.picture(tmp_path / "unsent.png"))
    begun = send.begin(send.client(alice), "a.bin", 10).json()
    send.put(send.client(alice), begun, 0, b"0123")
    Attachment.objects.update(created_at=timezone.now() - timedelta(days=2))
    attachments.purge()
    assert set(Attachment.objects.values_list("pk", flat=True)) == {sent["id"], unsent["id"]}
    assert not list(settings.UPLOAD_ROOT.iterdir())
    Attachment.objects.update(created_at=timezone.now() - timedelta(days=31))
    attachments.purge()
    assert list(Attachment.objects.values_list("pk", flat=True)) == [sent["id"]]
    assert get(alice, sent["file"]).status_code == 200
    assert len(list(settings.MEDIA_ROOT.rglob("*.png"))) == 1
