"""Calls that answer at once with one value: vectors, ranks, search results, Kimi's tools; used through client.py."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx

from chats import catalog
from chats.catalog import ModelSpec

from . import breaker, connections, errors, exchange
from .body import Body
from .errors import GatewayError
from .log import Entry
from .protocols import load_call
from .recording import OnExchange, Recording
from .retries import RetryPolicy
from .values import Credentials, Embedded, FormulaResult, Ranked, Request, Search, Usage

ANSWER_LIMIT = 256 * 2**20
LARGE = 2**18  # above this an answer is read in a thread: it would hold up every reply of the process
# A person waits, so what would make them wait long is told instead.
POLICY = RetryPolicy(waits_s=(1.0,), total_s=10.0)
ONCE = RetryPolicy(waits_s=())  # what is paid for: a call whose answer was lost may have been charged
TEXTS_AT_ONCE = 256


async def embed(
    spec: ModelSpec,
    texts: Sequence[str],
    credentials: Credentials,
    *,
    dimensions: int | None = None,
    on_exchange: OnExchange | None = None,
) -> Embedded:
    """A vector for each text, in their order; a long list goes in several calls. Raises GatewayError."""
    most = spec.options.get("texts_at_once", TEXTS_AT_ONCE)
    answers: list[Embedded] = []
    for start in range(0, len(texts), most):
        some = texts[start : start + most]
        asked = {"texts": some, "dimensions": dimensions}
        answer: Embedded = await _asked("embeddings", spec, asked, credentials, on_exchange, ONCE)
        if len(answer.vectors) != len(some):
            raise GatewayError("upstream", 200, "bad_answer", f"{len(answer.vectors)} vectors came", answer.request_id)
        answers.append(answer)
    if not answers:
        return Embedded((), model=spec.model)
    return replace(
        answers[0],
        vectors=tuple(vector for answer in answers for vector in answer.vectors),
        usage=_added([answer.usage for answer in answers]),
    )


async def rerank(
    spec: ModelSpec,
    query: str,
    documents: Sequence[str],
    credentials: Credentials,
    *,
    top_n: int | None = None,
    on_exchange: OnExchange | None = None,
) -> Ranked:
    """The documents' indices with their scores, best first. `spec` may be of any model, `catalog.get(name)`."""
    asked = {"query": query, "documents": documents, "top_n": top_n}
    ranked: Ranked = await _asked("rerank", spec, asked, credentials, on_exchange, ONCE)
    if any(not 0 <= index < len(documents) for index, _score in ranked.scores):
        raise GatewayError("upstream", 200, "bad_answer", "An index names no document.", ranked.request_id)
    return ranked


async def search(
    parameters: Mapping[str, Any],
    credentials: Credentials,
    *,
    method: str = "POST",
    on_exchange: OnExchange | None = None,
) -> Search:
    """Google's results for `q` and gl, hl, location, tbs, num, page (text.md 9); raises GatewayError."""
    asked = {**parameters, "method": method}
    found: Search = await _asked("search", catalog.get("serper-search"), asked, credentials, on_exchange, ONCE)
    return found


async def formula_tools(
    formula: str, credentials: Credentials, *, on_exchange: OnExchange | None = None
) -> tuple[dict[str, Any], ...]:
    """The functions that `formula` ("moonshot/web-search:latest") declares, as `Prompt.tools` takes them."""
    spec = catalog.get("kimi-formulas")
    tools: tuple[dict[str, Any], ...] = await _asked("formulas", spec, {"formula": formula}, credentials, on_exchange)
    return tools


async def run_formula(
    formula: str, name: str, arguments: str, credentials: Credentials, *, on_exchange: OnExchange | None = None
) -> FormulaResult:
    """What the tool gave; `arguments` is the call's JSON string as it came. May be charged, so never tried again."""
    asked = {"formula": formula, "name": name, "arguments": arguments}
    spec = catalog.get("kimi-formulas")
    result: FormulaResult = await _asked("formulas", spec, asked, credentials, on_exchange, ONCE)
    return result


async def _asked(
    name: str,
    spec: ModelSpec,
    asked: Mapping[str, Any],
    credentials: Credentials,
    on_exchange: OnExchange | None,
    policy: RetryPolicy = POLICY,
) -> Any:
    breaker.check(credentials)
    async for attempt in policy.retrying(False, None):
        tries = attempt.retry_state.attempt_number
        try:
            return await _tried(name, spec, asked, credentials, tries, on_exchange)
        except GatewayError as error:
            attempt.retry_state.set_exception((type(error), error, error.__traceback__))
    raise AssertionError("the last failure is raised above")


async def _tried(
    name: str,
    spec: ModelSpec,
    asked: Mapping[str, Any],
    credentials: Credentials,
    tries: int,
    on_exchange: OnExchange | None,
) -> Any:
    protocol = load_call(name)
    request = protocol.request(spec, asked)
    recording = Recording(request, credentials, spec.model, name, tries)
    if on_exchange:
        on_exchange(recording)
    try:
        with Entry(spec.model, request, credentials, tries) as entry:
            payload = await _payload(request, credentials, recording)
            entry.request_id = recording.request_id
            value = protocol.read(payload)
    except GatewayError as error:
        recording.ended(error)
        raise
    recording.ended()
    return value if isinstance(value, tuple) else replace(value, request_id=entry.request_id)


async def _payload(request: Request, credentials: Credentials, recording: Recording) -> Mapping[str, Any]:
    async with _answered(request, credentials, recording) as response:
        body = await _whole(response, recording)
    if not response.is_success:
        raise errors.read(response.status_code, response.headers, body)
    payload = await _parsed(body)
    if errors.is_error(payload):
        raise errors.from_payload(payload, 200, response.headers)
    return payload


@asynccontextmanager
async def _answered(request: Request, credentials: Credentials, recording: Recording) -> AsyncIterator[httpx.Response]:
    http = connections.client()
    prepared = _prepared(http, request, credentials)
    recording.sent()
    try:
        async with asyncio.timeout(request.read_timeout_s):
            response = await http.send(prepared, stream=True)
            recording.answered(response.status_code, response.headers)
            try:
                yield response
            finally:
                await response.aclose()
    except exchange.TRANSPORT_ERRORS as error:
        raise exchange.unreached(error) from error


def _prepared(http: httpx.AsyncClient, request: Request, credentials: Credentials) -> httpx.Request:
    """A GET with the content type of JSON and no body is refused (text.md 7)."""
    told = dict(exchange.headers(credentials, request.headers))
    url = credentials.base_url.rstrip("/") + request.path
    if request.json is None:
        return http.build_request(request.method, url, headers=told)
    body = Body(request.json)
    told |= {"Content-Type": "application/json", "Content-Length": str(body.size)}
    return http.build_request(request.method, url, headers=told, content=body.content)


async def _whole(response: httpx.Response, recording: Recording) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        recording.heard(chunk)
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise GatewayError("upstream", 200, "answer_over_limit", f"more than {ANSWER_LIMIT} bytes")
    return bytes(body)


async def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        payload = await asyncio.to_thread(json.loads, body) if len(body) > LARGE else json.loads(body)
    except ValueError:
        payload = None
    if not isinstance(payload, Mapping):
        said = body[:300].decode("utf-8", "replace")
        raise GatewayError("upstream", 200, "bad_response_body", said, is_retryable=True)
    return payload


def _added(usages: Sequence[Usage | None]) -> Usage | None:
    """Of several calls together; what one of them did not say is not known of all."""
    told = [usage for usage in usages if usage]
    if len(told) < 2:
        return told[0] if told else None
    return Usage(
        _sum([u.prompt_tokens for u in told]),
        _sum([u.completion_tokens for u in told]),
        _sum([u.total_tokens for u in told]),
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total
