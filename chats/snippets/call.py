"""What a snippet is written from: the parts of one HTTP call, its media inside or behind an address."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEY = "TOIOTECH_API_KEY"  # the environment variable that holds the key
INLINE_BYTES = 64 * 1024  # a longer body is fetched from its address
# What each client writes by itself; and a key must not slip through, whatever it is called.
OWN_HEADERS = {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"}
SECRET_HEADERS = {"authorization", "cookie", "x-api-key", "x-goog-api-key"}


@dataclass(frozen=True, slots=True)
class File:
    """One file of a multipart body, to be fetched from `url` first."""

    name: str
    filename: str
    content_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Call:
    """`body` is the JSON as it was sent; `body_url` gives it where it is too long. `form` and `files` are multipart."""

    method: str
    base_url: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    protocol: str = ""
    body: str = ""
    body_url: str = ""
    is_streamed: bool = False
    form: Mapping[str, str] | None = None
    files: tuple[File, ...] = ()

    @property
    def url(self) -> str:
        return self.base_url.rstrip("/") + self.path

    @property
    def more_headers(self) -> dict[str, str]:
        """Those that a client would not send by itself."""
        left_out = OWN_HEADERS | SECRET_HEADERS
        return {name: value for name, value in self.headers.items() if name.lower() not in left_out}

    @property
    def document(self) -> dict[str, Any]:
        """The body as it reads; empty where it only has an address."""
        found = json.loads(self.body) if self.body else {}
        return found if isinstance(found, dict) else {}

    @property
    def has_json(self) -> bool:
        return bool(self.body or self.body_url)
