"""Copies what a generation made: through the guarded fetch from where a vendor put it, or from the gateway itself."""

import json
import re
import time
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from urllib.parse import unquote_to_bytes, urljoin

import httpx
from django.utils.translation import gettext_noop as _

from chats.media import fetch
from chats.media.errors import Unreachable
from chats.media.fetch import Remote

from . import connections, exchange
from .values import Credentials

HOPS = 4  # redirects and links inside JSON together
JSON_LIMIT = 2**20
PIECE = 256 * 1024
TIMEOUT = httpx.Timeout(120, connect=connections.CONNECT_TIMEOUT_S)  # the gateway copies the film first (video.md 2.5)
TOTAL_S = 600
_CONTENT = re.compile(r"/v1/videos/[^/]+/content")
_DATA_URL = re.compile(r"data:(?P<type>[\w.+-]+/[\w.+-]+)?(?:;[\w=.-]+)*?(?P<base64>;base64)?,")
_TOO_LARGE = _("The file at this address is too large.")
_NO_FILE = _("The address did not give us the file.")


def download(url: str, credentials: Credentials, target: BinaryIO, limit_bytes: int) -> Remote:
    """Blocking: writes the file to `target`; raises MediaError.

    The key goes to the gateway's own host and only for `/v1/videos/<id>/content`, which answers with the film or with
    JSON that says where it is. Addresses of others are public ones or refused, after each redirect anew.
    """
    if not url.startswith(("http://", "https://")):
        return _decoded(url, target, limit_bytes)
    for _hop in range(HOPS):
        if not _is_own(url, credentials):
            return fetch.download(url, target, limit_bytes)
        found = _from_gateway(url, credentials, target, limit_bytes)
        if isinstance(found, Remote):
            return found
        url = urljoin(url, found)
    raise Unreachable(_NO_FILE)


def _is_own(url: str, credentials: Credentials) -> bool:
    """The same scheme, host and port: an administrator named it, so it may also be a private one."""
    return _origin(url) == _origin(credentials.base_url)


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Unreachable(_NO_FILE) from error
    if parsed.userinfo:
        raise Unreachable(_NO_FILE)
    return parsed.scheme, parsed.host.lower(), parsed.port or {"http": 80, "https": 443}.get(parsed.scheme)


def _from_gateway(url: str, credentials: Credentials, target: BinaryIO, limit_bytes: int) -> Remote | str:
    """The file, or the address where it is said to be."""
    root = httpx.URL(credentials.base_url).path.rstrip("/")  # the sandbox of a small start lives under a path
    is_content = bool(_CONTENT.fullmatch(httpx.URL(url).path.removeprefix(root)))
    headers = exchange.headers(credentials, {}) if is_content else {"Accept-Encoding": "identity"}
    with _opened(url, headers) as response:
        if response.is_redirect:
            return response.headers.get("location", "")
        said = fetch.remote(response)
        if is_content and said.content_type == "application/json":
            return _address(response)
        return Remote(said.content_type, _copied(response, target, limit_bytes, said.size_bytes))


@contextmanager
def _opened(url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    try:
        with connections.thread_client().stream("GET", url, headers=headers, timeout=TIMEOUT) as response:
            if not (response.is_success or response.is_redirect):
                raise Unreachable(_NO_FILE)
            yield response
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(_NO_FILE) from error


def _address(response: httpx.Response) -> str:
    """`{"data": {"url": …}}` (gateway source, controller/video_proxy.go)."""
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > JSON_LIMIT:
            raise Unreachable(_NO_FILE)
    try:
        url = json.loads(body)["data"]["url"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreachable(_NO_FILE) from error
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise Unreachable(_NO_FILE)
    return url


def _copied(response: httpx.Response, target: BinaryIO, limit_bytes: int, said_bytes: int) -> int:
    if said_bytes > limit_bytes:
        raise Unreachable(_TOO_LARGE)
    deadline = time.monotonic() + TOTAL_S
    received = 0
    for piece in response.iter_raw(PIECE):
        received += len(piece)
        if received > limit_bytes:
            raise Unreachable(_TOO_LARGE)
        if time.monotonic() > deadline:
            raise Unreachable(_("The file took too long to arrive."))
        target.write(piece)
    return received


def _decoded(url: str, target: BinaryIO, limit_bytes: int) -> Remote:
    """A `data:` address, or the bare base64 that a failed copy of the gateway leaves in its place (images.md 4)."""
    opener = _DATA_URL.match(url)
    text = url[opener.end() :] if opener else url
    if len(text) // 4 * 3 > limit_bytes + 3:
        raise Unreachable(_TOO_LARGE)
    try:
        is_plain = opener is not None and not opener["base64"]
        content = unquote_to_bytes(text) if is_plain else _bytes_of("".join(text.split()).rstrip("="))
    except (Error, ValueError) as error:
        raise Unreachable(_NO_FILE) from error
    if not content or len(content) > limit_bytes:
        raise Unreachable(_TOO_LARGE if content else _NO_FILE)
    target.write(content)
    return Remote((opener["type"] if opener else "") or "", len(content))


def _bytes_of(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4), validate=True)
