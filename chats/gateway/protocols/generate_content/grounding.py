"""What Google looked up for an answer: its searches, the pages it read, and which words each source supports."""

import json
from collections.abc import Iterator
from typing import Any

from chats.gateway.characters import storable
from chats.gateway.streamed import Payload

Source = tuple[str, str, int | None]  # url, title, characters of the answer before the place it supports
Step = tuple[str, str, str, bool]  # name, arguments, result, whether it failed

_READ = "URL_RETRIEVAL_STATUS_"


class Grounding:
    """Metadata come with any piece of the answer, mostly with the last."""

    def __init__(self) -> None:
        self._queries: list[str] = []
        self._found: dict[str, str] = {}  # url to title
        self._read: dict[str, str] = {}  # url to how it went

    @property
    def searches(self) -> int:
        return len(self._queries)

    def sources(self, told: Payload, text: str) -> Iterator[Source]:
        """Each source at every place it supports, else without one. `text` is the answer so far."""
        for query in told.get("webSearchQueries") or ():
            if query not in self._queries:
                self._queries.append(storable(query))
        pages = [chunk.get("web") or {} for chunk in told.get("groundingChunks") or ()]
        self._found |= {storable(page["uri"]): storable(page.get("title")) for page in pages if page.get("uri")}
        placed: set[int] = set()
        for support in told.get("groundingSupports") or ():
            at = place(support.get("segment") or {}, text)
            for index in support.get("groundingChunkIndices") or ():
                if not isinstance(index, int) or not 0 <= index < len(pages):
                    continue  # it names none of the pages that came
                placed.add(index)
                yield pages[index].get("uri", ""), pages[index].get("title", ""), at
        for index, page in enumerate(pages):
            if index not in placed:
                yield page.get("uri", ""), page.get("title", ""), None

    def read(self, told: Payload) -> None:
        """`urlContextMetadata` (VD python-genai types)."""
        for page in told.get("urlMetadata") or ():
            if url := storable(page.get("retrievedUrl")):
                self._read[url] = storable(page.get("urlRetrievalStatus")).removeprefix(_READ).lower()

    def steps(self) -> Iterator[Step]:
        if self._queries:
            found = "\n".join(f"{title or url} <{url}>" for url, title in self._found.items())
            yield "web_search", _arguments(queries=self._queries), found, False
        if self._read:
            said = "\n".join(f"{url}: {status}" if status else url for url, status in self._read.items())
            is_lost = all(status not in ("", "success") for status in self._read.values())
            yield "url_context", _arguments(urls=list(self._read)), said, is_lost


def place(segment: Payload, text: str) -> int | None:
    """The end of a segment in characters. Google counts bytes of UTF-8; where they do not fit the words do."""
    said, end = segment.get("text") or "", segment.get("endIndex")
    raw = text.encode("utf-8", "replace")
    if end is not None and (not said or raw[segment.get("startIndex") or 0 : end] == said.encode("utf-8", "replace")):
        return len(raw[:end].decode("utf-8", "ignore"))
    found = text.find(said) if said else -1
    return found + len(said) if found >= 0 else None


def _arguments(**facts: Any) -> str:
    return json.dumps(facts, ensure_ascii=False)
