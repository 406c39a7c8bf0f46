"""Reads multipart/form-data as the gateway does: texts by name, files with their names."""

import re
from dataclasses import dataclass
from email.message import Message

from chats.gateway.sandbox.errors import Refusal


@dataclass(frozen=True, slots=True)
class File:
    field: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    texts: dict[str, str]
    files: tuple[File, ...]

    def files_of(self, *fields: str) -> tuple[File, ...]:
        """Those of the first kind of name that is there (images.md 6.1): image, image[], image[0] …"""
        for field in fields:
            pattern = re.compile(re.escape(field).replace(r"\#", r"\d+"))
            if found := tuple(file for file in self.files if pattern.fullmatch(file.field)):
                return found
        return ()


def is_multipart(content_type: str) -> bool:
    return content_type.lower().startswith("multipart/form-data")


def read(body: bytes, content_type: str, broken: Refusal) -> Form:
    """Raises `broken` for what is none."""
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise broken
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1", "replace"))
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise broken
    texts: dict[str, str] = {}
    files: list[File] = []
    for piece in pieces[1:-1]:
        name, file_name, content = _part(piece, broken)
        if file_name is None:
            texts[name] = content.decode("utf-8", "replace")
        else:
            files.append(File(name, file_name, content))
    return Form(texts, tuple(files))


def _part(piece: bytes, broken: Refusal) -> tuple[str, str | None, bytes]:
    head, gap, content = piece.partition(b"\r\n\r\n")
    if not gap:
        raise broken
    lines = (line.partition(b":") for line in head.split(b"\r\n") if b":" in line)
    headers = {name.strip().lower(): value.strip().decode("utf-8", "replace") for name, _, value in lines}
    disposition = headers.get(b"content-disposition", "")
    name = re.search(r'\bname="([^"]*)"', disposition)
    file_name = re.search(r'\bfilename="([^"]*)"', disposition)
    if not name:
        raise broken
    return name[1], file_name[1] if file_name else None, content
