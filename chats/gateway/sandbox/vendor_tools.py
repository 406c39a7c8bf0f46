"""The vendors' own tools over chat/completions (text.md 3.7, 3.8, 8): who switches them on how, and what they add."""

from dataclasses import dataclass, replace
from typing import Any

from chats.gateway.sandbox import coding, evaluate
from chats.gateway.sandbox.answers import Answer
from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.errors import refused_upstream
from chats.gateway.sandbox.pieces import count
from chats.gateway.sandbox.question import Question
from chats.gateway.sandbox.reporting import Report
from chats.gateway.sandbox.steps import Computed, Said, Searched, Step
from chats.gateway.sandbox.taking import Asked, Offered, Taken
from chats.gateway.sandbox.working import Worker

BUILT_IN = frozenset({"googleSearch", "codeExecution", "urlContext"})  # of Gemini, as functions of these names
# Who tells its sources on this route; the others only use them.
CITING = ("claude", "gpt-4o-search", "gpt-4o-mini-search", "gpt-5-search")


@dataclass(frozen=True, slots=True)
class Worked:
    """`computed` is what Qwen's interpreter ran, which has a wire of its own."""

    answer: Answer
    computed: Computed | None = None


def plain(question: Question) -> Question:
    """Without the functions that a Gemini channel takes for built-in tools."""
    if not question.model.startswith("gemini") or not _built_in(question):
        return question
    own = [tool for tool in question.raw["tools"] if _name(tool) not in BUILT_IN]
    return replace(
        question, raw={name: value for name, value in question.raw.items() if name != "tools"} | {"tools": own}
    )


def check(question: Question) -> None:
    """The interpreter thinks and streams, and reads words alone (text.md 8)."""
    if not interprets(question):
        return
    extra = as_object(question.raw.get("extra_body"))
    if not question.streams or extra.get("enable_thinking") is False or question.raw.get("enable_thinking") is False:
        raise refused_upstream(
            "enable_code_interpreter only supports stream mode and thinking mode", param="extra_body"
        )
    if question.media:
        raise refused_upstream("enable_code_interpreter only supports text input", param="messages")


def interprets(question: Question) -> bool:
    extra = as_object(question.raw.get("extra_body"))
    return question.model.startswith("qwen") and extra.get("enable_code_interpreter") is True


async def worked(taken: Taken, original: Question) -> Worked:
    """The answer with what the tools brought; itself where the question leads to none."""
    answer = taken.answer
    if answer.calls or taken.question.last_role != "user" or taken.odd.is_empty:
        return Worked(answer)
    if interprets(taken.question):
        return _interpreted(taken)
    offered = Offered(search=_search(original), code={} if "codeExecution" in _built_in(original) else None)
    if offered == Offered():
        return Worked(answer)
    taken = replace(taken, asked=Asked(taken.question.raw, taken.question, offered))
    done = await Worker(taken).steps()
    return Worked(_reported(taken, done)) if done else Worked(answer)


def _interpreted(taken: Taken) -> Worked:
    """What was printed is told; a plot has no field to come in (text.md 8)."""
    if not coding.is_asked_for(taken.question.text):
        return Worked(taken.answer)
    code = coding.code_for(taken.question.text)
    ran = evaluate.run(code)
    computed = Computed(code, ran.output, ran.error, ran.picture)
    return Worked(replace(taken.answer, text=Report(taken, shows_charts=False).of([computed]).text), computed)


def _reported(taken: Taken, done: list[Step]) -> Answer:
    said = Report(taken).of(done)
    head = "".join(_fenced(step) for step in done if isinstance(step, Computed))
    usage = dict(taken.answer.usage)
    more = count(head + said.text) - count(taken.answer.text)
    usage |= {name: usage[name] + more for name in ("completion_tokens", "total_tokens")}
    cites = taken.question.model.startswith(CITING) and any(isinstance(step, Searched) for step in done)
    annotations = tuple(_annotations(said, len(head))) if cites else ()
    return replace(taken.answer, text=head + said.text, usage=usage, annotations=annotations)


def _fenced(step: Computed) -> str:
    """As a Gemini channel writes it into the content (text.md 3.7)."""
    told = "\n".join(text for text in (step.output.rstrip("\n"), step.error) if text)
    return f"```python\n{step.code}\n```\n\n```output\n{told}\n```\n\n"


def _annotations(said: Said, before: int) -> list[dict[str, Any]]:
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": before + one.start,
                "end_index": before + one.end,
                "url": one.page.link,
                "title": one.page.title,
            },
        }
        for one in said.cited
    ]


def _search(question: Question) -> dict[str, Any] | None:
    raw, model = question.raw, question.model
    switches = (
        (raw.get("web_search_options") is not None, ("claude", "gpt-")),
        (raw.get("enable_search") is True, ("qwen", "qwq")),
        (as_object(raw.get("web_search")).get("enable") is True, ("ernie",)),
        (as_object(raw.get("search_parameters")).get("mode") in {"auto", "on"}, ("grok",)),
        ("googleSearch" in _built_in(question), ("gemini",)),
    )
    return {} if any(is_on and model.lower().startswith(makers) for is_on, makers in switches) else None


def _built_in(question: Question) -> set[str]:
    if not question.model.startswith("gemini"):
        return set()
    return {_name(tool) for tool in question.raw.get("tools") or ()} & BUILT_IN


def _name(tool: Any) -> str:
    return str(as_object(as_object(tool).get("function")).get("name"))
