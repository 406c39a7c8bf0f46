"""Where a question leads a model that can search: whether it does, for what, and whether it paints."""

import re

SEARCH = re.compile(
    r"\b(?:search|look up|look for|google|find out|latest|news|current(?:ly)?|sources?|on the web|online|research)\b"
    r"|搜索|搜一下|查一下|查找|查询|检索|最新|新闻|联网|网上|资料|来源|研究",
    re.IGNORECASE,
)
# What comes after it is another step, which often wants the result of what stood before.
THEN = re.compile(
    r"[,;；，。.、]?\s{0,9}(?:(?<!\bthe )(?<!\bif )(?<!\bsince )(?<!\buntil )(?<!\bby )"
    r"\b(?:and then|then|afterwards?|after that)\b(?! else\b)"
    r"|然后|接着|之后再|再(?=[把将用换算画绘写做给])|(?<=[,，;；。、])再(?![生见次三现度]))[,，]?",
    re.IGNORECASE,
)
# What only says that something is to be looked for.
LEAD = re.compile(
    r"^\s*(?:please|can you|could you|and|then|now)?\s*"
    r"(?:(?:search|look)(?: the web| online)?(?: up| for)?|google|find out(?: about)?|research)\s*(?:for|about)?\s+"
    r"|^\s*(?:请|帮我|麻烦)*(?:在?网上|联网)?(?:搜索|搜一下|查一下|查找|查询|检索|研究)(?:一下)?[:： ]*",
    re.IGNORECASE,
)
LONGEST_QUERY = 200


PICTURE = re.compile(
    r"\b(?:draw|paint|sketch|illustrate|(?:picture|image|photo|drawing|painting) of)\b|画|绘|生成.{0,6}图|图片",
    re.IGNORECASE,
)


def wants_search(text: str) -> bool:
    return bool(SEARCH.search(text))


def wants_picture(text: str) -> bool:
    return bool(PICTURE.search(text))


def query_of(text: str) -> str:
    """What is to be looked for, on one line; of several steps, what the one that searches looks for."""
    line = " ".join(text.split())
    steps = [step for step in THEN.split(line) if step.strip()]
    line = next(filter(wants_search, steps), steps[0] if steps else line).strip()
    return LEAD.sub("", line).strip(" ?？.。!！")[:LONGEST_QUERY] or line[:LONGEST_QUERY]
