"""urlContext: opens the addresses that a question names, and answers from what stands there (text.md 6.2)."""

from dataclasses import replace

from chats.gateway.sandbox import arguments, searching
from chats.gateway.sandbox.corpus import Page, page_at, snippet
from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.planning import Plan
from chats.gateway.sandbox.reporting import Report
from chats.gateway.sandbox.steps import Said, Searched
from chats.gateway.sandbox.taking import Taken

MOST_PAGES = 20
LONGEST = 1_000


async def planned(taken: Taken, plan: Plan) -> Plan:
    """The same plan where no address is named."""
    links = list(dict.fromkeys(arguments.ADDRESS.findall(taken.question.text)))[:MOST_PAGES]
    if not links or taken.question.last_role != "user":
        return plan
    opened = [Searched(link, await _opened(link, taken), "open_page") for link in links]
    done = [step for step in plan.steps if not isinstance(step, Said)]
    said = Report(taken).of([step for step in opened if step.pages])
    return replace(plan, steps=(*done, *opened, said))


async def _opened(link: str, taken: Taken) -> tuple[Page, ...]:
    if known := page_at(link):
        return (known,)
    try:
        title, text = await searching.page_of(link, taken.shop)
    except Refusal:
        return ()
    return (Page(title, link, snippet(text, taken.question.text), text[:LONGEST], ""),)
