"""Names for what is inside a file, as the vendors' lists write them: jpeg, mp4, wav, pdf."""

NAMES = {
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heic",
    "image/avif": "avif",
    "image/tiff": "tiff",
    "image/bmp": "bmp",
    "image/x-ms-bmp": "bmp",
    "video/mp4": "mp4",
    "video/x-m4v": "mp4",
    "video/quicktime": "mov",
    "video/mov": "mov",
    "video/x-matroska": "mkv",
    "video/webm": "webm",
    "video/x-msvideo": "avi",
    "video/avi": "avi",
    "video/x-flv": "flv",
    "video/flv": "flv",
    "video/x-ms-wmv": "wmv",
    "video/x-ms-asf": "wmv",
    "video/wmv": "wmv",
    "video/mpeg": "mpeg",
    "video/mp2t": "ts",
    "video/3gpp": "3gp",
    "video/ogg": "ogv",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/vnd.wave": "wav",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/3gpp": "3gp",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "audio/webm": "webm",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
    "audio/aiff": "aiff",
    "audio/x-aiff": "aiff",
    "application/pdf": "pdf",
}
# How PyAV spells containers; the first name wins where one demuxer reads many.
CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": "mp4",
    "matroska,webm": "mkv",
    "asf": "wmv",
    "mpegts": "ts",
    "mpegvideo": "mpeg",
}
# Whose words chats/media takes out; older office formats are not among them.
DOCUMENTS = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
    "application/epub+zip",
)
TEXTS = (
    "text/",
    "image/svg+xml",  # no vendor draws it; its source can be read
    "application/json",
    "application/xml",
    "application/yaml",
    "application/x-yaml",
    "application/toml",
    "application/javascript",
    "application/x-javascript",
    "application/typescript",
    "application/sql",
    "application/x-sh",
    "application/x-ndjson",
    "application/x-subrip",
)


def format_of(content_type: str, container: str = "") -> str:
    """The short name, or what is known of it where nobody lists one."""
    plain = content_type.split(";")[0].strip().lower()
    if plain in NAMES:
        return NAMES[plain]
    if container:
        return CONTAINERS.get(container, container.split(",")[0])
    return plain.rpartition("/")[2]


def is_text(content_type: str) -> bool:
    return content_type.lower().startswith(TEXTS)


def is_document(content_type: str) -> bool:
    """One whose text can be taken out."""
    return content_type.lower().startswith(DOCUMENTS)
