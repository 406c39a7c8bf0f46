"""What the last user text asks the sandbox to show: a plain word in it is enough."""

import re
from dataclasses import dataclass

SHOWCASE = re.compile(r"markdown[\s-]*(showcase|demo|展示|示例)", re.IGNORECASE)
LONG = re.compile(r"(?:long (?:answer|reply)|长回答|长回复|长文)\W{0,3}(\d[\d,_]*)?", re.IGNORECASE)
# "What do you think?" is small talk, "think" or "think hard" is a wish.
THINK = re.compile(r"(?<!you )(?<!i )(?<!we )(?<!they )\bthink\b|(?:请|先|深度|认真|仔细)思考", re.IGNORECASE)
TOOL = re.compile(r"\b(?:tool|function) calls?\b|(?:工具|函数)调用|调用(?:工具|函数)", re.IGNORECASE)
USUAL_LENGTH = 5_000
LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Wishes:
    showcase: bool = False
    long_answer: int = 0  # characters
    think: bool = False
    tool_call: bool = False


def read(text: str) -> Wishes:
    long_answer = LONG.search(text)
    return Wishes(
        showcase=bool(SHOWCASE.search(text)),
        long_answer=_length(long_answer[1]) if long_answer else 0,
        think=bool(THINK.search(text)),
        tool_call=bool(TOOL.search(text)),
    )


def _length(digits: str | None) -> int:
    wanted = int(re.sub(r"\D", "", digits)) if digits else USUAL_LENGTH
    return min(wanted, LONGEST)
