"""One HTTP exchange with the gateway: how it is sent, watched for silence and closed, and how it can fail."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from math import inf
from time import monotonic

import aiohttp
import httpx

from . import connections, errors
from .body import Body
from .errors import GatewayError
from .recording import Recording
from .values import Credentials, Request

UPLOAD_BYTES_PER_S = 125_000  # slower than this, an upload is stalled
BODY_LIMIT = 128 * 2**20  # the gateway's MAX_REQUEST_BODY_MB (text.md 2.2)
ERROR_BODY_LIMIT = 1_000_000
ERROR_BODY_S = 10.0
DRAIN_S = 0.5
_UNREACHABLE = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
TRANSPORT_ERRORS = (httpx.TransportError, aiohttp.ClientError, OSError, TimeoutError)


class Answer:
    """A 200 whose body is still coming: iterate `chunks`, and say with `heard` and `waits` whose turn it is."""

    def __init__(self, response: httpx.Response, sent_at: datetime, waited_s: float, silence_s: float) -> None:
        self.request_id = response.headers.get(errors.REQUEST_ID_HEADER, "")
        self.content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.sent_at, self.waited_s = sent_at, waited_s
        # Not `aiter_raw`, which only adds a count. Compression is not asked for, but a proxy may do it all the same.
        is_encoded = "content-encoding" in response.headers
        self.chunks = aiter(response.aiter_bytes() if is_encoded else response.stream)  # type: ignore[arg-type]
        self._response = response
        self._silence_s = silence_s
        self._loop = asyncio.get_running_loop()
        self._was_silent = False
        self._closing: asyncio.Task[None] | None = None
        self._waiting_since = inf
        self._watch = self._loop.call_later(silence_s, self._look)

    def heard(self) -> None:
        """A chunk came; the time until `waits` is ours, not the gateway's."""
        self._waiting_since = inf

    def waits(self) -> None:
        self._waiting_since = self._loop.time()

    def failure(self, error: BaseException) -> GatewayError:
        if self._was_silent:
            return GatewayError("timeout", 200, "silence", request_id=self.request_id, is_retryable=True)
        return GatewayError("incomplete", 200, "connection_lost", str(error), self.request_id, is_retryable=True)

    async def drain(self) -> None:
        """Takes the end of a body that said its last word, so that the connection can serve the next call."""
        with suppress(*TRANSPORT_ERRORS):
            async with asyncio.timeout(DRAIN_S):
                async for _chunk in self.chunks:
                    pass

    async def close(self) -> None:
        """Closes the connection unless the body has ended; upstream's work is cancelled with it (text.md 2.1)."""
        self._watch.cancel()
        with suppress(*TRANSPORT_ERRORS):
            await self._response.aclose()
        with suppress(*TRANSPORT_ERRORS):
            await self.chunks.aclose()  # type: ignore[attr-defined]

    def _look(self) -> None:
        """One timer per answer instead of one per chunk, which is what a read timeout of aiohttp would set."""
        silent_s = self._loop.time() - self._waiting_since
        if silent_s >= self._silence_s:
            self._was_silent = True
            self._closing = self._loop.create_task(self._response.aclose())  # wakes the reader with an error
        else:
            self._watch = self._loop.call_later(self._silence_s - max(silent_s, 0.0), self._look)


@asynccontextmanager
async def opened(
    request: Request, credentials: Credentials, is_paid: bool = False, recording: Recording | None = None
) -> AsyncIterator[Answer]:
    """Sends `request` and waits for a 200; leaving it closes the connection. What `is_paid` goes over a fresh one."""
    sent_at, start = datetime.now(UTC), monotonic()
    if recording:
        recording.sent()
    response = await _answered(request, credentials, is_paid, recording)
    answer = Answer(response, sent_at, monotonic() - start, request.read_timeout_s)
    try:
        yield answer
    finally:
        await answer.close()


async def _answered(
    request: Request, credentials: Credentials, is_paid: bool, recording: Recording | None
) -> httpx.Response:
    prepared, size = _as_form(request, credentials) if request.form is not None else _as_json(request, credentials)
    if size > BODY_LIMIT:
        raise GatewayError("too_large", code="body_over_limit", message=f"{size} bytes, at most {BODY_LIMIT}")
    http = connections.client(is_fresh=is_paid)
    try:
        async with asyncio.timeout(request.read_timeout_s + size / UPLOAD_BYTES_PER_S):
            response = await http.send(prepared, stream=True)
    except TRANSPORT_ERRORS as error:
        raise unreached(error) from error
    if recording:
        recording.answered(response.status_code, response.headers)
    is_page = response.headers.get("content-type", "").startswith("text/html")
    if is_page or not response.is_success:
        raise await _refusal(response, recording)
    return response


def _as_json(request: Request, credentials: Credentials) -> tuple[httpx.Request, int]:
    body = Body(request.json or {})
    told = {"Content-Type": "application/json", "Content-Length": str(body.size)}
    prepared = connections.client().build_request(
        request.method,
        credentials.base_url.rstrip("/") + request.path,
        headers=headers(credentials, request.headers) | told,
        content=body.content,
    )
    return prepared, body.size


def _as_form(request: Request, credentials: Credentials) -> tuple[httpx.Request, int]:
    files = [(file.name, (file.filename, file.data, file.content_type)) for file in request.files]
    prepared = connections.client().build_request(
        request.method,
        credentials.base_url.rstrip("/") + request.path,
        headers=headers(credentials, request.headers),
        data=request.form,
        files=files,
    )
    return prepared, int(prepared.headers.get("content-length", 0))


def headers(credentials: Credentials, more: Mapping[str, str]) -> dict[str, str]:
    return {
        "Accept-Encoding": "identity",
        "User-Agent": "playground",
        **more,
        **credentials.extra_headers,
        "Authorization": f"Bearer {credentials.key}",
    }


def unreached(error: BaseException) -> GatewayError:
    """Before a status came. httpx-aiohttp calls a refused or lost connection ConnectTimeout, so the cause decides."""
    reason = error.__cause__ or error
    if isinstance(error, httpx.ConnectError) or isinstance(reason, _UNREACHABLE):
        return GatewayError("connection", code="unreachable", message=str(reason), is_retryable=True)
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout | TimeoutError) or isinstance(reason, TimeoutError):
        return GatewayError("timeout", code="no_answer", is_retryable=True)
    return GatewayError("connection", code="connection_lost", message=str(reason), is_retryable=True)


async def _refusal(response: httpx.Response, recording: Recording | None) -> GatewayError:
    body = bytearray()
    try:
        async with asyncio.timeout(ERROR_BODY_S):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > ERROR_BODY_LIMIT:
                    break
    except TRANSPORT_ERRORS:
        pass  # the status alone tells enough
    finally:
        with suppress(*TRANSPORT_ERRORS):
            await response.aclose()
    if recording and body:
        recording.heard(bytes(body))
    return errors.read(response.status_code, response.headers, bytes(body))
