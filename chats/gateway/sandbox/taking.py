"""Takes one call of a route that speaks in steps: from its body to the answer's words, before they have a form."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox import answers, misbehave, models
from chats.gateway.sandbox.answers import Answer
from chats.gateway.sandbox.errors import Refusal, refused_upstream
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.question import LARGE_BODY_BYTES, Question, parts_of
from chats.gateway.sandbox.tasks import Call
from chats.gateway.sandbox.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Offered:
    """The vendor's own tools that a request switches on, as it describes them."""

    search: dict[str, Any] | None = None
    code: dict[str, Any] | None = None
    picture: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """`raw` is the body as it came, `question` the same in the form of chat/completions."""

    raw: dict[str, Any]
    question: Question
    offered: Offered
    stops: tuple[str, ...] = ()
    schema: dict[str, Any] | None = None  # of the JSON that the answer has to be
    forced: str = ""  # search, code or picture, where one of the vendor's own has to be used


@dataclass(frozen=True, slots=True)
class Taken:
    """`pace` is tokens a second, 0 for as fast as can be."""

    call: Call
    shop: Workshop
    asked: Asked
    model: Model
    odd: Misbehaviour
    answer: Answer
    pace: float

    @property
    def question(self) -> Question:
        return self.asked.question

    def refused(self, message: str) -> Refusal:
        """400 by the vendor, about what was asked."""
        return refused_upstream(message)


async def take(
    call: Call, shop: Workshop, read: Callable[[bytes], Asked], protocol: str, check: Callable[[Asked, Model], None]
) -> Taken:
    """Raises Refusal where the gateway or the vendor would; the header's marks come first, the text's over them."""
    marks = misbehave.read(call.marks)
    is_large = len(call.body) > LARGE_BODY_BYTES
    asked = await asyncio.to_thread(read, call.body) if is_large else read(call.body)
    question = asked.question
    call.entry.model, call.entry.parts = question.model, parts_of(question)
    odd = misbehave.still_due(misbehave.read(question.directives, marks), call.entry.attempt)
    await asyncio.sleep(odd.delay_s)
    if odd.has_fault:
        raise Refusal(odd.fault(question.model))
    model = models.find(shop.settings, call.allowed, question.model, protocol)
    check(asked, model)
    answer = await answers.compose(question, model, shop.settings, odd, call.entry.sha256)
    pace = shop.settings.tokens_per_s if odd.tokens_per_s is None else odd.tokens_per_s
    return Taken(call, shop, asked, model, odd, answer, pace)
