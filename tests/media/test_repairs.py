"""Every repair on real files: what comes out is looked into again, and keeps to what the model takes."""

from dataclasses import replace
from fractions import Fraction

import pytest

from chats import catalog
from chats.catalog.fit import FileFacts
from chats.media import frames, repairs
from chats.media.errors import Unreadable
from chats.media.probe import Probed, probe
from chats.media.repairs import Source
from tests.media import making


def facts_of(found: Probed, size_bytes: int) -> FileFacts:
    return FileFacts(
        kind=found.kind,
        content_type=found.content_type,
        container=found.container,
        codecs=found.codecs,
        size_bytes=size_bytes,
        duration_s=found.duration_s,
        width=found.width,
        height=found.height,
        pages=found.pages,
    )


def mend(repair, path, tmp_path, **limits):
    """The result of `repair`, and what looking into it finds."""
    folder = tmp_path / "made"
    folder.mkdir(exist_ok=True)
    facts = facts_of(probe(path, path.name), path.stat().st_size)
    wanted = {"max_bytes": 10**8, "max_s": None, "formats": [], "frames_min": 1, "frames_max": None} | limits
    made = repairs.make(repair, Source(path, path.name, facts, wanted), folder)
    return made, made.probed or probe(made.path, made.name)


FILMS = [
    ("a.mov", {}),
    ("a.mkv", {}),
    ("a.avi", {"codec": "mpeg4", "sound": "libmp3lame"}),
    ("a.webm", {"codec": "libvpx", "sound": "libopus"}),
    ("hevc.mp4", {"codec": "libx265"}),
    ("silent.mkv", {"sound": None}),
]


@pytest.mark.parametrize(("name", "options"), FILMS, ids=[row[0] for row in FILMS])
def test_any_film_becomes_an_mp4_that_starts_at_once(tmp_path, name, options):
    made, found = mend("transcode", making.film(tmp_path / name, **options), tmp_path)
    assert (found.content_type, found.codecs[0], found.failure) == ("video/mp4", "h264", "")
    assert found.codecs[1:] == (() if options.get("sound", "aac") is None else (found.codecs[1],))
    assert found.duration_s == pytest.approx(2, abs=0.15)
    assert made.name == name.rpartition(".")[0] + ".mp4"
    head = made.path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_a_film_on_its_side_comes_out_upright(tmp_path):
    _, found = mend("transcode", making.film(tmp_path / "a.mov", size=(160, 120), rotation=90), tmp_path)
    assert (found.width, found.height) == (120, 160)


def test_a_film_shrinks_below_the_limit(tmp_path):
    path = making.film(tmp_path / "a.mp4", seconds=4, size=(640, 360), bit_rate=3_000_000)
    assert path.stat().st_size > 1_000_000
    made, found = mend("shrink", path, tmp_path, max_bytes=300_000)
    assert made.path.stat().st_size <= 300_000
    assert found.duration_s == pytest.approx(4, abs=0.2)
    assert found.codecs == ("h264", "aac")


def test_a_film_too_long_to_shrink_says_so(tmp_path):
    path = making.film(tmp_path / "a.mp4", seconds=4)
    with pytest.raises(Unreadable, match="Trim it first"):
        mend("shrink", path, tmp_path, max_bytes=10_000)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_film_is_trimmed_to_the_seconds_a_model_takes(tmp_path, codec):
    path = making.film(tmp_path / "a.mp4", seconds=5, codec=codec)
    _, found = mend("trim", path, tmp_path, max_s=2)
    assert 1.5 < found.duration_s <= 2


def test_a_film_is_trimmed_to_the_bytes_a_model_takes(tmp_path):
    path = making.film(tmp_path / "a.mp4", seconds=4, size=(320, 180), bit_rate=2_000_000)
    made, found = mend("trim", path, tmp_path, max_bytes=path.stat().st_size // 2)
    assert made.path.stat().st_size <= path.stat().st_size // 2
    assert 0.5 < found.duration_s < 3


def test_sound_is_taken_out_of_a_film(tmp_path):
    made, found = mend("extract_audio", making.film(tmp_path / "a.mp4"), tmp_path)
    assert (found.kind, found.content_type, made.name) == ("audio", "audio/wav", "a.wav")
    import av

    with av.open(str(made.path)) as wav:
        assert (wav.streams.audio[0].rate, wav.streams.audio[0].channels) == (16_000, 1)


def test_long_sound_becomes_mp3_within_the_limits(tmp_path):
    path = making.film(tmp_path / "a.mp4", seconds=70, fps=2)
    made, found = mend("extract_audio", path, tmp_path, max_bytes=400_000, max_s=65)
    assert found.content_type == "audio/mpeg"
    assert found.duration_s <= 65
    assert made.path.stat().st_size <= 400_000


@pytest.mark.parametrize("formats", [["mp3"], ["wav", "mp3"], ["wav"]])
def test_a_browsers_recording_becomes_what_the_model_takes(tmp_path, formats):
    made, _ = mend("transcode", making.sound(tmp_path / "a.webm"), tmp_path, formats=formats)
    assert made.path.suffix.lstrip(".") == ("mp3" if formats == ["mp3"] else "wav")


def test_sound_out_of_a_silent_film_says_so(tmp_path):
    with pytest.raises(Unreadable, match="no sound"):
        mend("extract_audio", making.film(tmp_path / "a.mp4", sound=None), tmp_path)


def test_a_film_becomes_pictures_with_their_times(tmp_path):
    path = making.film(tmp_path / "a.mp4", seconds=4, size=(320, 240))
    made, found = mend("sample_frames", path, tmp_path, frames_max=4)
    assert (found.kind, found.container, found.pages, found.frame_rate) == ("video", "frames", 4, pytest.approx(1, 0.1))
    pictures = frames.unpack(made.path, 10**7)
    assert len(pictures) == 4
    reds = [_colour(picture)[0] for picture in pictures]
    assert reds == sorted(reds, reverse=True)
    assert found.poster


def _colour(content: bytes):
    import io

    from PIL import Image

    return Image.open(io.BytesIO(content)).convert("RGB").resize((1, 1)).getpixel((0, 0))


def test_a_long_film_gives_its_key_frames(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "KEYS_ONLY_S", 1)
    _, found = mend("sample_frames", making.film(tmp_path / "a.mp4", seconds=3), tmp_path, frames_min=10)
    assert found.pages == 10


def test_a_picture_is_converted_and_turned_upright(tmp_path):
    _, found = mend("transcode", making.picture(tmp_path / "a.heic", (120, 80)), tmp_path)
    assert (found.content_type, found.width, found.height) == ("image/jpeg", 120, 80)
    turned = making.picture(tmp_path / "b.webp", (120, 80), orientation=6)
    _, found = mend("transcode", turned, tmp_path)
    assert (found.width, found.height) == (80, 120)


def test_a_picture_shrinks_below_the_limit(tmp_path):
    path = making.noise(tmp_path / "a.jpg", (3000, 2000))
    assert path.stat().st_size > 3_000_000
    made, found = mend("shrink", path, tmp_path, max_bytes=1_500_000)
    assert made.path.stat().st_size <= 1_500_000
    assert found.width > 1000


def test_words_are_taken_out_of_documents(tmp_path):
    made, found = mend("as_text", making.pdf(tmp_path / "a.pdf", pages=2), tmp_path)
    assert made.path.read_text() == "Quarterly figures 1\n\nQuarterly figures 2"
    assert (found.content_type, made.name) == ("text/plain", "a.txt")
    made, _ = mend("as_text", making.docx(tmp_path / "a.docx"), tmp_path)
    assert made.path.read_text() == "First words\n第二段"
    made, _ = mend("as_text", making.xlsx(tmp_path / "a.xlsx"), tmp_path)
    assert made.path.read_text().split("\n") == ["Town\t7\t", "杭州\t8"]


def test_a_document_with_entities_or_without_words_says_so(tmp_path):
    import zipfile

    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(Unreadable, match="taken out"):
        mend("as_text", path, tmp_path)
    with pytest.raises(Unreadable, match="no words"):
        mend("as_text", making.pdf(tmp_path / "a.pdf", words=""), tmp_path)


def test_limits_come_from_the_model(settings):
    film = FileFacts("video", "video/mp4", "mp4", ("h264",), size_bytes=10**8, duration_s=600)
    omni = catalog.get("qwen2.5-omni-7b")
    limits = repairs.limits_for("trim", film, omni)
    stated = omni.options["limits"]["video"]
    assert limits["max_s"] == stated["max_duration_s"]
    assert limits["max_bytes"] == stated["max_bytes_inline"]
    sound = repairs.limits_for("extract_audio", film, omni)
    assert sound["formats"] == list(omni.options["limits"]["audio"]["formats"])
    settings.PUBLIC_URL = "https://playground.example"
    assert repairs.limits_for("shrink", film, omni)["max_bytes"] == stated["max_bytes_url"]
    assert repairs.limits_for("shrink", replace(film, kind="image"), catalog.get("unheard-of"))["max_bytes"] > 0


def test_a_film_that_changes_its_size_keeps_its_first(tmp_path):
    """As a browser records a call over a line that gets worse."""
    import av

    path = tmp_path / "call.webm"
    with av.open(str(path), "w") as out:
        track = out.add_stream("libvpx", rate=12)
        track.width, track.height, track.pix_fmt = 320, 240, "yuv420p"
        other = av.CodecContext.create("libvpx", "w")
        other.width, other.height, other.pix_fmt, other.time_base, other.framerate = (
            160,
            120,
            "yuv420p",
            Fraction(1, 12),
            12,
        )
        for i in range(24):
            frame = making._frame((320, 240) if i < 12 else (160, 120), i / 24, noisy=False)
            frame.pts, frame.time_base = i, Fraction(1, 12)
            for packet in (track if i < 12 else other).encode(frame):
                packet.stream = track
                packet.pts = packet.dts = i
                packet.time_base = Fraction(1, 12)
                out.mux(packet)
    with av.open(str(path)) as film:
        assert {frame.width for frame in film.decode(video=0)} == {320, 160}
    _, found = mend("transcode", path, tmp_path)
    assert (found.width, found.height, found.failure) == (320, 240, "")
    assert found.duration_s == pytest.approx(2, abs=0.2)
