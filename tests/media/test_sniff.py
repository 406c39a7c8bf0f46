"""What a file is, by its bytes: the same file under many names, and many files under the same name (promises.md 53)."""

import pytest

from chats.media.sniff import INLINE_TYPES, clean_name, decode, sniff
from tests.media import making

TEXTS = [
    ("plain words", "notes.txt", "text/plain"),
    ("a,b\n1,2\n", "table.csv", "text/csv"),
    ("# Title", "README.md", "text/markdown"),
    ('{"a": 1}', "a.json", "application/json"),
    ("import os\nprint('<html>')\n", "script.py", "text/plain"),
    ("const a = 1;", "script.js", "text/plain"),
    ("<!doctype html><script>alert(1)</script>", "holiday.png", "text/html"),
    ("\n  <!-- note --><HTML><body>", "notes.txt", "text/html"),
    ('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "picture.jpg", "image/svg+xml"),
    ("<svg onload='alert(1)'>", "picture.svg", "image/svg+xml"),
    ("#EXTM3U\nfile:///etc/passwd\n", "film.mp4", "text/plain"),
]


@pytest.mark.parametrize(("words", "name", "content_type"), TEXTS)
def test_text_is_a_plain_file_whatever_its_name_says(words, name, content_type):
    found = sniff(words.encode(), name)
    assert (found.kind, found.content_type) == ("file", content_type)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_text_is_read_in_the_encodings_people_have(encoding):
    content = ("季度数据，见附件。" * 20).encode(encoding)
    assert sniff(content, "a.txt").content_type == "text/plain"
    assert decode(content).startswith("季度数据")


def test_text_cut_inside_a_letter_is_still_text():
    assert sniff("数据".encode()[:-1], "a.txt").content_type == "text/plain"


def test_html_and_svg_are_never_shown_in_place():
    assert {"text/html", "image/svg+xml", "text/xml", "application/octet-stream"}.isdisjoint(INLINE_TYPES)


FILES = [
    ("a.png", making.picture, {}, ("image", "image/png", "png")),
    ("a.jpg", making.picture, {}, ("image", "image/jpeg", "jpeg")),
    ("a.gif", making.picture, {}, ("image", "image/gif", "gif")),
    ("a.webp", making.picture, {}, ("image", "image/webp", "webp")),
    ("a.bmp", making.picture, {}, ("image", "image/bmp", "bmp")),
    ("a.tiff", making.picture, {}, ("image", "image/tiff", "tiff")),
    ("a.avif", making.picture, {}, ("image", "image/avif", "avif")),
    ("a.heic", making.picture, {}, ("image", "image/heic", "heic")),
    ("a.mp4", making.film, {}, ("video", "video/mp4", "mp4")),
    ("a.mov", making.film, {}, ("video", "video/quicktime", "mov")),
    ("a.mkv", making.film, {}, ("video", "video/x-matroska", "mkv")),
    ("a.webm", making.film, {"codec": "libvpx", "sound": "libopus"}, ("video", "video/webm", "webm")),
    ("a.avi", making.film, {"codec": "mpeg4", "sound": "libmp3lame"}, ("video", "video/x-msvideo", "avi")),
    ("a.flv", making.film, {}, ("video", "video/x-flv", "flv")),
    ("a.ts", making.film, {}, ("video", "video/mp2t", "ts")),
    ("a.mpg", making.film, {"codec": "mpeg2video", "sound": "mp2", "fps": 25}, ("video", "video/mpeg", "mpeg")),
    ("a.mp3", making.sound, {}, ("audio", "audio/mpeg", "mp3")),
    ("a.wav", making.sound, {}, ("audio", "audio/wav", "wav")),
    ("a.m4a", making.sound, {}, ("audio", "audio/mp4", "m4a")),
    ("a.flac", making.sound, {}, ("audio", "audio/flac", "flac")),
    ("a.ogg", making.sound, {}, ("audio", "audio/ogg", "ogg")),
    ("a.aac", making.sound, {}, ("audio", "audio/aac", "aac")),
    ("a.pdf", making.pdf, {}, ("file", "application/pdf", "pdf")),
]


@pytest.mark.parametrize(("name", "make", "options", "expected"), FILES, ids=[row[0] for row in FILES])
def test_media_is_known_by_its_bytes_under_a_wrong_name(tmp_path, name, make, options, expected):
    head = make(tmp_path / name, **options).read_bytes()[: 64 * 1024]
    found = sniff(head, "holiday.txt")
    assert (found.kind, found.content_type, found.container) == expected


def test_office_documents_are_told_apart(tmp_path):
    docx = sniff(making.docx(tmp_path / "a.docx").read_bytes(), "a.zip")
    xlsx = sniff(making.xlsx(tmp_path / "a.xlsx").read_bytes(), "a.zip")
    assert (docx.container, xlsx.container) == ("docx", "xlsx")


def test_a_programme_is_an_unknown_file():
    found = sniff(b"\x7fELF\x02\x01\x01" + bytes(64), "song.mp3")
    assert found.kind == "file"
    assert found.content_type not in INLINE_TYPES


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\clip.mp4", "clip.mp4"),
        ("line\nbreak\x00.png", "linebreak.png"),
        ("   ", "file"),
        ("…" * 300 + ".mp4", "…" * 251 + ".mp4"),
        ("会议记录.docx", "会议记录.docx"),
    ],
)
def test_a_name_loses_folders_and_control_characters(said, kept):
    assert clean_name(said) == kept
