"""The sandbox decodes what it is sent: its figures are those the media were made with."""

import pytest

from chats.gateway.sandbox import measure_audio, measure_file, measure_image, measure_video
from tests.sandbox import media


def test_a_films_length_pace_size_codecs_and_colours_over_time():
    facts = measure_video.measure(media.film("red", "lime", "blue", sound=media.tone(440, 3)))
    assert (facts.container, facts.codec, facts.fps, facts.frames) == ("mp4", "h264", 10, 30)
    assert (facts.width, facts.height) == (160, 120)
    assert facts.duration_s == pytest.approx(3, abs=0.05)
    assert [(span.start_s, span.colour) for span in facts.spans] == [(0, "red"), (1, "green"), (2, "blue")]
    assert facts.cuts_s == (1, 2)
    assert facts.motion == 0
    assert facts.audio.codec == "aac"
    assert facts.audio.character == "tone"
    assert facts.audio.pitch_hz == pytest.approx(440, rel=0.01)


def test_webm_without_sound():
    facts = measure_video.measure(media.film("white", "black", seconds=0.5, fps=20, form="webm", codec="libvpx"))
    assert (facts.container, facts.codec, facts.fps, facts.audio) == ("webm", "vp8", 20, None)
    assert [span.colour for span in facts.spans] == ["white", "black"]


def test_something_moving_is_told_from_a_still():
    assert measure_video.measure(media.moving()).motion > 0.1
    assert measure_video.measure(media.film("grey", seconds=2)).motion == 0


def test_a_film_too_long_to_watch_whole_is_looked_into(monkeypatch):
    data = media.film("red", "blue", "yellow", seconds=4, fps=8)
    monkeypatch.setattr(measure_video, "WATCHED_PIXELS", 1000)
    monkeypatch.setattr(measure_video, "LOOKS", 12)
    facts = measure_video.measure(data)
    assert facts.duration_s == pytest.approx(12, abs=0.2)
    assert facts.spans[0].colour == "red"


def test_a_list_of_frames_is_a_film():
    frames = [media.picture(colour, form="JPEG") for colour in ("red", "red", "green")]
    facts = measure_video.measure_frames(frames, fps=2)
    assert (facts.frames, facts.duration_s, facts.width, facts.height) == (3, 1.5, 120, 80)
    assert [(span.start_s, span.colour) for span in facts.spans] == [(0, "red"), (1, "green")]


def test_an_images_format_size_colours_and_brightness():
    facts = measure_image.measure(media.picture("navy", "navy", "navy", "white", size=(200, 100)))
    assert (facts.format, facts.width, facts.height) == ("PNG", 200, 100)
    assert [colour.name for colour in facts.colours] == ["blue", "white"]
    assert facts.colours[0].share == pytest.approx(0.75, abs=0.03)
    assert facts.brightness == pytest.approx(0.29, abs=0.03)


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ("red", "red"),
        ("orange", "orange"),
        ("yellow", "yellow"),
        ("green", "green"),
        ("cyan", "cyan"),
        ("blue", "blue"),
        ("purple", "purple"),
        ("hotpink", "pink"),
        ("saddlebrown", "brown"),
        ("black", "black"),
        ("white", "white"),
        ("gray", "grey"),
    ],
)
def test_colours_have_the_names_people_use(colour, name):
    assert [found.name for found in measure_image.measure(media.picture(colour)).colours] == [name]


@pytest.mark.parametrize("form", ["JPEG", "GIF", "WEBP", "BMP", "TIFF", "HEIF"])
def test_pictures_of_many_formats_are_read(form):
    import pillow_heif

    pillow_heif.register_heif_opener()
    facts = measure_image.measure(media.picture("blue", size=(64, 48), form=form))
    assert (facts.format, facts.width, facts.height) == (form, 64, 48)
    assert facts.colours[0].name == "blue"


def test_a_turned_photo_has_the_size_a_viewer_shows():
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    facts = measure_image.measure(media.picture("red", form="JPEG", exif=exif))
    assert (facts.width, facts.height) == (80, 120)


@pytest.mark.parametrize("pitch", [110, 440, 1234, 3000])
def test_a_tones_pitch_and_loudness(pitch):
    facts = measure_audio.measure(media.sound(media.tone(pitch, 1.5, amplitude=0.5)))
    assert facts.character == "tone"
    assert facts.pitch_hz == pytest.approx(pitch, rel=0.01)
    assert facts.loudness_dbfs == pytest.approx(-9.0, abs=0.2)
    assert facts.peak_dbfs == pytest.approx(-6.0, abs=0.2)
    assert (facts.duration_s, facts.rate_hz, facts.channels, facts.codec) == (1.5, 16000, 1, "pcm_s16le")


@pytest.mark.parametrize(
    ("samples", "character"),
    [
        (media.silence(1), "silence"),
        (media.noise(1), "noise"),
        (media.babble(3), "speech-like"),
        (media.tone(440, 1), "tone"),
    ],
    ids=["silence", "noise", "babble", "tone"],
)
def test_silence_noise_speech_and_tones_are_told_apart(samples, character):
    assert measure_audio.measure(media.sound(samples)).character == character


@pytest.mark.parametrize(
    ("form", "codec", "rate", "layout", "channels"),
    [
        ("mp3", "libmp3lame", 44100, "stereo", 2),
        ("adts", "aac", 48000, "mono", 1),
        ("flac", "flac", 22050, "mono", 1),
        ("ogg", "libopus", 48000, "stereo", 2),
    ],
)
def test_packed_sounds_keep_their_length_and_pitch(form, codec, rate, layout, channels):
    facts = measure_audio.measure(media.sound(media.tone(500, 2), form, codec, rate, layout))
    assert (facts.rate_hz, facts.channels) == (rate, channels)
    assert facts.duration_s == pytest.approx(2, abs=0.15)
    assert facts.pitch_hz == pytest.approx(500, rel=0.01)


def test_a_pdfs_pages_and_their_size():
    facts = measure_file.measure(media.pdf(3), "report.pdf")
    assert (facts.kind, facts.pages, facts.page_mm) == ("pdf", 3, (210, 297))


def test_a_pdf_with_packed_objects_is_counted_too():
    import zlib

    inner = b"3 0 4 50 << /Type /Page /MediaBox [0 0 612 792] >> << /Type /Page >>"
    packed = b"<< /Type /ObjStm /N 2 /First 8 /Filter /FlateDecode >>\nstream\n" + zlib.compress(inner) + b"\nendstream"
    facts = measure_file.measure(b"%PDF-1.5\n" + packed, "new.pdf")
    assert (facts.pages, facts.page_mm) == (2, (216, 279))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_texts_in_several_encodings(encoding):
    facts = measure_file.measure("春眠不觉晓 spring\n处处闻啼鸟".encode(encoding), "poem.txt")
    assert (facts.kind, facts.encoding, facts.characters, facts.lines) == ("text", encoding, 18, 2)
    assert facts.first_words == "春眠不觉晓 spring 处处闻啼鸟"


def test_other_files_are_called_binary():
    assert measure_file.measure(b"\x00\x01\x02", "x.bin").kind == "binary"


def test_a_long_sound_is_heard_in_its_beginning_only(monkeypatch):
    monkeypatch.setattr(measure_audio, "HEARD_S", 1)
    facts = measure_audio.measure(media.sound(media.tone(300, 3)))
    assert facts.duration_s == pytest.approx(3, abs=0.1)
