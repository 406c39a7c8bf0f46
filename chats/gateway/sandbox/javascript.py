"""Simple JavaScript rewritten as the Python that evaluate.py runs: sums, variables, console.log, Math."""

import re

REWRITTEN = (
    (r"//.*", ""),
    (r"\bconsole\.log\b", "print"),
    (r"\b(?:const|let|var)\s+", ""),
    (r"===", "=="),
    (r"!==", "!="),
    (r"&&", " and "),
    (r"\|\|", " or "),
    (r"\bMath\.PI\b", "math.pi"),
    (r"\bMath\.(abs|max|min|round|pow)\b", r"\1"),
    (r"\bMath\.(\w+)", r"math.\1"),
    (r"\btrue\b", "True"),
    (r"\bfalse\b", "False"),
    (r"\b(?:null|undefined)\b", "None"),
    (r"(\w+)\.length\b", r"len(\1)"),
    (r"\.push\(", ".append("),
    (r"\.toUpperCase\(", ".upper("),
    (r"\.toLowerCase\(", ".lower("),
)


def as_python(code: str) -> str:
    """What it does not know stays as it is and fails as a syntax error, which is then the result."""
    for pattern, replacement in REWRITTEN:
        code = re.sub(pattern, replacement, code)
    code = re.sub(r"`([^`]*)`", lambda found: "f" + repr(found[1].replace("${", "{")), code)
    statements = (part.strip() for part in re.split(r"[;\n]", code))
    return "\n".join(["import math", *(part for part in statements if part)])
