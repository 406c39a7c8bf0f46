"""The built-in web of the sandbox: short pages in English and Chinese, and a search that ranks them by their words."""

import math
import re
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

PAGES = Path(__file__).with_name("corpus.toml")
SITE = "https://sandbox.example"
HAN = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[a-z0-9]+(?:['.-][a-z0-9]+)*")
ENDINGS = ("ing", "ers", "ies", "es", "ed", "er", "s")
# Words that say nothing about what is looked for, and the Han pairs of common questions.
EMPTY_WORDS = (
    "a an and are about at be by can do does find for from give have how i in is it look me much many of on or please "
    "search tell that the their there this to up was web what when where which who why with you your internet online "
    "什么 多少 怎么 怎样 如何 请问 一下 搜索 查询 查找 告诉 哪里 为什 么样 网上 网络 帮我 我查 索一 是多 是什"
)
EMPTY = frozenset(EMPTY_WORDS.split())
MEASURES = re.compile(
    r"\bhow (?:long|many|much|far|fast|old|high|big|large|tall)\b|\bwhen\b|多[少长远快高大久]|几", re.IGNORECASE
)
SATURATION, LENGTH_WEIGHT = 1.2, 0.5  # of BM25
ENOUGH = 0.15  # of the best score; less is about something else
TITLE_WEIGHT = 3
SNIPPET_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Page:
    """`snippet` is the sentence of `text` that fits the query best; `date` reads as search engines show it."""

    title: str
    link: str
    snippet: str
    text: str
    date: str
    age_days: int = 0
    is_chinese: bool = False


def search(
    query: str, n: int = 10, *, chinese: bool | None = None, within_days: int | None = None, skip: int = 0
) -> list[Page]:
    """Best first and never more than match; `chinese` narrows to one language, else the query's comes first."""
    wanted = Counter(words_of(MEASURES.sub(" ", query)))  # "how long" looks for no long thing
    prefers = bool(HAN.search(query)) if chinese is None else chinese
    scored = [(_score(wanted, index), index.page) for index in _indexed()]
    found = [(score * (1.5 if page.is_chinese == prefers else 1), page) for score, page in scored if score > 0]
    found = [row for row in found if chinese is None or row[1].is_chinese == chinese]
    found = [row for row in found if within_days is None or row[1].age_days <= within_days]
    found.sort(key=lambda row: (-row[0], row[1].link))
    found = [row for row in found if row[0] >= ENOUGH * found[0][0]]
    return [replace(page, snippet=snippet(page.text, query)) for _, page in found[skip : skip + n]]


def page_at(link: str) -> Page | None:
    """The page at exactly this address."""
    return next((index.page for index in _indexed() if index.page.link == link.rstrip("/")), None)


def words_of(text: str) -> list[str]:
    """Latin words without their endings, Han characters in pairs; both without the empty ones."""
    lowered = text.lower()
    latin = [_stem(word) for word in LATIN.findall(lowered) if word not in EMPTY]
    pairs = [run[at : at + 2] for run in HAN.findall(lowered) for at in range(max(len(run) - 1, 1))]
    return latin + [pair for pair in pairs if pair not in EMPTY]


def snippet(text: str, query: str) -> str:
    """The sentence that shares most words with the query; one with a figure where that is asked for."""
    wanted, figure = set(words_of(query)), 1.5 if MEASURES.search(query) else 0

    def fit(sentence: str) -> float:
        return len(wanted & set(words_of(sentence))) + figure * bool(re.search(r"\d", sentence))

    sentences = re.split(r"(?<=[.!?])\s+|(?<=[。！？])", text)
    best = max(sentences, key=fit)
    return best if len(best) <= SNIPPET_CHARACTERS else best[:SNIPPET_CHARACTERS].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class _Index:
    page: Page
    counts: Counter[str]
    length: int


def _score(wanted: Counter[str], index: _Index) -> float:
    """BM25."""
    rare, average = _rarity()
    size = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * index.length / average
    hits = ((word, index.counts[word]) for word in wanted if word in index.counts)
    return sum(rare[word] * count * (SATURATION + 1) / (count + SATURATION * size) for word, count in hits)


@cache
def _rarity() -> tuple[dict[str, float], float]:
    """How much a word tells, by how few pages hold it, and the mean length of a page."""
    every = _indexed()
    holding = Counter(word for index in every for word in index.counts)
    rare = {word: math.log(1 + (len(every) - count + 0.5) / (count + 0.5)) for word, count in holding.items()}
    return rare, sum(index.length for index in every) / len(every)


@cache
def _indexed() -> tuple[_Index, ...]:
    blocks = tomllib.loads(PAGES.read_text("utf-8"))["page"]
    return tuple(_index(block, language) for block in blocks for language in ("en", "zh"))


def _index(block: dict[str, Any], language: str) -> _Index:
    title, text = block[language]
    chinese = language == "zh"
    link = f"{SITE}/{language}/{block['slug']}"
    page = Page(title, link, snippet(text, title), text, _date(block["age"], chinese), block["age"], chinese)
    words = words_of(text) + words_of(title) * TITLE_WEIGHT
    return _Index(page, Counter(words), len(words))


def _date(days: int, chinese: bool) -> str:
    number, unit = (days, "day") if days < 30 else (days // 30, "month") if days < 365 else (days // 365, "year")
    if chinese:
        return f"{number} {dict(day='天', month='个月', year='年')[unit]}前" if days else "今天"
    return f"{number} {unit}{'s' if number > 1 else ''} ago" if days else "today"


def _stem(word: str) -> str:
    ending = next((end for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= 3), "")
    return word.removesuffix(ending).rstrip("e") if ending else word.rstrip("e") if len(word) > 4 else word
