"""What can be asked to go wrong: reads `X-Sandbox` and `[sandbox: …]` into one value (table in docs/sandbox.md)."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from chats.gateway.sandbox.directives import FOREVER_S, RULES, Rule
from chats.gateway.sandbox.errors import Fault, Refusal, usual

FILLERS = frozenset({"deltas", "delta", "s", "second", "seconds", "bytes", "and", "then", "please"})
IN_TEXT = re.compile(r"[\[【]\s*sandbox\s*[:：](?P<directives>[^\]】]*)[\]】]", re.IGNORECASE)
# An envelope asked for without a status comes with the one it is usually seen with (errors.md 1).
USUAL_STATUS = {"A": 500, "B": 529, "C": 401, "G": 200, "H": 200, "J": 429, "K": 502}


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """The default value is a gateway on a good day. `*_after` counts deltas already sent."""

    tokens_per_s: float | None = None
    delay_s: float = 0
    first_token_s: float = 0
    stall_after: int | None = None
    stall_s: float = FOREVER_S
    cut_after: int | None = None
    split_bytes: int = 0
    repeat: int = 1
    status: int | None = None
    envelope: str = ""
    code: str | None = None
    error_after: int | None = None
    error_form: str = "bare"
    times: int | None = None
    is_empty: bool = False
    big_event_bytes: int = 0
    has_crlf: bool = False
    has_done: bool = True
    has_last_newline: bool = True
    ping_s: float | None = None
    has_lone_surrogate: bool = False
    has_index: bool = True
    has_finish: bool = True
    finish: str | None = None
    usage: str = ""
    think: str = ""
    tool: str = ""
    calls: int = 0
    rounds: int = 0
    forces_sse: bool = False
    ignores_media: bool = False
    block: str = ""
    is_redacted: bool = False
    pauses: int = 0
    tool_error: str = ""
    # of generations
    takes_s: float | None = None
    generation: str = ""
    envelope_of_poll: str = ""
    shape: str = ""
    id_length: int = 0
    accepts_first: bool = False
    slow_submit_s: float = 0
    loses_submit: bool = False
    poll_fails: int = 0
    poll_status: str = "500"
    poll_nulls: int = 0
    slow_success_s: float = 0
    fails: bool = False
    failure: str = ""
    failure_in: str = ""
    is_stuck: bool = False
    has_result: bool = True
    gone_after: int | None = None
    dead_links: int = 0
    dead_status: int = 404
    link_life_s: float | None = None
    slow_link_s: float = 0
    cut_links: int = 0
    big_file_bytes: int = 0
    wrong_bytes: str = ""
    content: str = ""
    item_errors: int = 0
    url_form: str = ""
    image_form: str = ""
    has_image: bool = True
    partials: int | None = None
    has_panorama: bool = False
    channel: str = ""
    is_same: bool = False
    is_tiny: bool = False
    is_full: bool = False

    @property
    def has_fault(self) -> bool:
        """Whether the request is answered with an error at once; one inside the stream is told apart by its place."""
        said = self.status is not None or bool(self.envelope) or self.code is not None
        return said and self.error_after is None

    def fault(self, model: str = "") -> Fault:
        status = self.status or USUAL_STATUS.get(self.envelope, 400 if self.error_after is None else 500)
        return usual(status, self.envelope, self.code, model)


def read(text: str, start: Misbehaviour | None = None) -> Misbehaviour:
    """Directives of a header or of one `[sandbox: …]`, laid over `start`; refuses what it does not know."""
    found: dict[str, Any] = {}
    for segment in re.split(r"[;,；，\n]", text):
        found |= _read_segment(segment)
    return replace(start or Misbehaviour(), **found)


@lru_cache(maxsize=4096)
def remembered(text: str) -> Misbehaviour:
    """What a task was asked to do wrong, read once for all its polls."""
    return read(text)


def still_due(odd: Misbehaviour, attempt: int) -> Misbehaviour:
    """`times:N` lets the N+1st attempt with the same body succeed, at the same pace."""
    if odd.times is None or attempt <= odd.times:
        return odd
    calm = Misbehaviour(tokens_per_s=odd.tokens_per_s, takes_s=odd.takes_s, generation=odd.generation)
    return replace(calm, is_tiny=odd.is_tiny, is_same=odd.is_same)


def of_work(marks: str, attempt: int) -> tuple[Misbehaviour, str]:
    """For one paid call: what is due now, and what its polls and downloads must remember."""
    asked = read(marks)
    odd = still_due(asked, attempt)
    return odd, marks if odd is asked else ""


def split_text(text: str) -> tuple[str, str]:
    """The text without its `[sandbox: …]` marks, and what stood in them."""
    directives = ";".join(match["directives"] for match in IN_TEXT.finditer(text))
    return IN_TEXT.sub("", text).strip(), directives


def _read_segment(segment: str) -> dict[str, Any]:
    words = [word for word in re.split(r"[\s=:：]+", segment) if word and word.lower() not in FILLERS]
    found: dict[str, Any] = {}
    rule, name, at = None, "", 0
    while at < len(words):
        named, length = _name_at(words, at)
        if named and not (rule and words[at].lower() in rule.values):
            rule, name = RULES[named], named
            found |= rule.named
            at += length
            continue
        if rule is None:
            raise _unknown(re.split(r"[=:：\s]", segment.strip())[0])
        at, field, value = _value_at(words, at, name, rule)
        found[field] = value
    return found


def _name_at(words: list[str], at: int) -> tuple[str, int]:
    """The longest name that begins here: "error in stream", "error-in-stream" and "error_in_stream" are one."""
    for length in (3, 2, 1):
        name = "_".join(words[at : at + length]).lower().replace("-", "_")
        if name in RULES and at + length <= len(words):
            return name, length
    return "", 0


def _value_at(words: list[str], at: int, name: str, rule: Rule) -> tuple[int, str, Any]:
    key = words[at].lower() if words[at].lower() in rule.values else ""
    at += bool(key)
    if key not in rule.values or at >= len(words):
        raise _unknown(words[min(at, len(words) - 1)], f"in {name!r}")
    field, convert = rule.values[key]
    try:
        return at + 1, field, convert(words[at].replace("-", "_"))
    except ValueError:
        raise _unknown(words[at], f"as a value of {name!r}") from None


def _unknown(word: str, where: str = "") -> Refusal:
    known = ", ".join(sorted(RULES))
    message = f"sandbox: unknown directive {word!r} {where}".strip() + f"; known are {known}"
    return Refusal(Fault(400, "A", "unknown_directive", message, "invalid_request_error", "X-Sandbox"))
