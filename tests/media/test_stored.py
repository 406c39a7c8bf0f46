"""The same files on a disk and in a bucket: read in pieces, in ranges, as a path."""

import os

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from chats import attachments, catalog, media
from chats.catalog.fit import Fit
from chats.media import incoming, stored
from chats.models import Attachment
from tests.media import bucket, making
from tests.media.sending import body_of

CONTENT = os.urandom(700_000)


@pytest.fixture(scope="module")
def s3():
    with bucket.running() as options:
        yield options


@pytest.fixture(params=["disk", "bucket"])
def place(request, settings):
    if request.param == "bucket":
        settings.STORAGES = {**settings.STORAGES, "default": request.getfixturevalue("s3")}
    return request.param


@pytest.mark.parametrize(
    ("start", "stop"), [(0, None), (0, 10), (5, 300_000), (699_999, 700_000), (300_000, None), (10, 10)]
)
def test_any_range_is_read_in_pieces(place, start, stop):
    name = default_storage.save("a.bin", ContentFile(CONTENT))
    pieces = list(stored.pieces(name, start, stop))
    assert b"".join(pieces) == CONTENT[start:stop]
    assert all(len(piece) <= stored.PIECE_BYTES for piece in pieces)


def test_a_file_is_had_as_a_path_and_scratch_is_cleared(place):
    name = default_storage.save("a.bin", ContentFile(CONTENT))
    with stored.local_copy(name) as path:
        assert path.read_bytes() == CONTENT
    assert default_storage.exists(name)
    assert path.exists() is (place == "disk")


def test_a_small_file_is_read_whole_and_a_large_one_is_not(place):
    name = default_storage.save("a.bin", ContentFile(CONTENT))
    assert stored.read(name, len(CONTENT)) == CONTENT
    with pytest.raises(ValueError):
        stored.read(name, len(CONTENT) - 1)


def test_a_complete_part_file_moves_without_a_copy_on_a_disk(place, settings):
    incoming.append(5, 0, len(CONTENT), [CONTENT], len(CONTENT))
    inode = incoming.part_path(5).stat().st_ino
    with incoming.PartFile(5) as part:
        name = default_storage.save("attachments/a.bin", part)
    assert b"".join(stored.pieces(name)) == CONTENT
    if place == "disk":
        assert (settings.MEDIA_ROOT / name).stat().st_ino == inode
        assert not incoming.part_path(5).exists()


@pytest.mark.django_db(transaction=True)
def test_a_film_lives_in_a_bucket_as_it_does_on_a_disk(place, send, alice, tmp_path, settings):
    path = making.film(tmp_path / "a.mov", codec="libx265")
    facts = send(alice, path, chunk=10_000)
    assert (facts["state"], facts["kind"], facts["width"]) == ("ready", "video", 160)
    browser = send.client(alice)
    assert body_of(browser.get(facts["file"])) == path.read_bytes()
    middle = browser.get(facts["file"], headers={"Range": "bytes=100-199"})
    assert (middle.status_code, body_of(middle)) == (206, path.read_bytes()[100:200])
    assert b"avc1" in body_of(browser.get(facts["preview"]))
    row = Attachment.objects.get()
    omni = catalog.get("qwen2.5-omni-7b")
    assert media.deliver(row, Fit(True, "data"), omni).data == path.read_bytes()
    made = attachments.repair(alice, row, "sample_frames", omni)
    attachments.make_repair(made.pk)
    made.refresh_from_db()
    assert len(media.deliver(made, Fit(True, "frames"), omni).frames) == 8
    assert not list(settings.UPLOAD_ROOT.iterdir()), "nothing is left where files are made"
