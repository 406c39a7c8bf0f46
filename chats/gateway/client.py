"""The only door to the gateway: `stream` for replies, `submit` and `poll` for generations, `fetch_json` and `call`."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import NamedTuple

from chats.catalog import ModelSpec

from . import breaker, connections, exchange
from .calls import embed, formula_tools, rerank, run_formula, search
from .errors import GatewayError
from .exchange import Answer
from .fetching import call, check_key, fetch_json
from .generating import poll, submit
from .log import Entry
from .protocols import ReplyProtocol, load
from .raw import filled
from .recording import OnExchange, Recording, sources
from .retries import RetryPolicy
from .values import Credentials, Event, Finished, Prompt, Request, Started, Usage
from .verdicts import is_blocked, is_gone, verdict

__all__ = [
    "POLICY",
    "Credentials",
    "call",
    "check_key",
    "close",
    "embed",
    "fetch_json",
    "formula_tools",
    "is_blocked",
    "is_gone",
    "poll",
    "rerank",
    "run_formula",
    "search",
    "stream",
    "submit",
    "verdict",
]

POLICY = RetryPolicy()
NEVER_AGAIN = RetryPolicy(waits_s=())
_UNSEEN = (Started, Usage)

OnRequest = Callable[[Request], None]
OnRetry = Callable[[GatewayError, float], None]

close = connections.close


async def stream(
    spec: ModelSpec,
    prompt: Prompt,
    credentials: Credentials,
    *,
    on_request: OnRequest | None = None,
    on_exchange: OnExchange | None = None,
    on_retry: OnRetry | None = None,
    is_listed: bool = False,
    is_once: bool = False,
) -> AsyncGenerator[Event, None]:
    """The events of one reply: Started first, Finished last; raises GatewayError.

    Closing or cancelling it closes the connection to the gateway at once; wrap it in `contextlib.aclosing`. What
    fails before anything was shown is tried again where that is safe: `on_retry(error, wait_s)` is told before the
    wait, `on_request(request)` and `on_exchange(recording)` before each try. `is_listed`: the key's own list of
    models has this one. `is_once`: never tried again, over a connection of its own: a run that is counted and paid
    for one by one.
    """
    breaker.check(credentials)
    has_shown = False
    policy = NEVER_AGAIN if is_once else POLICY
    async for attempt in policy.retrying(is_listed, on_retry):
        tries = attempt.retry_state.attempt_number
        try:
            tried = _tried(spec, prompt, credentials, tries, _Told(on_request, on_exchange), is_once)
            async with aclosing(tried) as events:
                async for event in events:
                    has_shown = has_shown or not isinstance(event, _UNSEEN)
                    yield event
            return
        except GatewayError as error:
            if has_shown:
                raise
            attempt.retry_state.set_exception((type(error), error, error.__traceback__))


class _Told(NamedTuple):
    """Who wants to know of each try."""

    on_request: OnRequest | None
    on_exchange: OnExchange | None

    def of(self, recording: Recording) -> None:
        if self.on_request:
            self.on_request(recording.request)
        if self.on_exchange:
            self.on_exchange(recording)


async def _tried(
    spec: ModelSpec, prompt: Prompt, credentials: Credentials, tries: int, told: _Told, is_paid: bool
) -> AsyncGenerator[Event, None]:
    protocol = load(spec.protocol)
    request = protocol.request(spec, prompt)
    if prompt.raw is not None:
        request = replace(request, json=await asyncio.to_thread(filled, prompt.raw, request.json or {}))
    is_raw = prompt.raw is not None
    recording = Recording(request, credentials, spec.model, spec.protocol, tries, sources(prompt), is_raw)
    told.of(recording)
    try:
        with Entry(spec.model, request, credentials, tries) as entry:
            async with exchange.opened(request, credentials, is_paid, recording) as answer:
                entry.request_id = answer.request_id
                yield Started(answer.request_id, tries, answer.sent_at, answer.waited_s)
                async with aclosing(_events(protocol, answer, recording)) as events:
                    async for event in events:
                        yield event
                await answer.drain()
    except GatewayError as error:
        recording.ended(error)
        raise
    finally:
        recording.ended()


async def _events(protocol: ReplyProtocol, answer: Answer, recording: Recording) -> AsyncGenerator[Event, None]:
    told = cut = None
    answer.waits()
    try:
        async for chunk in answer.chunks:
            answer.heard()
            recording.heard(chunk)
            for event in protocol.read(chunk):
                if recording.first_token_at is None:
                    recording.shown()
                yield event
            if protocol.is_done:
                break
            answer.waits()
    except GatewayError as error:
        told = error
    except exchange.TRANSPORT_ERRORS as error:
        cut = answer.failure(error)
    for event in _ending(protocol, told, cut):
        yield event


def _ending(protocol: ReplyProtocol, told: GatewayError | None, cut: GatewayError | None) -> Iterator[Event]:
    """What the protocol still holds; then the failure, unless only the connection broke after the last word."""
    try:
        for event in protocol.close():
            if not (told and isinstance(event, Finished)):
                yield event
    except GatewayError as error:
        raise told or cut or error from None
    if told:
        raise told
