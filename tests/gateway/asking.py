"""Asks a gateway of a test for a reply, the way the verbs do."""

import pytest

from chats.catalog import ModelSpec
from chats.gateway import client
from chats.gateway.client import Credentials
from chats.gateway.errors import GatewayError
from chats.gateway.values import Part, Prompt, Started, TextDelta, Turn

from .upstream import Answering, Upstream

SPEC = ModelSpec("m-1", "M", "alibaba")
HELLO = Prompt((Turn("user", (Part("text", "Hello"),)),))
KEY = "sk-very-secret-key"


def credentials(upstream: Upstream, **more) -> Credentials:
    return Credentials(upstream.url, KEY, **more)


async def reply(upstream: Upstream, spec: ModelSpec = SPEC, prompt: Prompt = HELLO, **wishes) -> list:
    return [event async for event in client.stream(spec, prompt, credentials(upstream), **wishes)]


async def failing(upstream: Upstream, spec: ModelSpec = SPEC, **wishes) -> tuple[list, GatewayError]:
    events = []
    try:
        async for event in client.stream(spec, HELLO, credentials(upstream), **wishes):
            events.append(event)
    except GatewayError as error:
        return events, error
    pytest.fail("the reply did not fail")


def text(events: list) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def starts(events: list) -> list[int]:
    return [event.tries for event in events if isinstance(event, Started)]


async def waiting(answering: Answering) -> None:
    await answering.hang()
