"""What an answer says of the work that the vendor's tools did, each sentence of a page cited where it stands."""

from collections.abc import Sequence

from chats.gateway.sandbox.corpus import Page
from chats.gateway.sandbox.describe import Describer, escaped
from chats.gateway.sandbox.steps import Cited, Computed, Painted, Said, Searched, Step
from chats.gateway.sandbox.taking import Taken

QUOTED = 300


def opening(taken: Taken) -> str:
    """What stands above the work: whose words these are, and what was measured of the media."""
    answer = taken.answer.text
    return answer if taken.question.media else answer.split("\n", 1)[0]


class Report:
    """Grows block by block; knows where each page stands in it."""

    def __init__(self, taken: Taken, has_begun: bool = False, shows_charts: bool = True) -> None:
        """`has_begun`: the opening was said before the work. `shows_charts`: the route has a way for a picture."""
        self._describer = Describer(taken.question.is_chinese)
        self._text = "" if has_begun else opening(taken)
        self._cited: list[Cited] = []
        self._drew = "drew" if shows_charts else "drew_unseen"

    def of(self, steps: Sequence[Step]) -> Said:
        searches = [step for step in steps if isinstance(step, Searched)]
        opened = [step for step in searches if step.action == "open_page"]
        if opened:
            self._researched(searches, opened)
        else:
            for search in searches:
                self._found(search)
        for step in steps:
            if isinstance(step, Computed):
                self._computed(step)
            elif isinstance(step, Painted):
                self._block(self._describer.say("painted", prompt=_line(step.prompt)))
        return Said(self._text, tuple(self._cited))

    def _failed(self, failure: str) -> None:
        self._block(self._describer.say("own_tool_failed", code=escaped(failure)))

    def _found(self, search: Searched) -> None:
        if search.failure:
            self._failed(search.failure)
            return
        self._block(self._describer.say("found" if search.pages else "found_nothing", query=_line(search.query)))
        for nth, page in enumerate(search.pages):
            self._text += ("\n\n" if nth == 0 else "\n") + f"- **{escaped(page.title)}**: "
            self._cite(page.snippet, page)

    def _researched(self, searches: list[Searched], opened: list[Searched]) -> None:
        count = sum(step.action == "search" for step in searches)
        self._block(self._describer.say("researched", searches=count, pages=len(opened)))
        for step in opened:
            page = step.pages[0]
            self._block(f"## {escaped(page.title)}\n\n")
            self._cite(page.text, page)

    def _computed(self, step: Computed) -> None:
        if step.output:
            self._block(self._describer.words["printed"] + f"\n\n```\n{step.output.rstrip()}\n```")
        elif step.failure:
            self._failed(step.failure)
        elif not step.error:
            self._block(self._describer.words["ran_silent"])
        if step.error:
            self._block(self._describer.words["ran_wrong"] + f"\n\n```\n{step.error}\n```")
        if step.picture:
            self._block(self._describer.words[self._drew])

    def _block(self, text: str) -> None:
        self._text += "\n\n" + text

    def _cite(self, text: str, page: Page) -> None:
        start = len(self._text)
        self._text += escaped(text)
        self._cited.append(Cited(start, len(self._text), page))


def _line(text: str) -> str:
    line = " ".join(text.split())
    return escaped(line if len(line) <= QUOTED else line[:QUOTED] + "…")
