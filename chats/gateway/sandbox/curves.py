"""The curve that a text names, "y = 2x + 1" or "the sine of x from 0 to 6", and where it is to be drawn."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LONGEST = 2_000
DEEPEST = 20
NAMES = "sin cos tan sinh cosh tanh arcsin arccos arctan exp log log2 log10 sqrt abs floor ceil"
OTHER_NAMES = {"ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}
FUNCTIONS = {name: name for name in NAMES.split()} | OTHER_NAMES
ALWAYS = frozenset({"sin", "cos"})  # curves of their own; "tan", "log" and so on are also other words
NAMED = "|".join(sorted(FUNCTIONS, key=len, reverse=True))
# Words for functions and signs, those before others that hold them.
WORDS = (
    (r"\b[xyz][- ]?(?:ax[ei]s|labels?|values?|rays?|coordinates?|ticks?)\b|[xyz]\s*(?:轴|射线|坐标)", ";"),
    (r"(\([^()]{1,80}\)|\d{0,9}x)\s*的\s*(反?正弦|反?余弦|反?正切|平方根|对数|绝对值)", r"\2 (\1)"),
    (r"反正弦", " arcsin "),
    (r"反余弦", " arccos "),
    (r"反正切", " arctan "),
    (r"\bsine\b|正弦", " sin "),
    (r"\bcosine\b|余弦", " cos "),
    (r"\btangent\b|正切", " tan "),
    (r"\b(?:natural )?log(?:arithm)?\b|自然对数|对数", " log "),
    (r"\bsquare root\b|平方根|根号|√", " sqrt "),
    (r"\babsolute value\b|绝对值", " abs "),
    (r"\bexponential\b|指数(?=函数|曲线)", " exp "),
    (r"\|([^|\n]{1,80})\|", r" abs(\1)"),
    (rf"\b({NAMED})\s+(?:(?:curve|wave|function)\s+)?of\s+(?:the\s+)?", r"\1 "),
    (r"π", "pi"),
    (r"≤|⩽", "<="),
    (r"负\s*(?=\d|pi)", "-"),
    (r"\b(from|to|and|between)\s+(?:negative|minus)\s+", r"\1 -"),
)
END = r"([-+]?\s?(?:\d{1,9}(?:\.\d{1,9})?\s*\*?\s*(?:pi(?![a-z]))?|pi(?![a-z]))(?:\s*/\s*\d{1,4})?)"
START, STOP = r"(?<![a-z0-9_*.)/])" + END, END + r"(?![a-z0-9])"
RANGES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:\b(?:from|between)\s*|从\s*)?{START}\s*(?:to|until|through|到|至|~|～|\.\.+)\s*(?:x\s*=\s*)?{STOP}",
        rf"\bbetween\s*{START}\s*and\s*{STOP}",
        rf"{START}\s*(?:和|与|、)\s*{STOP}\s*之间",
        rf"[\[(]\s*{START}\s*[,，]\s*{STOP}\s*[\])]",
        rf"{START}\s*<=?\s*x\s*<=?\s*{STOP}",
    )
)
WORD = re.compile(r"\s*(\d+(?:\.\d+)?|\*\*|[a-z_][a-z0-9_]*|\S)")
SHAPE = re.compile(r"\s*(?:curve|wave|function|graph|plot|的?(?:曲线|函数|波|图))")
NAMES_X = re.compile(r"(?:\b(?:plot|graph|draw|curve|line|function)|[画绘]出?|函数)\s*$")
# What has no value at 0 or left of it, and what has none left of it.
ABOVE_ZERO = re.compile(r"np\.log\w*\([^()+-]*\)")
FROM_ZERO = re.compile(r"np\.sqrt\([^()+-]*\)|[x)]\*\*\(?(?:x|\d*\.\d|\d+ / )")
WITHOUT_ZERO = re.compile(r"/ x\b|\bx\*\*-")


@dataclass(frozen=True, slots=True)
class Curve:
    """`written` and the ends as Python with numpy writes them; `names_x`: the text itself has an x."""

    written: str
    start: str
    stop: str
    names_x: bool

    @property
    def title(self) -> str:
        return self.written.replace("np.", "").replace("**", "^")


@dataclass(frozen=True, slots=True)
class Found:
    """An expression, where it stands, and how many words and signs it has."""

    written: str
    place: int
    size: int
    is_named: bool
    names_x: bool


def curve_in(text: str, signs: tuple[tuple[str, str], ...] = ()) -> Curve | None:
    """`signs` are words for signs. What follows "=" comes before all else, then what is longest."""
    text = " ".join(text[:LONGEST].lower().split())
    for pattern, sign in (*WORDS, *signs):
        text = re.sub(pattern, sign, text, flags=re.IGNORECASE)
    ranges = sorted((match for pattern in RANGES for match in pattern.finditer(text)), key=lambda match: match.start())
    for match in ranges:
        text = text[: match.start()] + ";" * len(match[0]) + text[match.end() :]
    best = max(_expressions(text), key=lambda one: (one.is_named, one.names_x, one.size), default=None)
    if best is None:
        return None
    after = [match for match in ranges if match.start() >= best.place]
    chosen = after[0] if after else ranges[-1] if ranges else None
    return Curve(best.written, *_ends(best.written, chosen), best.names_x)


def _ends(written: str, chosen: re.Match[str] | None) -> tuple[str, str]:
    needs_positive = bool(ABOVE_ZERO.search(written))
    usual = ("0.1", "10") if re.search("log|sqrt", written) or FROM_ZERO.search(written) else ("-10", "10")
    usual = ("-1", "1") if re.search("arcsin|arccos", written) else usual
    if chosen is None:
        return usual
    (low, start), (high, stop) = sorted(map(_end, chosen.groups()))
    if (needs_positive and low <= 0) or (low == 0 and WITHOUT_ZERO.search(written)):
        low, start = 0.1, "0.1"
    elif low < 0 and FROM_ZERO.search(written):
        low, start = 0.0, "0"
    return (start, stop) if low < high else usual


def _end(text: str) -> tuple[float, str]:
    """ "2pi/3" is 2 * np.pi / 3."""
    plain = re.sub(r"[\s*+]", "", text)
    sign = "-" if plain.startswith("-") else ""
    above, _, below = plain.lstrip("-").partition("/")
    number = above.removesuffix("pi")
    factors = ([_plain(number)] if number else []) + (["np.pi"] if above.endswith("pi") else [])
    divisor = int(below or 1) or 1
    value = float(number or 1) * (math.pi if above.endswith("pi") else 1) / divisor
    return -value if sign else value, sign + " * ".join(factors) + (f" / {divisor}" if divisor > 1 else "")


def _plain(number: str) -> str:
    """Python knows no 007."""
    return number.lstrip("0") if number.lstrip("0")[:1].isdigit() else "0" + number.lstrip("0")


def _expressions(text: str) -> Iterator[Found]:
    """All that have an x, or a function that is a curve without one."""
    words = [(match[1], match.start(1), match.end(1)) for match in WORD.finditer(text)]
    at = 0
    while at < len(words):
        reader = Reader(text, words, at)
        written = reader.sum()
        if not written:
            at += 1
            continue
        begins = words[at][1]
        before = text[:begins].rstrip()
        is_named = before.endswith("=")
        is_times = reader.word[:1].isdigit()  # 5 x 7
        is_bare = written.strip("()") == "x" and not (is_named or NAMES_X.search(before))
        if re.search(r"\bx\b", written) and not is_times and not is_bare:
            names_x = any(word == "x" for word, *_ in words[at : reader.at])
            yield Found(written, begins, reader.at - at, is_named, names_x)
        at = reader.at


class Reader:
    """Reads as much as is an expression; what it returns is "" where there is none, and then it has not moved."""

    def __init__(self, text: str, words: list[tuple[str, int, int]], at: int) -> None:
        self._text, self._words, self.at = text, words, at
        self._depth = 0

    @property
    def word(self) -> str:
        return self._words[self.at][0] if self.at < len(self._words) else ""

    @property
    def _next(self) -> str:
        return self._words[self.at + 1][0] if self.at + 1 < len(self._words) else ""

    def sum(self) -> str:
        written = self._product()
        while written and self.word in {"+", "-"}:
            sign = self.word
            if not (right := self._after(self._product)):
                break
            written += f" {sign} {right}"
        return written

    def _product(self) -> str:
        written = self._factor()
        while written:
            if self.word in {"*", "/"}:
                sign = self.word
                right = self._after(self._factor)
            else:  # "2x" and "x sin(x)", but never a number behind something else
                sign, right = "*", "" if self.word[:1].isdigit() else self._power()
            if not right:
                break
            written += f" {sign} {right}"
        return written

    def _factor(self) -> str:
        if self.word != "-":
            return self._power()
        inner = self._after(self._factor)
        return f"-{inner}" if inner else ""

    def _power(self) -> str:
        base = self._atom()
        if base and self.word == "**" and (exponent := self._after(self._factor)):
            return f"{base}**{exponent}"
        return base

    def _atom(self) -> str:
        word = self.word
        if word == "(":
            return self._bracketed()
        if word in FUNCTIONS:
            return self._function()
        if word == "e" and self._next != "**":
            return ""
        return self._single()

    def _single(self) -> str:
        word = self.word
        if word[:1].isdigit():
            word = _plain(word)
        elif word in {"pi", "e"}:
            word = f"np.{word}"
        elif word != "x":
            return ""
        self.at += 1
        return word

    def _bracketed(self) -> str:
        began = self.at
        inner = self._after(self.sum) if self.word == "(" else ""
        if inner and self.word == ")":
            self.at += 1
            return f"({inner})"
        self.at = began
        return ""

    def _function(self) -> str:
        """ "sin(x)", "sin x", "sin^2 x"; "sine curve" is sin(x)."""
        began, name = self.at, FUNCTIONS[self.word]
        end = self._words[self.at][2]
        self.at += 1
        power = ""
        if self.word == "**" and (exponent := self._after(self._single)):
            power = f"**{exponent}"
        inner = self._bracketed() or self._bare()
        if not inner and name not in ALWAYS and not SHAPE.match(self._text, end):
            self.at = began
            return ""
        return f"np.{name}{inner or '(x)'}{power}"

    def _bare(self) -> str:
        """What stands behind a function without brackets: a number, then x or pi, with their powers."""
        written = ""
        while self.word in {"x", "pi"} or (not written and self.word[:1].isdigit()):
            one = self._single()
            if self.word == "**" and (exponent := self._after(self._single)):
                one += f"**{exponent}"
            written += f" * {one}" if written else one
        return f"({written})" if written else ""

    def _after(self, read: Callable[[], str]) -> str:
        """What is read behind this word; stays where it is when there is nothing."""
        if self._depth >= DEEPEST:
            return ""
        began = self.at
        self.at, self._depth = self.at + 1, self._depth + 1
        found = read()
        self._depth -= 1
        if not found:
            self.at = began
        return found
