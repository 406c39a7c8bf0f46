"""The pooled HTTP clients of this process: one per event loop for streams, one for threads; made when first needed."""

import asyncio
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.request import getproxies
from weakref import WeakKeyDictionary

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

CONNECT_TIMEOUT_S = 10.0
# No total timeout; silence is watched by Call, which costs less per delta than aiohttp's own read timer.
_STREAM_TIMEOUT = httpx.Timeout(None, connect=CONNECT_TIMEOUT_S)
_KEEP_ALIVE_S = 15.0  # shorter than what proxies in front of a gateway use
_LOOPBACK = ("127.0.0.1", "localhost", "::1")  # where the sandbox is; never behind a proxy

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bool, httpx.AsyncClient]] = WeakKeyDictionary()
_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, aiohttp.ClientSession]] = WeakKeyDictionary()


class Transport(AiohttpTransport):
    """aiohttp reads a stream for half of what httpx's own transport costs; here with as many connections as streams."""

    keeps = True  # connections for the next call

    def get_client(self) -> aiohttp.ClientSession:
        keeping: dict[str, Any] = {"keepalive_timeout": _KEEP_ALIVE_S} if self.keeps else {"force_close": True}
        connector = aiohttp.TCPConnector(limit=0, ssl=self.ssl_context, **keeping)
        proxy = str(self.proxy.url) if self.proxy else None
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), proxy=proxy)

    def session(self) -> aiohttp.ClientSession:
        """The one that its requests go through."""
        if not isinstance(self.client, aiohttp.ClientSession):
            self.client = self.get_client()
        return self.client


class Fresh(Transport):
    keeps = False


def client(is_fresh: bool = False) -> httpx.AsyncClient:
    """The one of the running loop.

    `is_fresh`: each call has a connection of its own. A kept one may be closed by the other side just as it is used
    again, and of a paid call nobody could tell whether it was heard.
    """
    known = _clients.setdefault(asyncio.get_running_loop(), {})
    if is_fresh not in known:
        known[is_fresh] = _made(Fresh if is_fresh else Transport)
    return known[is_fresh]


def _made(transport: type[Transport]) -> httpx.AsyncClient:
    tls = httpx.create_ssl_context()
    return httpx.AsyncClient(
        transport=transport(verify=tls),
        mounts={
            pattern: transport(verify=tls, proxy=proxy) if proxy else None for pattern, proxy in _proxies().items()
        },
        timeout=_STREAM_TIMEOUT,
        cookies=_no_cookies(),
    )


def session(base_url: str) -> aiohttp.ClientSession:
    """What carries the running loop's calls to `base_url`, for calls that are too many to go through httpx."""
    known = _sessions.setdefault(asyncio.get_running_loop(), {})
    if base_url not in known:
        transport = client()._transport_for_url(httpx.URL(base_url))
        if not isinstance(transport, Transport):
            raise TypeError(f"{type(transport).__name__} carries no session")
        known[base_url] = transport.session()
    return known[base_url]


async def close() -> None:
    """Closes the running loop's clients; the next call makes a new one."""
    _sessions.pop(asyncio.get_running_loop(), None)
    for open_client in _clients.pop(asyncio.get_running_loop(), {}).values():
        await open_client.aclose()


@cache
def thread_client() -> httpx.Client:
    """For calls outside an event loop; may be shared by threads."""
    mounts = {pattern: httpx.HTTPTransport(proxy=proxy) if proxy else None for pattern, proxy in _proxies().items()}
    return httpx.Client(mounts=mounts, trust_env=False, timeout=_STREAM_TIMEOUT, cookies=_no_cookies())


def _proxies() -> dict[str, httpx.Proxy | None]:
    """The environment's proxies by httpx's patterns; None where none is to be used."""
    found = getproxies()
    proxies: dict[str, httpx.Proxy | None] = {
        f"{scheme}://": httpx.Proxy(found[scheme]) for scheme in ("http", "https") if scheme in found
    }
    spared = [host.strip() for host in found.get("no", "").split(",") if host.strip()]
    if not proxies or "*" in spared:
        return {}
    near = [f"[{host}]" if ":" in host else host for host in _LOOPBACK]
    return proxies | {f"all://{host}": None for host in near} | {f"all://*{host}": None for host in spared}


def is_loopback(url: str) -> bool:
    return httpx.URL(url).host in _LOOPBACK


def _no_cookies() -> CookieJar:
    """A cookie given to one team's key must not travel with another's."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
