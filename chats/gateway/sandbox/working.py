"""What the vendor's own tools do for an answer: pages really found, code really run, a picture really painted."""

import asyncio
import base64
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from chats.gateway.sandbox import choosing, coding, corpus, evaluate, leading, native, sources, wishes
from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.corpus import Page
from chats.gateway.sandbox.describe import Describer
from chats.gateway.sandbox.make_picture import preview
from chats.gateway.sandbox.recipe import Recipe, seed_of
from chats.gateway.sandbox.sources import Unusable
from chats.gateway.sandbox.steps import Computed, Painted, Searched, Step, Thought
from chats.gateway.sandbox.taking import Taken
from chats.gateway.sandbox.works import Work, key_hash

PAGES = 5
RESEARCH_CALLS = 12  # where the request sets no limit
LARGEST_SIDE = 2048
MOST_PARTIALS = 3
USUAL_SIDE = 1024


class Worker:
    """At work for one answer."""

    def __init__(self, taken: Taken) -> None:
        self._taken, self._question = taken, taken.question
        self._offered, self._forced = taken.asked.offered, taken.asked.forced
        self._query = leading.query_of(taken.question.text)
        self._describer = Describer(taken.question.is_chinese)

    async def steps(self) -> list[Step]:
        """None of them where the question leads to no tool."""
        wished = wishes.read(self._question.text)
        if wished.showcase or wished.long_answer:
            return []
        if self._taken.model.id.endswith("deep-research") and self._offered.search:
            return list(self._research())
        done: list[Step] = []
        if self._is_due("search", self._offered.search, choosing.leads_to_search):
            done.append(self.search())
        if self._is_due("code", self._offered.code, coding.is_asked_for):
            done.append(await self._compute())
        if self._is_due("picture", self._offered.picture, leading.wants_picture):
            done.append(await self._paint())
        return done

    def search(self, query: str = "", nth: int = 0) -> Searched:
        if failure := self._taken.odd.tool_error:
            return Searched(query or self._query, (), failure=failure)
        found = corpus.search(query or self._query, PAGES * 2, skip=nth * PAGES)
        return Searched(query or self._query, tuple(page for page in found if self._is_allowed(page))[:PAGES])

    def _is_due(self, name: str, tool: dict[str, Any] | None, leads: Callable[[str], bool]) -> bool:
        return tool is not None and (self._forced == name or (not self._forced and leads(self._question.text)))

    def _is_allowed(self, page: Page) -> bool:
        tool = self._offered.search or {}
        rules = as_object(tool.get("filters")) | tool
        allowed, blocked = rules.get("allowed_domains"), rules.get("blocked_domains")
        return (not allowed or _is_in(page, allowed)) and not _is_in(page, blocked)

    def _research(self) -> Iterator[Step]:
        """Searches, opens what it found and looks into it, until the calls are used up."""
        most = self._taken.asked.raw.get("max_tool_calls")
        left = most if isinstance(most, int) and most > 0 else RESEARCH_CALLS
        seen: set[str] = set()
        for query in self._queries():
            if left <= 0:
                return
            found, left = self.search(query), left - 1
            yield found
            for page in [page for page in found.pages if page.link not in seen][:2]:
                if left < 2:
                    break
                seen.add(page.link)
                pattern = next(iter(corpus.words_of(self._query)), self._query)
                title = page.title
                yield Thought(self._describer.say("goes_on", count=len(found.pages), title=title, pattern=pattern))
                yield Searched(page.link, (page,), "open_page")
                yield Searched(pattern, (page,), "find_in_page")
                left -= 2

    def _queries(self) -> Iterator[str]:
        yield self._query
        yield from (page.title for page in corpus.search(self._query, PAGES))

    async def _compute(self) -> Computed:
        code = coding.code_for(self._question.text)
        if failure := self._taken.odd.tool_error:
            return Computed(code, "", failure=failure)
        ran = await asyncio.to_thread(evaluate.run, code)
        return Computed(code, ran.output, ran.error, ran.picture)

    async def _paint(self) -> Painted:
        """Counted as a paid call, as every picture is."""
        taken, tool = self._taken, self._offered.picture or {}
        recipe = await self._recipe(tool)
        work = Work(
            id=f"img-{taken.call.exchange.request_id}",
            route=taken.call.exchange.path,
            model=taken.question.model,
            prompt=taken.question.text,
            key_hash=key_hash(taken.call.key),
            recipes=(recipe,),
        )
        taken.shop.works.add(work)
        content = await taken.shop.content(recipe)
        wanted = tool.get("partial_images")
        count = min(wanted, MOST_PARTIALS) if isinstance(wanted, int) else 0
        count = count if taken.odd.partials is None else min(count, taken.odd.partials)
        partials = [_encoded(await asyncio.to_thread(preview, content, step)) for step in range(count)]
        return Painted(self._question.text, _encoded(content), tuple(partials))

    async def _recipe(self, tool: dict[str, Any]) -> Recipe:
        taken, width, height = self._taken, *_size(str(tool.get("size") or "auto"))
        newest = [one for one in taken.question.media if one.kind == "image" and one.turn == taken.question.turn]
        try:
            given = [await sources.given(one.source, native.LIMITS, taken.shop) for one in newest]
        except Unusable as error:
            raise taken.refused(f"Invalid image: {error}") from error
        nth = 1 if taken.odd.is_same else taken.call.entry.attempt
        seed, salt = seed_of(taken.call.entry.sha256, nth), taken.call.entry.sha256 if taken.odd.is_tiny else ""
        names = tuple(one.name for one in given)
        tiny = taken.odd.is_tiny
        return Recipe("picture", taken.question.text, seed, width, height, inputs=names, is_tiny=tiny, salt=salt)


def _size(asked: str) -> tuple[int, int]:
    sides = [int(side) for side in asked.split("x") if side.isdigit()]
    if len(sides) != 2 or not all(16 <= side <= LARGEST_SIDE for side in sides):
        return USUAL_SIDE, USUAL_SIDE
    return sides[0], sides[1]


def _is_in(page: Page, domains: Any) -> bool:
    host = urlsplit(page.link).hostname or ""
    return isinstance(domains, list) and any(
        host == domain or host.endswith(f".{domain}") for domain in map(str, domains)
    )


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
