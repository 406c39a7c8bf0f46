"""The paid calls of one run: what goes to the gateway, and what of its answer is kept."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any

from chats import catalog
from chats.gateway import client
from chats.gateway.errors import GatewayError
from chats.gateway.recording import Recording
from chats.gateway.values import Credentials, Usage
from chats.models import BenchRun

from . import files


@dataclass
class Outcome:
    """`facts` fit into the row, `lists` go into the file. With an `error` nothing came of it."""

    facts: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    recordings: list[Recording] = field(default_factory=list)


async def call(run: BenchRun, texts: list[str], credentials: Credentials) -> Outcome:
    outcome = Outcome()
    try:
        await _CALLS[run.kind](run.asked, texts, credentials, outcome)
    except GatewayError as error:
        outcome.error = error.as_json()
    return outcome


async def _embed(asked: Mapping[str, Any], texts: list[str], credentials: Credentials, outcome: Outcome) -> None:
    """Two models are asked at once, and one that fails does not take the other with it."""
    embedding = [_embedded(model, asked["dimensions"], texts, credentials, outcome) for model in asked["models"]]
    answers = await asyncio.gather(*embedding)
    outcome.facts["models"] = [facts for facts, _vectors in answers]
    outcome.lists["models"] = [
        {"model": facts["model"], "dimensions": facts["dimensions"], "vectors": vectors}
        for facts, vectors in answers
        if vectors
    ]
    if not outcome.lists["models"]:
        outcome.error = answers[0][0]["error"]


async def _embedded(
    model: str, dimensions: int | None, texts: list[str], credentials: Credentials, outcome: Outcome
) -> tuple[dict[str, Any], list[str]]:
    began = monotonic()
    facts: dict[str, Any] = {"model": model}
    try:
        answer = await client.embed(
            catalog.get(model), texts, credentials, dimensions=dimensions, on_exchange=outcome.recordings.append
        )
    except GatewayError as error:
        return facts | {"error": error.as_json(), "seconds": monotonic() - began}, []
    facts |= {"seconds": monotonic() - began, "request_id": answer.request_id} | _tokens(answer.usage)
    if wrong := _misfit(answer.vectors, dimensions):
        return facts | {"error": wrong}, []
    vectors = await asyncio.to_thread(lambda: [files.pack(vector) for vector in answer.vectors])
    return facts | {"dimensions": len(answer.vectors[0])}, vectors


def _misfit(vectors: Sequence[Sequence[float]], asked: int | None) -> dict[str, Any] | None:
    """Vectors of several lengths cannot be compared, and others than were asked for are not what one thinks."""
    came = sorted({len(vector) for vector in vectors})
    if len(came) > 1 or came == [0]:
        return {"kind": "bench", "code": "mixed_dimensions", "came": came}
    if asked and came != [asked]:
        return {"kind": "bench", "code": "other_dimensions", "came": came, "asked": asked}
    return None


async def _rank(asked: Mapping[str, Any], texts: list[str], credentials: Credentials, outcome: Outcome) -> None:
    answer = await client.rerank(
        catalog.get(asked["model"]),
        asked["query"],
        texts,
        credentials,
        top_n=asked["top_n"],
        on_exchange=outcome.recordings.append,
    )
    outcome.facts |= {"count": len(answer.scores), "request_id": answer.request_id} | _tokens(answer.usage)
    outcome.lists["scores"] = [[index, score] for index, score in answer.scores]


async def _search(asked: Mapping[str, Any], _texts: list[str], credentials: Credentials, outcome: Outcome) -> None:
    names = ("q", "gl", "hl", "tbs", "num", "page")
    wanted = {name: asked[name] for name in names if asked.get(name)}
    found = await client.search(wanted, credentials, method=asked["method"], on_exchange=outcome.recordings.append)
    outcome.facts |= {"count": len(found.results), "credits": found.credits, "request_id": found.request_id}
    outcome.lists |= {"results": [asdict(result) for result in found.results], "related": list(found.related)}


_CALLS: dict[str, Any] = {BenchRun.Kind.EMBEDDINGS: _embed, BenchRun.Kind.RERANK: _rank, BenchRun.Kind.SEARCH: _search}


def _tokens(usage: Usage | None) -> dict[str, int | None]:
    return {"tokens": (usage.total_tokens or usage.prompt_tokens) if usage else None}
