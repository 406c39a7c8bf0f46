"""A chat model that draws, as one run among others: its whole reply is one answer to one call."""

from collections import defaultdict
from contextlib import aclosing

from chats.catalog import ModelSpec
from chats.gateway import client
from chats.gateway.recording import OnExchange
from chats.gateway.values import Credentials, MediaOut, Output, Prompt, Started, TaskState, TextDelta, Usage


async def collected(
    spec: ModelSpec, prompt: Prompt, credentials: Credentials, on_exchange: OnExchange | None = None
) -> TaskState:
    """Failed where the model only talked; raises GatewayError where no answer came."""
    pieces: dict[str, list[MediaOut]] = defaultdict(list)
    words, request_id, usage = [], "", None
    async with aclosing(client.stream(spec, prompt, credentials, is_once=True, on_exchange=on_exchange)) as events:
        async for event in events:
            match event:
                case MediaOut():
                    pieces[event.key or str(len(pieces))].append(event)
                case TextDelta():
                    words.append(event.text)
                case Started():
                    request_id = event.request_id
                case Usage():
                    usage = event
    text = "".join(words)
    if not pieces:
        return TaskState("failed", error=text[:500], code="no_media", usage=usage, request_id=request_id)
    outputs = tuple(_output(made) for made in pieces.values())
    return TaskState("succeeded", outputs=outputs, text=text, usage=usage, request_id=request_id)


def _output(pieces: list[MediaOut]) -> Output:
    first = pieces[0]
    url = next((piece.url for piece in pieces if piece.url), "")
    data = b"" if url else b"".join(piece.data for piece in pieces)
    return Output(first.kind, data=data, url=url, content_type=first.content_type)
