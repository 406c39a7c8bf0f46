# ruff: noqa: F811 (fixtures of another file)
"""A file as a part of a prompt: the bytes a vendor can use, or an address, and nothing that changes its meaning."""

import io

import pytest
from PIL import Image

from chats import attachments, catalog, media
from chats.catalog.fit import Fit, fit
from chats.gateway.values import MediaOut
from chats.media import links
from chats.models import Attachment, Conversation, Message
from tests.media import making
from tests.media.sending import body_of
from tests.media.test_fetch import server  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
OMNI = catalog.get("qwen2.5-omni-7b")


def delivered(facts: dict, form: str):
    return media.deliver(Attachment.objects.get(pk=facts["id"]), Fit(True, form), OMNI)


def test_bytes_go_as_they_came(send, alice, tmp_path):
    path = making.film(tmp_path / "a.mp4")
    part = delivered(send(alice, path), "data")
    assert (part.kind, part.data, part.content_type, part.name) == ("video", path.read_bytes(), "video/mp4", "a.mp4")


def test_heic_goes_as_jpeg(send, alice, tmp_path):
    facts = send(alice, making.picture(tmp_path / "a.heic"))
    part = delivered(facts, "data")
    assert (part.content_type, Image.open(io.BytesIO(part.data)).format) == ("image/jpeg", "JPEG")
    [verdict] = fit(OMNI, [Attachment.objects.get().facts()])
    assert verdict.is_accepted


def test_a_photo_goes_upright_and_a_straight_one_untouched(send, alice, tmp_path):
    turned = delivered(send(alice, making.picture(tmp_path / "a.jpg", (120, 80), orientation=6)), "data")
    image = Image.open(io.BytesIO(turned.data))
    assert image.size == (80, 120)
    assert image.getexif().get(0x0112, 1) == 1
    straight = making.picture(tmp_path / "b.jpg")
    assert delivered(send(alice, straight), "data").data == straight.read_bytes()


def test_text_goes_as_words_under_its_name(send, alice, tmp_path, settings):
    (tmp_path / "数据.csv").write_bytes("城市,人口\n杭州,1200\n".encode("gb18030"))
    part = delivered(send(alice, tmp_path / "数据.csv"), "text")
    assert (part.kind, part.text) == ("text", '<file name="数据.csv">\n城市,人口\n杭州,1200\n\n</file>')
    settings.MAX_TEXT_CHARACTERS = 5
    (tmp_path / "long.txt").write_text("abcdefghij")
    assert "abcde\n[cut here" in delivered(send(alice, tmp_path / "long.txt"), "text").text


def test_a_sampled_film_goes_as_pictures(send, alice, tmp_path):
    facts = send(alice, making.film(tmp_path / "a.mp4", seconds=4))
    made = attachments.repair(alice, Attachment.objects.get(pk=facts["id"]), "sample_frames", OMNI)
    attachments.make_repair(made.pk)
    made.refresh_from_db()
    [verdict] = fit(OMNI, [made.facts()])
    assert verdict.form == "frames"
    part = media.deliver(made, verdict, OMNI)
    assert (part.kind, len(part.frames), part.fps) == ("frames", 8, pytest.approx(2, abs=0.1))
    assert Image.open(io.BytesIO(part.frames[0])).format == "JPEG"


def test_a_signed_address_works_for_a_while_and_for_one_file(send, alice, tmp_path, settings, client):
    settings.PUBLIC_URL = "https://playground.example"
    path = making.film(tmp_path / "海 边.mp4")
    part = delivered(send(alice, path), "url")
    assert part.data is None
    assert part.url.startswith("https://playground.example/media/")
    local = part.url.removeprefix("https://playground.example")
    answer = client.get(local)
    assert answer.status_code == 200
    assert body_of(answer) == path.read_bytes()
    assert client.get(local, headers={"Range": "bytes=0-9"}).status_code == 206
    assert client.get(local.replace("/media/", "/media/x")).status_code == 404
    settings.SIGNED_URL_AGE_S = -1
    assert client.get(local).status_code == 404


def test_without_a_public_address_no_link_works(send, alice, tmp_path, settings, client):
    settings.PUBLIC_URL = "https://playground.example"
    facts = send(alice, making.picture(tmp_path / "a.png"))
    local = links.signed(facts["id"], "a.png").removeprefix("https://playground.example")
    assert client.get(local).status_code == 200
    settings.PUBLIC_URL = ""
    assert client.get(local).status_code == 404


def test_lost_bytes_stop_the_call_with_a_sentence(send, alice, tmp_path, settings):
    facts = send(alice, making.picture(tmp_path / "a.png"))
    (settings.MEDIA_ROOT / Attachment.objects.get().file.name).unlink()
    with pytest.raises(media.MediaError, match="could not be read"):
        delivered(facts, "data")


def test_a_remote_picture_goes_by_address_or_is_fetched(server, alice, team, tmp_path):
    content = making.picture(tmp_path / "a.png").read_bytes()
    server.answers["/a.png"] = (200, {"Content-Type": "image/png"}, content)
    row = attachments.begin_remote(alice, team, server.url("/a.png"))
    attachments.probe(row.pk)
    row.refresh_from_db()
    assert (row.state, row.kind, row.content_type, row.width, bool(row.poster)) == (
        "ready",
        "image",
        "image/png",
        120,
        True,
    )
    assert media.deliver(row, Fit(True, "url"), OMNI).url == server.url("/a.png")
    fetched = media.deliver(row, Fit(True, "data"), OMNI)
    assert (fetched.data, fetched.content_type) == (content, "image/png")


def test_a_remote_film_is_only_asked_about(server, alice, team):
    server.answers["/clip"] = (200, {"Content-Type": "video/mp4", "Content-Length": "9000"}, b"")
    row = attachments.begin_remote(alice, team, server.url("/clip"))
    attachments.probe(row.pk)
    row.refresh_from_db()
    assert (row.state, row.kind, row.size_bytes) == ("ready", "video", 9000)
    assert [method for method, _, _ in server.seen] == ["HEAD"]


def test_an_address_nobody_answers_is_kept_by_its_name(server, alice, team):
    server.answers["/clip.mp4"] = (500, {}, b"")
    row = attachments.begin_remote(alice, team, server.url("/clip.mp4"))
    attachments.probe(row.pk)
    row.refresh_from_db()
    assert (row.state, row.kind, row.content_type) == ("ready", "video", "video/mp4")


def test_a_remote_address_that_leads_inside_is_a_failure(alice, team):
    row = attachments.begin_remote(alice, team, "http://localhost/a.png")
    attachments.probe(row.pk)
    row.refresh_from_db()
    assert (row.state, row.failure) == ("failed", "This address is not public.")


@pytest.fixture
def reply(team, alice):
    conversation = Conversation.objects.create(team=team, author=alice, client_id="c")
    return Message.objects.create(conversation=conversation, role="assistant", author=alice, client_id="m")


def test_speech_that_came_in_pieces_is_kept_as_one_wav(reply):
    pieces = [MediaOut("audio", b"\x01\x00" * 12_000, content_type="audio/pcm", sample_rate_hz=24_000)] * 2
    row = attachments.keep(reply, "audio", pieces)
    assert (row.kind, row.content_type, row.state) == ("audio", "audio/wav", "ready")
    assert row.duration_s == pytest.approx(1, abs=0.01)
    assert row.name == f"audio-{reply.pk}.wav"


def test_a_picture_by_address_is_kept_here_at_once(server, reply, tmp_path):
    server.answers["/made"] = (200, {"Content-Type": "image/png"}, making.picture(tmp_path / "a.png").read_bytes())
    row = attachments.keep(reply, "0", [MediaOut("image", url=server.url("/made"))])
    assert (row.kind, row.width, row.name, row.remote_url) == ("image", 120, f"image-{reply.pk}.png", "")


def test_a_picture_that_cannot_be_fetched_keeps_its_address(server, reply):
    server.answers["/gone"] = (404, {}, b"")
    row = attachments.keep(reply, "0", [MediaOut("image", url=server.url("/gone"))])
    assert (row.state, row.remote_url, row.failure) == (
        "ready",
        server.url("/gone"),
        "There is no such file at this address.",
    )
