"""What is no media, damaged or too large is refused or read in part, never an accident."""

import base64
import random

import pytest

from chats.gateway.sandbox import measure_audio, measure_file, measure_image, measure_video
from chats.gateway.sandbox.errors import Refusal
from tests.sandbox import media


@pytest.mark.parametrize("measure", [measure_image.measure, measure_video.measure, measure_audio.measure])
@pytest.mark.parametrize(
    "data",
    [
        b"not media at all",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"",
        base64.b64decode("AAAAIGZ0eXBpc29t"),
    ],
)
def test_what_is_no_media_is_refused_and_playlists_lead_nowhere(measure, data):
    with pytest.raises(Refusal) as caught:
        measure(data)
    assert caught.value.fault.status == 400


def test_half_a_picture_is_refused():
    whole = media.picture("red", "green", "blue", size=(300, 300))
    with pytest.raises(Refusal, match="damaged"):
        measure_image.measure(whole[: len(whole) // 2])


def test_of_a_film_that_breaks_off_the_beginning_counts():
    whole = media.film("red", "green", form="matroska")
    assert measure_video.measure(whole[: len(whole) * 2 // 3]).spans[0].colour == "red"


@pytest.mark.parametrize(
    ("measure", "data"),
    [
        (measure_image.measure, media.picture("red", "blue", form="JPEG")),
        (measure_image.measure, media.picture("red", "blue", form="PNG")),
        (measure_video.measure, media.film("red", "blue", seconds=0.3, sound=media.tone(200, 0.3))),
        (measure_audio.measure, media.sound(media.tone(200, 0.2), "mp3", "libmp3lame", 44100)),
        (lambda data: measure_file.measure(data, "x.pdf"), media.pdf(2)),
    ],
    ids=["jpeg", "png", "mp4", "mp3", "pdf"],
)
def test_damage_anywhere_is_refused_or_read_but_never_an_accident(measure, data):
    chance, refused = random.Random(7), 0
    for _ in range(40):
        broken = bytearray(data)
        for _ in range(chance.randrange(1, 40)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            measure(bytes(broken))
        except Refusal:
            refused += 1
    assert refused < 40  # some were still readable, so the loop did reach the decoders


def test_huge_pictures_are_refused_before_they_are_decoded(monkeypatch):
    monkeypatch.setattr(measure_image, "MAX_PIXELS", 1000)
    with pytest.raises(Refusal, match="pixels"):
        measure_image.measure(media.picture("red"))
