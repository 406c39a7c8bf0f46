"""The bytes of a medium: from a data URL, bare base64 or an address on the web, within limits."""

import asyncio
import base64
import binascii
import ipaddress
import socket
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import httpx

from chats.gateway.sandbox.errors import Refusal, refused_upstream
from chats.gateway.sandbox.settings import Settings

REDIRECTS = 3
TIMEOUT = httpx.Timeout(20.0, connect=5.0)


async def source_bytes(source: str, settings: Settings) -> bytes:
    """Raises Refusal (400, as a vendor words it) when there is nothing to get."""
    if source.startswith(("http://", "https://")):
        return await _download(source, settings)
    if source.startswith("data:"):
        return await asyncio.to_thread(_data_url, source)
    return await asyncio.to_thread(_base64, source)


def _data_url(source: str) -> bytes:
    head, comma, payload = source.partition(",")
    if not comma:
        raise refused_upstream("The data URL has no comma")
    return _base64(payload) if head.endswith(";base64") else unquote_to_bytes(payload)


def _base64(text: str) -> bytes:
    try:
        found = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise refused_upstream(f"The media is neither a URL nor base64: {error}") from error
    if not found:
        raise refused_upstream("The media is empty")
    return found


async def _download(url: str, settings: Settings) -> bytes:
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
        for _ in range(REDIRECTS + 1):
            try:
                found = await _hop(client, url, settings)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise _undownloadable(type(error).__name__) from error
            if isinstance(found, bytes):
                return found
            url = urljoin(url, found)
    raise _undownloadable("too many redirects")


async def _hop(client: httpx.AsyncClient, url: str, settings: Settings) -> bytes | str:
    """The bytes, or where a redirect leads."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _undownloadable("only http and https are fetched")
    address = await _address(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), settings)
    # The checked address itself is called, so that a second look-up cannot lead elsewhere.
    pinned = httpx.URL(url).copy_with(host=address)
    headers = {"Host": parts.netloc.rpartition("@")[2]}
    extensions = {"sni_hostname": parts.hostname}
    async with client.stream("GET", pinned, headers=headers, extensions=extensions) as response:
        if response.is_redirect:
            return response.headers.get("location", "")
        if response.status_code != 200:
            raise _undownloadable(f"status {response.status_code}")
        return await _limited(response, settings.max_fetch_bytes)


async def _limited(response: httpx.Response, limit: int) -> bytes:
    pieces, size = [], 0
    async for piece in response.aiter_bytes():
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise _undownloadable(f"larger than {limit} bytes")
    return b"".join(pieces)


async def _address(host: str, port: int, settings: Settings) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _undownloadable("the host is unknown") from error
    addresses = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]
    if not settings.fetch_private and not all(address.is_global for address in addresses):
        raise _undownloadable("the address is not public")
    return str(addresses[0])


def _undownloadable(why: str) -> Refusal:
    return refused_upstream(f"Failed to download multimodal content: {why}")
