"""What looking into a file finds, on real files."""

import io

import pytest
from PIL import Image

from chats.media import films
from chats.media.errors import Unreadable
from chats.media.probe import probe
from tests.media import making


def sides(content: bytes):
    """Size of a picture and the colours at its left and right."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    middle = image.height // 2
    return image.size, image.getpixel((3, middle)), image.getpixel((image.width - 4, middle))


def is_reddish(pixel):
    return pixel[0] > 150 > pixel[2]


def test_a_film_tells_length_size_rate_and_codecs(tmp_path):
    found = probe(making.film(tmp_path / "a.mp4", seconds=3, size=(320, 180), fps=24), "a.mp4")
    assert (found.kind, found.content_type, found.container) == ("video", "video/mp4", "mp4")
    assert (found.width, found.height, found.frame_rate, found.codecs) == (320, 180, 24.0, ("h264", "aac"))
    assert found.duration_s == pytest.approx(3, abs=0.1)
    assert found.is_shown
    size, left, _ = sides(found.poster)
    assert size == (320, 180)
    assert is_reddish(left)


def test_a_poster_is_at_most_640_pixels(tmp_path):
    found = probe(making.film(tmp_path / "a.mp4", seconds=0.5, size=(1920, 1080), sound=None), "a.mp4")
    assert sides(found.poster)[0] == (640, 360)
    assert found.codecs == ("h264",)


def test_a_film_held_upright_is_measured_as_it_is_shown(tmp_path):
    found = probe(making.film(tmp_path / "a.mp4", size=(160, 120), rotation=90), "a.mp4")
    assert (found.width, found.height) == (120, 160)
    assert sides(found.poster)[0] == (120, 160)


def test_hevc_needs_a_preview_and_h264_does_not(tmp_path):
    hevc = probe(making.film(tmp_path / "a.mp4", codec="libx265"), "a.mp4")
    assert hevc.codecs == ("hevc", "aac")
    assert not hevc.is_shown
    assert probe(making.film(tmp_path / "b.mp4"), "b.mp4").is_shown


def test_sound_in_a_film_container_is_sound(tmp_path):
    webm = probe(making.sound(tmp_path / "recording.webm"), "recording.webm")
    assert (webm.kind, webm.content_type, webm.codecs) == ("audio", "audio/webm", ("opus",))
    mp4 = probe(making.sound(tmp_path / "recording.mp4", codec="aac"), "recording.mp4")
    assert (mp4.kind, mp4.content_type, mp4.container) == ("audio", "audio/mp4", "m4a")


def test_a_recording_without_a_length_in_its_header_is_measured(tmp_path):
    """As MediaRecorder writes it: a stream, so the header cannot say how long it became."""
    import av

    making.sound(tmp_path / "whole.webm", seconds=3)
    with av.open(str(tmp_path / "whole.webm")) as source:
        stream = source.streams.audio[0]
        with av.open(str(tmp_path / "live.webm"), "w", options={"live": "1"}) as out:
            copy = out.add_stream_from_template(stream)
            for packet in source.demux(stream):
                if packet.size:
                    packet.stream = copy
                    out.mux(packet)
    with av.open(str(tmp_path / "live.webm")) as live:
        assert not live.duration
    assert probe(tmp_path / "live.webm", "live.webm").duration_s == pytest.approx(3, abs=0.1)


def test_a_waveform_shows_where_it_is_loud(tmp_path):
    found = probe(making.sound(tmp_path / "a.wav", seconds=4, loud_after=2), "a.wav")
    levels = found.waveform
    assert 100 <= len(levels) <= 200
    assert max(levels[: len(levels) // 2 - 4]) == 0
    assert min(levels[len(levels) // 2 + 4 : -4]) > 90


def test_a_long_recording_is_sampled_not_decoded(tmp_path, monkeypatch):
    from chats.media import waveforms

    monkeypatch.setattr(waveforms, "READ_WHOLE_S", 2)
    found = probe(making.sound(tmp_path / "a.mp3", seconds=6, loud_after=3), "a.mp3")
    assert len(found.waveform) == 200
    assert max(found.waveform[:80]) < 10 < 60 < min(found.waveform[120:190])


def test_a_cover_does_not_make_a_song_a_film(tmp_path):
    import av
    from av.stream import Disposition

    making.sound(tmp_path / "plain.mp3")
    cover = making.picture(tmp_path / "cover.jpg")
    with (
        av.open(str(tmp_path / "plain.mp3")) as song,
        av.open(str(cover)) as art,
        av.open(str(tmp_path / "song.mp3"), "w") as out,
    ):
        sound, picture = song.streams.audio[0], art.streams.video[0]
        copies = [out.add_stream_from_template(sound), out.add_stream_from_template(picture)]
        copies[1].disposition = Disposition.attached_pic
        for source, stream, copy in ((song, sound, copies[0]), (art, picture, copies[1])):
            for packet in source.demux(stream):
                if packet.size:
                    packet.stream = copy
                    out.mux(packet)
    assert probe(tmp_path / "song.mp3", "song.mp3").kind == "audio"


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_photo_is_turned_as_the_camera_was_held(tmp_path, orientation):
    found = probe(making.picture(tmp_path / "a.jpg", (120, 80), orientation=orientation), "a.jpg")
    is_upright = orientation in (6, 8)
    assert (found.width, found.height) == ((80, 120) if is_upright else (120, 80))
    size, left, right = sides(found.poster)
    assert size == (found.width, found.height)
    if orientation == 3:
        assert is_reddish(right)
        assert not is_reddish(left)


def test_a_poster_forgets_where_the_photo_was_taken(tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    path = making.picture(tmp_path / "a.jpg", exif=exif)
    assert b"Secret camera" in path.read_bytes()
    assert b"Secret camera" not in probe(path, "a.jpg").poster


def test_heic_and_tiff_need_a_preview_of_their_own(tmp_path):
    heic = probe(making.picture(tmp_path / "a.heic"), "a.heic")
    assert (heic.kind, heic.content_type, heic.width, heic.is_shown) == ("image", "image/heic", 120, False)
    assert is_reddish(sides(heic.poster)[1])
    assert not probe(making.picture(tmp_path / "a.tiff"), "a.tiff").is_shown
    assert probe(making.picture(tmp_path / "a.webp"), "a.webp").is_shown


def test_what_shines_through_stays_see_through(tmp_path):
    found = probe(making.picture(tmp_path / "a.png", mode="RGBA"), "a.png")
    assert Image.open(io.BytesIO(found.poster)).mode == "RGBA"


def test_a_document_tells_its_pages_and_shows_the_first(tmp_path):
    found = probe(making.pdf(tmp_path / "a.pdf", pages=5), "a.pdf")
    assert (found.kind, found.content_type, found.pages) == ("file", "application/pdf", 5)
    assert Image.open(io.BytesIO(found.poster)).height == 640


def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (30_000, 30_000)).save(path)
    assert path.stat().st_size < 1_000_000
    found = probe(path, "bomb.png")
    assert (found.kind, found.width) == ("file", None)
    assert "million pixels" in found.failure


@pytest.mark.parametrize("name", ["a.jpg", "a.mp4", "a.mp3", "a.pdf"])
def test_broken_media_is_kept_as_a_file_with_the_reason(tmp_path, name):
    make = {"a.jpg": making.picture, "a.mp4": making.film, "a.mp3": making.sound, "a.pdf": making.pdf}[name]
    path = make(tmp_path / name)
    path.write_bytes(path.read_bytes()[:64] + bytes(5000))
    found = probe(path, name)
    assert found.kind == "file"
    assert found.failure.endswith(".")


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXTINF:3,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"<MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>",
    ],
)
def test_a_list_that_names_other_files_is_not_opened_as_film(tmp_path, content):
    path = tmp_path / "list.mp4"
    path.write_bytes(content)
    with pytest.raises(Unreadable):
        films.facts(path)
    assert probe(path, "list.mp4").kind == "file"
