"""Calls that answer at once with JSON, in an event loop or in a thread; used through client.py."""

import json as json_format
from collections.abc import Mapping
from typing import Any

import httpx

from . import breaker, connections, errors, exchange
from .errors import GatewayError
from .log import Entry
from .values import Credentials, Request

FETCH_TIMEOUT_S = 30.0


async def fetch_json(
    credentials: Credentials,
    method: str,
    path: str,
    json: Mapping[str, Any] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = FETCH_TIMEOUT_S,
) -> dict[str, Any]:
    """The JSON object at `path`; raises GatewayError, also for a failure told with status 200. Never tried again."""
    request = Request(method, path, json, headers or {}, timeout_s)  # type: ignore[arg-type]
    breaker.check(credentials)
    with Entry("-", request, credentials, tries=1) as entry:
        try:
            answer = await connections.client().request(**_arguments(request, credentials))
        except exchange.TRANSPORT_ERRORS as error:
            raise exchange.unreached(error) from error
        return _read(answer, entry)


def call(
    credentials: Credentials,
    method: str,
    path: str,
    json: Mapping[str, Any] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = FETCH_TIMEOUT_S,
) -> dict[str, Any]:
    """`fetch_json` for code outside an event loop."""
    request = Request(method, path, json, headers or {}, timeout_s)  # type: ignore[arg-type]
    breaker.check(credentials)
    with Entry("-", request, credentials, tries=1) as entry:
        try:
            answer = connections.thread_client().request(**_arguments(request, credentials))
        except exchange.TRANSPORT_ERRORS as error:
            raise exchange.unreached(error) from error
        return _read(answer, entry)


async def check_key(credentials: Credentials) -> tuple[str, ...]:
    """The ids of the models this key may use, asked for afresh; raises GatewayError when the key does not work."""
    breaker.clear(credentials)
    listed = await fetch_json(credentials, "GET", "/v1/models")
    entries = listed.get("data")
    return tuple(str(entry["id"]) for entry in entries or () if isinstance(entry, Mapping) and entry.get("id"))


def _arguments(request: Request, credentials: Credentials) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": credentials.base_url.rstrip("/") + request.path,
        "headers": exchange.headers(credentials, request.headers),
        "json": request.json,  # None leaves out the content type too, which the gateway refuses on a GET (text.md 7)
        "timeout": httpx.Timeout(request.read_timeout_s, connect=connections.CONNECT_TIMEOUT_S),
    }


def _read(answer: httpx.Response, entry: Entry) -> dict[str, Any]:
    entry.request_id = answer.headers.get(errors.REQUEST_ID_HEADER, "")
    if not answer.is_success:
        raise errors.read(answer.status_code, answer.headers, answer.content)
    try:
        payload = json_format.loads(answer.content)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise GatewayError("upstream", 200, "bad_response_body", answer.text[:300], is_retryable=True)
    if errors.is_error(payload):
        raise errors.from_payload(payload, 200, answer.headers)
    return payload
