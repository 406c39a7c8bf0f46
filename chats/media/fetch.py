"""Files fetched from addresses that people or models name: public hosts only, capped in size and time."""

import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext_noop as _

from chats.media.errors import Refused, Unreachable

REDIRECTS = 3
TIMEOUT = httpx.Timeout(15, connect=5)
TOTAL_S = 120
_MISSING = _("There is no such file at this address.")
_ERROR = _("The server of this address answered with an error.")

# Ranges that Python calls global although they lead back into a private network.
_TRANSLATING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


@dataclass(frozen=True, slots=True)
class Remote:
    """What a server says of a file, or what we think where it says nothing."""

    content_type: str = ""
    size_bytes: int = 0


def checked(url: str) -> str:
    """The address, if it is one that can be public; Refused with the reason otherwise. Nothing is looked up."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as e:
        raise Refused(_("This is not an address of a file.")) from e
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise Refused(_("Only addresses that begin with http:// or https:// can be used."))
    if parts.username or parts.password:
        raise Refused(_("The address contains a name or a password."))
    if _is_literal(parts.hostname) and not is_public(parts.hostname):
        raise Refused(_("This address is not public."))
    return url.strip()


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether anybody on the internet would reach the same machine under this IP address."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if getattr(settings, "FETCH_PRIVATE", False) and ip.is_loopback:
        return True  # tests serve their files on this machine
    if ip.version == 6:
        inner = ip.ipv4_mapped or next((None for net in _TRANSLATING if ip in net), ip)
        if inner is None or inner.version == 4:
            return inner is not None and is_public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_link_local)


class PublicOnly(httpx.HTTPTransport):
    """Looks the name up once, checks every address it has and connects to the one it checked.

    Redirects come through here again. The name still goes into Host and into the TLS handshake, so certificates are
    verified for it.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=_public_address(host, request.url.port))
        return super().handle_request(request)


def _public_address(host: str, port: int | None) -> str:
    try:
        found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as e:
        raise httpx.ConnectError(f"{host} is not known") from e
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(is_public, addresses)):
        raise Refused(_("This address is not public."))
    return addresses[0]


@contextmanager
def opened(url: str, method: str = "GET", headers: dict[str, str] | None = None) -> Iterator[httpx.Response]:
    """The answer, its body unread; Refused or Unreachable otherwise. No cookies, no proxy, no credentials."""
    client = httpx.Client(
        transport=PublicOnly(),
        timeout=TIMEOUT,
        follow_redirects=True,
        max_redirects=REDIRECTS,
        trust_env=False,
        headers={"User-Agent": "playground", "Accept-Encoding": "identity"},
        event_hooks={"request": [_check_request]},
    )
    try:
        with client, client.stream(method, checked(url), headers=headers) as response:
            if response.is_error:
                raise Unreachable(_MISSING if response.status_code in (404, 410) else _ERROR)
            yield response
    except (httpx.HTTPError, httpx.InvalidURL) as e:
        raise Unreachable(_("The address did not give us the file.")) from e


def _check_request(request: httpx.Request) -> None:
    checked(str(request.url))


def download(url: str, target: BinaryIO, limit_bytes: int) -> Remote:
    """Writes the file to `target` as it comes; Unreachable above `limit_bytes` or after two minutes."""
    deadline = time.monotonic() + TOTAL_S
    with opened(url) as response:
        said = remote(response)
        if said.size_bytes > limit_bytes:
            raise Unreachable(_("The file at this address is too large."))
        received = 0
        for piece in response.iter_raw(256 * 1024):
            received += len(piece)
            if received > limit_bytes:
                raise Unreachable(_("The file at this address is too large."))
            if time.monotonic() > deadline:
                raise Unreachable(_("The file took too long to arrive."))
            target.write(piece)
    return Remote(said.content_type, received)


def look(url: str) -> Remote:
    """What the server says of the file without sending it; one that refuses HEAD is asked for one byte."""
    try:
        with opened(url, "HEAD") as response:
            return remote(response)
    except Unreachable:
        with opened(url, headers={"Range": "bytes=0-0"}) as response:
            return remote(response)


def remote(response: httpx.Response) -> Remote:
    content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
    whole = response.headers.get("content-range", "").rpartition("/")[2] or response.headers.get("content-length", "")
    return Remote(content_type[:100], int(whole) if whole.isdecimal() else 0)
