"""Generations over HTTP: one paid call, and the many cheap ones that ask how it stands; used through client.py."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import aiohttp

from chats.catalog import ModelSpec

from . import breaker, connections, errors, exchange
from .errors import GatewayError
from .exchange import Answer
from .log import Entry
from .protocols import TaskProtocol, load_task
from .raw import filled
from .recording import OnExchange, Recording, sources
from .values import Credentials, Output, Prompt, Request, TaskState

ANSWER_LIMIT = 256 * 2**20  # ten 4K pictures in base64
LARGE = 2**18  # above this a body is read in a thread: it would hold up every reply of the process
STREAM = "text/event-stream"
POLL_S = 120.0  # the first call after the end may copy the film inside the request (video.md 2.1)
_POLL_TIMEOUT = aiohttp.ClientTimeout(total=POLL_S + connections.CONNECT_TIMEOUT_S, sock_read=POLL_S)

OnSent = Callable[[Request], Awaitable[None]]
OnPartial = Callable[[Output], Awaitable[None]]


async def submit(
    spec: ModelSpec,
    prompt: Prompt,
    credentials: Credentials,
    *,
    on_sent: OnSent | None = None,
    on_partial: OnPartial | None = None,
    on_exchange: OnExchange | None = None,
) -> TaskState:
    """One paid call, tried once; raises GatewayError, and `verdict` says what that means.

    `on_sent` is awaited right before the bytes leave, `on_partial` for each picture that is only to be shown;
    `on_exchange(recording)` is told before the call.
    """
    breaker.check(credentials)
    protocol = load_task(spec.protocol)
    request = await asyncio.to_thread(_request, protocol, spec, prompt)  # a picture may have to be cut to size
    is_raw = prompt.raw is not None
    recording = Recording(request, credentials, spec.model, spec.protocol, sources=sources(prompt), is_raw=is_raw)
    if on_exchange:
        on_exchange(recording)
    try:
        with Entry(spec.model, request, credentials, tries=1) as entry:
            if on_sent:
                await on_sent(request)
            async with exchange.opened(request, credentials, is_paid=True, recording=recording) as answer:
                entry.request_id = answer.request_id
                if answer.content_type == STREAM:
                    state = await _streamed(protocol, answer, on_partial, recording)
                    await answer.drain()
                else:
                    state = await _whole(protocol, answer, recording)
    except GatewayError as error:
        recording.ended(error)
        raise
    finally:
        recording.ended()
    return replace(state, request_id=answer.request_id)


def _request(protocol: TaskProtocol, spec: ModelSpec, prompt: Prompt) -> Request:
    request = protocol.submit(spec, prompt)
    if prompt.raw is None:
        return request
    if request.json is None:
        raise GatewayError("not_supported", code="form_body", message="A form with files cannot be written by hand.")
    return replace(request, json=filled(prompt.raw, request.json))


async def _streamed(
    protocol: TaskProtocol, answer: Answer, on_partial: OnPartial | None, recording: Recording
) -> TaskState:
    answer.waits()
    try:
        async for chunk in answer.chunks:
            answer.heard()
            recording.heard(chunk)
            for output in protocol.events(chunk):
                if output.is_partial and on_partial:
                    await on_partial(output)
            answer.waits()
    except exchange.TRANSPORT_ERRORS as error:
        return _left(protocol, answer.failure(error))
    return protocol.close()


def _left(protocol: TaskProtocol, failure: GatewayError) -> TaskState:
    """What was finished, and so paid for, before the connection broke."""
    try:
        return protocol.close()
    except GatewayError:
        raise failure from None


async def _whole(protocol: TaskProtocol, answer: Answer, recording: Recording) -> TaskState:
    body = bytearray()
    answer.waits()
    try:
        async for chunk in answer.chunks:
            answer.heard()
            recording.heard(chunk)
            body += chunk
            if len(body) > ANSWER_LIMIT:
                raise GatewayError("upstream", 200, "answer_over_limit", f"more than {ANSWER_LIMIT} bytes")
            answer.waits()
    except exchange.TRANSPORT_ERRORS as error:
        raise answer.failure(error) from error
    if len(body) > LARGE:
        return await asyncio.to_thread(_submitted, protocol, bytes(body))
    return _submitted(protocol, bytes(body))


def _submitted(protocol: TaskProtocol, body: bytes) -> TaskState:
    payload = _parsed(body)
    if is_refusal(payload):
        raise errors.from_payload(payload)
    return protocol.submitted(payload)


async def poll(
    spec: ModelSpec, remote_id: str, credentials: Credentials, *, on_final: OnExchange | None = None
) -> TaskState:
    """How it stands; raises GatewayError where that could not be had, which says nothing about the generation.

    `on_final(recording)` is told of the answer that says how it ended: the many before it are not recorded.
    """
    breaker.check(credentials)
    began = datetime.now(UTC)
    protocol = load_task(spec.protocol)
    request = protocol.poll(spec, remote_id)
    with Entry(spec.model, request, credentials, tries=1, level=logging.DEBUG) as entry:
        body = await _got(request, credentials, entry)
        payload = _parsed(body)
        if is_refusal(payload):
            raise errors.from_payload(payload)
        state = protocol.read(payload)
    if on_final and state.status in ("succeeded", "failed"):
        on_final(_recorded(Recording(request, credentials, spec.model, spec.protocol), began, entry.request_id, body))
    return state


def _recorded(recording: Recording, began: datetime, request_id: str, body: bytes) -> Recording:
    recording.queued_at = recording.sent_at = began
    recording.answered(200, {errors.REQUEST_ID_HEADER: request_id})
    recording.heard(body)
    recording.ended()
    return recording


async def _got(request: Request, credentials: Credentials, entry: Entry) -> bytes:
    """Through aiohttp alone: httpx around it would double what 700 of these a second cost."""
    base_url = credentials.base_url.rstrip("/")
    try:
        async with connections.session(base_url).request(
            request.method,
            base_url + request.path,
            headers=exchange.headers(credentials, request.headers),
            allow_redirects=False,
            timeout=_POLL_TIMEOUT,
        ) as response:
            entry.request_id = response.headers.get(errors.REQUEST_ID_HEADER, "")
            body = await response.read()
    except exchange.TRANSPORT_ERRORS as error:
        raise exchange.unreached(error) from error
    if response.status != 200:
        raise errors.read(response.status, response.headers, body)
    return body


def is_refusal(payload: Mapping[str, Any]) -> bool:
    """An error inside a 200. A failed generation has a status, and `{"code": "success", "data": null}` is no news."""
    if payload.get("code") == "success" or isinstance(payload.get("data"), Mapping | list) or payload.get("status"):
        return False
    return errors.is_error(payload)


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, Mapping):
        said = body[:300].decode("utf-8", "replace")
        raise GatewayError("upstream", 200, "bad_response_body", said, is_retryable=True)
    return payload
