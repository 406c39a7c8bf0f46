"""The answer's text: what was measured or received, in the language of the question, as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chats.gateway.sandbox import findings
from chats.gateway.sandbox.describe import Describer, Rows, escaped
from chats.gateway.sandbox.question import Medium, Question
from chats.gateway.sandbox.tokens import Facts

SHOWCASE = Path(__file__).with_name("showcase.md")
QUOTED = 300
EARLIER = 5
PARAMETERS = ("temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "stop", "reasoning_effort")


@dataclass(frozen=True, slots=True)
class Seen:
    """A medium and what was measured of it."""

    medium: Medium
    facts: Facts


def answer(question: Question, seen: Sequence[Seen], ignored: int = 0) -> str:
    """The first line always says that this is the sandbox."""
    describer = Describer(question.is_chinese)
    if question.tool_result:
        blocks = [describer.words["echoed"], *findings.blocks(question, describer)]
    elif seen:
        blocks = [describer.words["measured"], *_measured(describer, question, seen)]
    else:
        blocks = [describer.words["echoed"], *_echoed(describer, question)]
    if ignored:
        blocks.insert(1, describer.say("ignored", count=ignored))
    return "\n\n".join(blocks)


def showcase(question: Question) -> str:
    return Describer(question.is_chinese).words["echoed"] + "\n\n" + SHOWCASE.read_text("utf-8").strip()


def long_answer(question: Question, length: int) -> str:
    """Exactly `length` characters of numbered sentences, so that a lost or doubled piece shows."""
    text, number = Describer(question.is_chinese).words["echoed"] + "\n\n", 0
    grown, size = [text], len(text)
    while size < length:
        number += 1
        grown.append(_sentence(number, question.is_chinese))
        size += len(grown[-1])
    return "".join(grown)[:length]


def _sentence(number: int, chinese: bool) -> str:
    end = "\n\n" if number % 6 == 0 else ("" if chinese else " ")
    if chinese:
        return f"第 {number} 句：沙箱在数自己的句子，好让人看出有没有丢失。{end}"
    return f"This is sentence {number}, counted so that a lost or doubled piece shows.{end}"


def spoken(text: str) -> str:
    """What is read aloud: the sentences after the first line, without the table and Markdown's marks."""
    blocks = [block for block in text.split("\n\n")[1:] if not block.startswith(("|", "#", "-", "```", ">"))]
    return "\n".join(blocks[:2]).replace("*", "") or text.split("\n", 1)[0]


def _measured(describer: Describer, question: Question, seen: Sequence[Seen]) -> list[str]:
    blocks = []
    for number, one in enumerate(seen, 1):
        sentence, rows = describer.sentence_and_rows(one.facts)
        if len(seen) > 1 or one.medium.turn != question.turn:
            blocks.append(_heading(describer, question, one.medium, number))
        blocks += [sentence, _table(describer, rows)]
    asked = describer.say("asked", text=_quoted(question.text))
    return [*blocks, asked if question.text else describer.words["asked_nothing"]]


def _heading(describer: Describer, question: Question, medium: Medium, number: int) -> str:
    turn = "" if medium.turn == question.turn else describer.say("of_turn", turn=medium.turn)
    return f"### {number}. {describer.words[medium.kind]}{turn}"


def _table(describer: Describer, rows: Rows) -> str:
    lines = [describer.words["row_head"], "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    return "\n".join(lines)


def _echoed(describer: Describer, question: Question) -> list[str]:
    asked = describer.say("asked", text=_quoted(question.text))
    facts = [
        describer.say("this_turn", turn=question.turn, messages=question.messages, characters=question.characters),
        _earlier(describer, question),
    ]
    if question.system_characters:
        facts.append(describer.say("system", characters=question.system_characters))
    if values := _parameters(question):
        facts.append(describer.say("settings", values=values))
    return [asked, "\n".join(facts), describer.words["hint"]]


def _earlier(describer: Describer, question: Question) -> str:
    earlier = question.asked[:-1][-EARLIER:]
    if not earlier:
        return describer.words["nothing_earlier"]
    quotes = (describer.say("quote", text=_quoted(text, 80)) for text in earlier)
    return describer.say("earlier", texts=describer.words["comma"].join(quotes))


def _parameters(question: Question) -> str:
    sent = [(name, question.raw[name]) for name in PARAMETERS if question.raw.get(name) is not None]
    return ", ".join(f"`{name}` {escaped(str(value))}" for name, value in sent)


def _quoted(text: str, limit: int = QUOTED) -> str:
    """On one line, shortened, and with nothing in it that Markdown would read as its own."""
    line = " ".join(text.split())
    return escaped(line if len(line) <= limit else line[:limit] + "…")
