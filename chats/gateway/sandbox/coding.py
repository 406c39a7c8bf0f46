"""The program that a question asks for: the one it holds, its sum, its plot, or a count of its own words."""

import ast
import itertools
import re
from collections.abc import Callable

from chats.gateway.sandbox import curves, leading

FENCED = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)```", re.DOTALL | re.IGNORECASE)
PLOT = re.compile(r"\b(?:plot|graph|chart|draw|diagram|curve)\b|画|绘|图表|曲线|图像", re.IGNORECASE)
NUMBER = r"-?\d+(?:\.\d+)?"
NUMBERS = re.compile(rf"{NUMBER}(?:\s*[,，、;]\s*(?:and\s+)?{NUMBER})+")
ROW = 3  # so many numbers are more than the ends of a range
LONGEST = 20_000
MOST_PARTS = 20
# What tells of a plot on a route that has no way for its picture.
SUMMARY = "print(f'{{len({0})}} points, minimum {{min({0}):.4g}}, maximum {{max({0}):.4g}}')"
# Words for signs, longest first.
SIGNS = (
    (r"\s*(?:(?:raised )?to the power(?: of)?|的\s*(?=\d+\s*次[方幂]))\s*", "**"),
    (r"次[方幂]", ""),
    (r"\s*(?:multiplied by|times|乘以|乘)\s*|[×·]", "*"),
    (r"\s*(?:divided by|除以)\s*|÷", "/"),
    (r"\s*(?:plus|加上|加)\s*", "+"),
    (r"\s*(?:minus|减去|减)\s*|[−–]", "-"),
    (r"\s*(?:squared|的平方)", "**2"),
    (r"\s*(?:cubed|的立方)", "**3"),
    (r"\^", "**"),
    (r"²", "**2"),
    (r"³", "**3"),
    (r"(?<=\d),(?=\d{3}\b)", ""),
)
SUM = re.compile(r"[\d(][\d\s().+\-*/%]*[+\-*/%][\d\s().+\-*/%]*[\d)]")
KNOWN: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"primes? (?:numbers? )?(?:below|under|up to|less than) (\d+)|(\d+)\s*以内的?(?:质数|素数)", re.IGNORECASE
        ),
        "primes = [n for n in range(2, {0}) if all(n % d for d in range(2, int(n ** 0.5) + 1))]\n"
        "print(len(primes), 'primes:', primes)",
    ),
    (
        re.compile(r"factorial of (\d+)|(\d+)\s*的?阶乘|\b(\d+)!(?!=)", re.IGNORECASE),
        "import math\nprint(math.factorial({0}))",
    ),
    (
        re.compile(r"(?:square root|sqrt) ?(?:of|\()? ?(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*的?平方根", re.IGNORECASE),
        "import math\nprint(math.sqrt({0}))",
    ),
    (
        re.compile(
            r"(\d+) fibonacci|fibonacci\D{0,30}?(\d+)|斐波那契\D{0,12}?(\d+)|(\d+)\s*[个项]\s*斐波那契", re.IGNORECASE
        ),
        "a, b, row = 0, 1, []\nfor _ in range({0}):\n    row.append(a)\n    a, b = b, a + b\nprint(row)",
    ),
)


def code_for(text: str) -> str:
    """Always a program that Python can read, and mostly one that evaluate.run can work on."""
    return _program(text) or _counted(text)


def is_asked_for(text: str) -> bool:
    """Whether the text holds something to compute."""
    return bool(_held(text) or _program(text))


def _program(text: str) -> str:
    line = _spaced(text)
    made = itertools.chain([_held(text)], (way(line) for way in WAYS))
    return next((code for code in made if code and _is_readable(code)), "")


def _spaced(text: str) -> str:
    """On one line: long runs of spaces would take the patterns long."""
    return " ".join(text.split())


def _is_readable(code: str) -> bool:
    """A program that is too long to be run is not read either."""
    if len(code) > LONGEST:
        return True
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def sum_in(text: str) -> str:
    """The arithmetic in a text as Python writes it, or ""."""
    text = _spaced(text)
    for pattern, sign in SIGNS:
        text = re.sub(pattern, sign, text, flags=re.IGNORECASE)
    found = [match[0].strip() for match in SUM.finditer(text)]
    found = [one for one in found if not DATE.fullmatch(one) and _is_balanced(one)]
    return max(found, key=len, default="")


DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d+(?:-\d+)+|\d{1,4}/\d{1,2}/\d{1,4}")


def _is_balanced(text: str) -> bool:
    return text.count("(") == text.count(")")


def _held(text: str) -> str:
    found = FENCED.search(text)
    return found[1].strip() if found else ""


def _known(text: str) -> str:
    for pattern, code in KNOWN:
        if found := pattern.search(text):
            return code.format(next(group for group in found.groups() if group))
    return ""


def _plotted(text: str) -> str:
    """Of what "then" separates, the part that speaks of a plot."""
    if not PLOT.search(text):
        return ""
    parts = [part for part in leading.THEN.split(text) if PLOT.search(part)]
    return next((code for part in (*parts[:MOST_PARTS], text) if (code := _drawn(part))), "")


def _drawn(text: str) -> str:
    """Two numbers beside a curve are no row of their own."""
    curve, found = curves.curve_in(text, SIGNS), NUMBERS.search(text)
    row = re.findall(NUMBER, found[0]) if found else []
    if curve and (curve.names_x or len(row) < ROW):
        return (
            "import numpy as np\nimport matplotlib.pyplot as plt\n\n"
            f"x = np.linspace({curve.start}, {curve.stop}, 200)\ny = {curve.written}\nplt.plot(x, y)\n"
            f"plt.title('y = {curve.title}')\nplt.xlabel('x')\nplt.show()\n" + SUMMARY.format("y")
        )
    if not row:
        return ""
    drawn = "plt.bar(range(1, len(values) + 1), values)\nplt.show()\n" + SUMMARY.format("values")
    return f"import matplotlib.pyplot as plt\n\nvalues = [{', '.join(row)}]\n{drawn}"


def _listed(text: str) -> str:
    found = NUMBERS.search(text)
    if not found:
        return ""
    row = ", ".join(re.findall(NUMBER, found[0]))
    return (
        f"import statistics\n\nvalues = [{row}]\nprint('sum', sum(values))\nprint('mean', statistics.mean(values))\n"
        "print('median', statistics.median(values))\nprint('least', min(values), 'most', max(values))"
    )


def _summed(text: str) -> str:
    found = sum_in(text)
    return f"print({found})" if found else ""


def _counted(text: str) -> str:
    """Honest work all the same, on what was sent."""
    return f"text = {text[:2000]!r}\nprint(len(text), 'characters,', len(text.split()), 'words')"


WAYS: tuple[Callable[[str], str], ...] = (_plotted, _known, _summed, _listed)
