"""POST /v1/embeddings and /v1/rerank: vectors in which similar texts are near, and documents by their nearness."""

import asyncio
import base64
import struct
from collections.abc import Sequence
from typing import Any

from chats.gateway.sandbox import admitting, content, meaning, misbehave, models
from chats.gateway.sandbox.errors import Fault, Refusal, refused, refused_upstream
from chats.gateway.sandbox.pieces import count
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.workshop import Workshop

SIZE = 1536
MOST_TEXTS = 2048
MOST_TEXTS_OF_ALIBABA = 25  # text.md 10
MOST_TOKENS = 8191
MOST_DOCUMENTS = 1000


async def embed(call: Call, shop: Workshop) -> None:
    raw = admitting.parsed(call)
    model = _model(raw, call, shop, "embeddings")
    texts = _texts(raw, model)
    await admitting.admitted(call, texts[0], model=model.id)
    plain = [misbehave.split_text(text)[0] for text in texts]
    size = int(model.options.get("dimensions") or SIZE)
    dimensions = _dimensions(raw, model, size)
    is_base64 = raw.get("encoding_format") == "base64"

    def made() -> list[dict[str, Any]]:
        return [_row(at, meaning.vector(text, dimensions, size), is_base64) for at, text in enumerate(plain)]

    rows = await asyncio.to_thread(made)
    tokens = sum(count(text) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    await call.exchange.answer_json({"object": "list", "model": model.id, "data": rows, "usage": usage})


def _model(raw: dict[str, Any], call: Call, shop: Workshop, protocol: str) -> models.Model:
    name = raw.get("model")
    if not isinstance(name, str) or not name:
        raise refused("model is required", param="model")
    call.entry.model = name
    return models.find(shop.settings, call.allowed, name, protocol)


def _texts(raw: dict[str, Any], model: models.Model) -> list[str]:
    given = raw.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or any(text == "" for text in texts):
        raise refused("field input is required", param="input")
    if not all(isinstance(text, str) for text in texts):
        raise _refused("'$.input' is invalid: the sandbox takes texts, no lists of tokens", "input")
    most = MOST_TEXTS if model.id.startswith("text-embedding-3") else model.options.get("texts_at_once", MOST_TEXTS)
    if len(texts) > most:
        raise _refused(f"'$.input' is invalid: at most {most} texts at once", "input")
    for text in texts:
        if (tokens := count(text)) > MOST_TOKENS:
            told = f"maximum context length is 8192 tokens, however you requested {tokens} tokens"
            raise refused_upstream(f"This model's {told}", "context_length_exceeded", "input")
    if raw.get("encoding_format") not in (None, "float", "base64"):
        raise _refused(f"'{raw['encoding_format']}' is not one of ['float', 'base64']", "encoding_format")
    return texts


def _dimensions(raw: dict[str, Any], model: models.Model, size: int) -> int:
    wanted = raw.get("dimensions")
    if wanted is None:
        return size
    if not model.id.startswith("text-embedding-3"):
        raise _refused("This model does not support specifying dimensions.", "dimensions")
    if isinstance(wanted, bool) or not isinstance(wanted, int) or not 1 <= wanted <= size:
        raise _refused(f"Invalid value for 'dimensions' = {wanted}. Must be between 1 and {size}.", "dimensions")
    return wanted


def _row(index: int, numbers: Sequence[float], is_base64: bool) -> dict[str, Any]:
    """As a float32, also where it is written out."""
    packed = struct.pack(f"<{len(numbers)}f", *numbers)
    whole: Any = [round(number, 8) for number in numbers]
    embedding = base64.b64encode(packed).decode() if is_base64 else whole
    return {"object": "embedding", "index": index, "embedding": embedding}


async def rerank(call: Call, shop: Workshop) -> None:
    """Of any model that is not known to do something else: the list has none of this kind."""
    raw = admitting.parsed(call)
    model = raw.get("model")
    if not isinstance(model, str) or not model:
        raise refused("model is required", param="model")
    call.entry.model = model
    query, documents = _asked(raw)
    await admitting.admitted(call, query, model=model)
    _check_model(model, call.allowed, shop)
    query = misbehave.split_text(query)[0]
    scores = await asyncio.to_thread(lambda: [score(query, text) for text in documents])
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))[: _top_n(raw, len(documents))]
    results: list[dict[str, Any]] = [{"index": at, "relevance_score": scores[at]} for at in order]
    if raw.get("return_documents"):
        results = [row | {"document": {"text": documents[row["index"]]}} for row in results]
    tokens = sum(count(text) + count(query) for text in documents)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    await call.exchange.answer_json({"model": model, "results": results, "usage": usage})


def score(query: str, text: str) -> float:
    """Nearness, and how much of the query stands in the text; 0 to 1."""
    near, covered = meaning.similarity(query, text), meaning.covered(query, text)
    return round(min(0.45 * near + 0.55 * covered, 1.0), 6)


def _check_model(name: str, allowed: frozenset[str], shop: Workshop) -> None:
    models.check_allowed(name, allowed)
    known = models.listed(shop.settings).get(name)
    if known and "rerank" not in known.protocols and "embeddings" not in known.protocols:
        raise Refusal(Fault(500, "A", "not_supported", f"not implemented: {name} has no rerank"))


def _asked(raw: dict[str, Any]) -> tuple[str, list[str]]:
    query, documents = raw.get("query"), raw.get("documents")
    if not isinstance(query, str) or not query.strip():
        raise refused("query is empty", param="query")
    if not isinstance(documents, list) or not documents:
        raise refused("documents is empty", param="documents")
    if len(documents) > MOST_DOCUMENTS:
        raise _refused(f"at most {MOST_DOCUMENTS} documents at once", "documents")
    return query, [_document(one) for one in documents]


def _document(given: Any) -> str:
    text = given if isinstance(given, str) else content.as_object(given).get("text")
    if not isinstance(text, str):
        raise _refused("a document is a text or an object with one", "documents")
    return text


def _top_n(raw: dict[str, Any], most: int) -> int:
    wanted = raw.get("top_n")
    if wanted is None:
        return most
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
        raise _refused("top_n must be a positive integer", "top_n")
    return wanted


def _refused(message: str, param: str) -> Refusal:
    return refused_upstream(message, "invalid_value", param)
