"""What a file is, told by its first bytes and never by its name or the browser's word; called on each upload."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

FileKind = Literal["image", "video", "audio", "file"]

HEAD_BYTES = 64 * 1024

# Shown in place by browsers without running anything; all the rest is sent as a download (promises.md 49).
INLINE_TYPES = frozenset(
    {
        *("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"),
        *("video/mp4", "video/webm", "video/quicktime", "video/x-matroska", "video/ogg"),
        *("audio/mpeg", "audio/mp4", "audio/aac", "audio/wav", "audio/webm", "audio/ogg", "audio/flac"),
        *("application/pdf", "text/plain"),
    }
)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`container` is the short name of the format that catalog limits use: mp4, mov, webm, jpeg, pdf, …"""

    kind: FileKind
    content_type: str
    container: str = ""


UNKNOWN = Sniffed("file", "application/octet-stream")

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", Sniffed("image", "image/png", "png")),
    (b"\xff\xd8\xff", Sniffed("image", "image/jpeg", "jpeg")),
    (b"GIF87a", Sniffed("image", "image/gif", "gif")),
    (b"GIF89a", Sniffed("image", "image/gif", "gif")),
    (b"II*\x00", Sniffed("image", "image/tiff", "tiff")),
    (b"MM\x00*", Sniffed("image", "image/tiff", "tiff")),
    (b"FLV\x01", Sniffed("video", "video/x-flv", "flv")),
    (b"\x00\x00\x01\xba", Sniffed("video", "video/mpeg", "mpeg")),
    (b"\x00\x00\x01\xb3", Sniffed("video", "video/mpeg", "mpeg")),
    (b"0&\xb2u\x8ef\xcf\x11", Sniffed("video", "video/x-ms-wmv", "wmv")),
    (b"OggS", Sniffed("audio", "audio/ogg", "ogg")),
    (b"fLaC", Sniffed("audio", "audio/flac", "flac")),
    (b"ID3", Sniffed("audio", "audio/mpeg", "mp3")),
    (b"#!AMR", Sniffed("audio", "audio/amr", "amr")),
    (b"caff\x00", Sniffed("audio", "audio/x-caf", "caf")),
    (b"%PDF-", Sniffed("file", "application/pdf", "pdf")),
)
_RIFF = {
    b"WAVE": Sniffed("audio", "audio/wav", "wav"),
    b"AVI ": Sniffed("video", "video/x-msvideo", "avi"),
    b"WEBP": Sniffed("image", "image/webp", "webp"),
}
_BRANDS = {
    b"heic": Sniffed("image", "image/heic", "heic"),
    b"heix": Sniffed("image", "image/heic", "heic"),
    b"hevc": Sniffed("image", "image/heic", "heic"),
    b"heim": Sniffed("image", "image/heic", "heic"),
    b"heis": Sniffed("image", "image/heic", "heic"),
    b"mif1": Sniffed("image", "image/heif", "heic"),
    b"msf1": Sniffed("image", "image/heif", "heic"),
    b"avif": Sniffed("image", "image/avif", "avif"),
    b"avis": Sniffed("image", "image/avif", "avif"),
    b"M4A ": Sniffed("audio", "audio/mp4", "m4a"),
    b"M4B ": Sniffed("audio", "audio/mp4", "m4a"),
    b"F4A ": Sniffed("audio", "audio/mp4", "m4a"),
    b"qt  ": Sniffed("video", "video/quicktime", "mov"),
    b"3g": Sniffed("video", "video/3gpp", "3gp"),
}
_MPEG4 = Sniffed("video", "video/mp4", "mp4")
_BEFORE_FTYP = frozenset({b"moov", b"mdat", b"wide", b"skip", b"free"})  # old QuickTime files begin without ftyp

_TEXT_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".json": "application/json",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".svg": "image/svg+xml",
    ".xml": "text/xml",
}
_MARKUP = re.compile(rb"(\xef\xbb\xbf|\s|<!--.*?-->)*<(!doctype|html|head|body|script|iframe|svg|\?xml)\b", re.I | re.S)
_ZIP_TYPES = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
)
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def sniff(head: bytes, name: str = "") -> Sniffed:
    """`head`: the first bytes, HEAD_BYTES of them if there are as many. The name only tells text formats apart."""
    return (
        _by_start(head)
        or _by_riff(head)
        or _by_box(head)
        or _by_ebml(head)
        or _by_sync(head)
        or _by_zip(head)
        or _by_text(head, name)
        or _by_puremagic(head)
        or UNKNOWN
    )


def clean_name(name: str) -> str:
    """What a person called the file, without folders and control characters, at most 255 long, suffix kept."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(c for c in last if c.isprintable()).strip().strip(".") or "file"
    suffix = PurePosixPath(printable).suffix[:20]
    return printable if len(printable) <= 255 else printable[: 255 - len(suffix)] + suffix


def _by_start(head: bytes) -> Sniffed | None:
    return next((found for start, found in _STARTS if head.startswith(start)), None) or _by_bitmap(head)


def _by_bitmap(head: bytes) -> Sniffed | None:
    if head[:2] == b"BM" and head[6:10] == b"\x00\x00\x00\x00" and len(head) > 26:
        return Sniffed("image", "image/bmp", "bmp")
    return None


def _by_riff(head: bytes) -> Sniffed | None:
    return _RIFF.get(head[8:12]) if head[:4] in (b"RIFF", b"RF64") else None


def _by_box(head: bytes) -> Sniffed | None:
    """MPEG-4 and its relatives: the brand says which; a plain brand may hold sound only, which probing finds."""
    if head[4:8] in _BEFORE_FTYP:
        return _BRANDS[b"qt  "]
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    return _BRANDS.get(brand) or _BRANDS.get(brand[:2]) or _MPEG4


def _by_ebml(head: bytes) -> Sniffed | None:
    if not head.startswith(b"\x1aE\xdf\xa3"):
        return None
    if b"webm" in head[:64]:
        return Sniffed("video", "video/webm", "webm")
    return Sniffed("video", "video/x-matroska", "mkv")


def _by_sync(head: bytes) -> Sniffed | None:
    """Streams without a header: frames that begin with eleven set bits, packets of 188 bytes that begin with G."""
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return Sniffed("audio", "audio/aac", "aac")
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] >> 4 not in (0, 15):
        return Sniffed("audio", "audio/mpeg", "mp3")
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return Sniffed("video", "video/mp2t", "ts")
    return None


def _by_zip(head: bytes) -> Sniffed | None:
    if not head.startswith(b"PK\x03\x04"):
        return None
    for folder, content_type, container in _ZIP_TYPES:
        if folder.encode() in head:
            return Sniffed("file", content_type, container)
    return Sniffed("file", "application/zip", "zip")


def _by_text(head: bytes, name: str) -> Sniffed | None:
    if not _is_text(head):
        return None
    if _MARKUP.match(head[:4096]):
        return Sniffed("file", "image/svg+xml" if b"<svg" in head[:4096] else "text/html", "html")
    suffix = PurePosixPath(name).suffix.lower()
    return Sniffed("file", _TEXT_TYPES.get(suffix, "text/plain"), suffix.lstrip(".")[:20] or "txt")


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decode(head) is not None
    return head.translate(None, _CONTROLS) == head and decode(head) is not None


def decode(content: bytes) -> str | None:
    """Words in the encodings people's files have, or None; a letter cut at the end is forgiven."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(content[: len(content) // 2 * 2], "utf-16")
    tries = (_decode(content, encoding) for encoding in ("utf-8-sig", "gb18030", "cp1252"))
    return next((text for text in tries if text is not None), None)


def _decode(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as e:
        is_cut = len(content) - e.start < 4 and e.reason in ("unexpected end of data", "incomplete multibyte sequence")
        return content[: e.start].decode(encoding) if is_cut else None


def _by_puremagic(head: bytes) -> Sniffed | None:
    """Everything nobody plays here; only the type is taken, so that a download gets its right name."""
    import puremagic

    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    best = next((match for match in found if match.mime_type), None)
    safe = best and not best.mime_type.startswith(("text/", "image/", "audio/", "video/"))
    return Sniffed("file", best.mime_type, best.extension.lstrip(".")[:20]) if best and safe else None
