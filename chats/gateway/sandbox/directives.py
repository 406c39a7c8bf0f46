"""The grammar of X-Sandbox: which directives there are, what they set, and how their values read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox.errors import ENVELOPES

FOREVER_S = 3600.0
FOREVER = 10**9


def _seconds(word: str) -> float:
    return FOREVER_S if word in {"forever", "ever"} else _positive(float(word.removesuffix("s")))


def _whole(word: str) -> int:
    return _positive(int(word))


def _status(word: str) -> int:
    number = int(word)
    if not 400 <= number <= 599:
        raise ValueError(word)
    return number


def _pace(word: str) -> float:
    return 0.0 if word == "none" else _positive(float(word))


def _positive(number: Any) -> Any:
    if not 0 <= number < 1e9:  # also refuses nan
        raise ValueError(number)
    return number


def _one_of(*allowed: str) -> Callable[[str], str]:
    def chosen(word: str) -> str:
        if word.lower() not in {value.lower() for value in allowed}:
            raise ValueError(word)
        return next(value for value in allowed if value.lower() == word.lower())

    return chosen


def _finish(word: str) -> str:
    return "" if word == "blank" else word


def _times(word: str) -> int:
    return FOREVER if word in {"forever", "ever", "always"} else _whole(word)


def _poll_status(word: str) -> str:
    return word if word in {"timeout", "html", "cut"} else str(_status(word))


def _sentence(word: str) -> str:
    return word.replace("_", " ")


Convert = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a directive sets by being named, by a bare value (key "") and by keyed values."""

    named: dict[str, Any]
    values: dict[str, tuple[str, Convert]]


def _rule(named: dict[str, Any] | None = None, **values: tuple[str, Convert]) -> Rule:
    return Rule(named or {}, {"" if key == "bare" else key: value for key, value in values.items()})


_FORM = ("error_form", _one_of("bare", "data"))
THINK_SHAPES = ("reasoning_content", "reasoning", "details", "tag", "signature", "hidden", "off")
IMAGE_FORMS = ("list", "bare", "markdown", "data", "images", "pieces")
TOOL_SHAPES = ("pieces", "whole", "no_type", "empty_name")

RULES = {
    "tokens_per_s": _rule(bare=("tokens_per_s", _pace)),
    "pace": _rule(bare=("tokens_per_s", _pace)),
    "delay": _rule({"delay_s": 2.0}, bare=("delay_s", _seconds)),
    "first_token": _rule({"first_token_s": 3.0}, bare=("first_token_s", _seconds)),
    "stall": Rule(
        {"stall_after": 10},
        {"": ("stall_after", _whole), "after": ("stall_after", _whole), "for": ("stall_s", _seconds)},
    ),
    "cut": _rule({"cut_after": 10}, bare=("cut_after", _whole), after=("cut_after", _whole)),
    "split": _rule({"split_bytes": 1}, bare=("split_bytes", _whole)),
    "repeat": _rule({"repeat": 2}, bare=("repeat", _whole)),
    "status": _rule(bare=("status", _status), code=("code", str)),
    "envelope": _rule(bare=("envelope", _one_of(*sorted(ENVELOPES)))),
    "code": _rule(bare=("code", str)),
    "error_in_stream": _rule(
        {"error_after": 0}, bare=("error_after", _whole), after=("error_after", _whole), form=_FORM
    ),
    "form": _rule(bare=_FORM),
    "times": _rule({"times": 1}, bare=("times", _whole)),
    "empty": _rule({"is_empty": True}),
    "big_event": _rule({"big_event_bytes": 10 * 1024 * 1024}, bare=("big_event_bytes", _whole)),
    "crlf": _rule({"has_crlf": True}),
    "no_done": _rule({"has_done": False}),
    "no_newline": _rule({"has_last_newline": False}),
    "no_finish": _rule({"has_finish": False}),
    "ping": _rule({"ping_s": 10.0}, bare=("ping_s", _seconds)),
    "lone_surrogate": _rule({"has_lone_surrogate": True}),
    "missing_index": _rule({"has_index": False}),
    "finish": _rule(bare=("finish", _finish)),
    "usage": _rule(bare=("usage", _one_of("none", "zero_first", "no_details"))),
    "think": _rule({"think": "on"}, bare=("think", _one_of("on", *THINK_SHAPES))),
    "tool": _rule({"tool": "pieces"}, bare=("tool", _one_of(*TOOL_SHAPES))),
    "calls": _rule({"calls": 2}, bare=("calls", _whole)),
    "rounds": _rule({"rounds": 2}, bare=("rounds", _whole)),
    "sse": _rule({"forces_sse": True}),
    "ignore_media": _rule({"ignores_media": True}),
    "block": _rule({"block": "SAFETY"}, bare=("block", str)),
    "redacted": _rule({"is_redacted": True}),
    "tool_error": _rule({"tool_error": "unavailable"}, bare=("tool_error", str)),
    "pause": _rule({"pauses": 1}, bare=("pauses", _whole)),
} | {  # of generations
    "takes": _rule(bare=("takes_s", _seconds)),
    "generation": _rule(bare=("generation", _one_of("G1", "G2"))),
    "record": _rule({"envelope_of_poll": "record"}, bare=("envelope_of_poll", _one_of("record", "mixed", "simple"))),
    "shape": _rule(bare=("shape", _one_of("A", "B", "C", "D"))),
    "id_length": _rule({"id_length": 500}, bare=("id_length", _whole)),
    "accept": _rule({"accepts_first": True}),
    "slow_submit": _rule({"slow_submit_s": 5.0}, bare=("slow_submit_s", _seconds)),
    "lose_submit": _rule({"loses_submit": True}),
    "poll_fails": _rule({"poll_fails": 3}, bare=("poll_fails", _times), status=("poll_status", _poll_status)),
    "poll_null": _rule({"poll_nulls": 2}, bare=("poll_nulls", _times)),
    "slow_success": _rule({"slow_success_s": 60.0}, bare=("slow_success_s", _seconds)),
    "fail": Rule(
        {"fails": True},
        {
            "": ("failure", _sentence),
            "in": ("failure_in", _one_of("url", "error", "nothing")),
        },
    ),
    "stuck": _rule({"is_stuck": True}),
    "no_result": _rule({"has_result": False}),
    "gone": _rule({"gone_after": 0}, bare=("gone_after", _whole), after=("gone_after", _whole)),
    "dead_link": _rule({"dead_links": FOREVER}, bare=("dead_links", _times), status=("dead_status", _status)),
    "link_life": _rule(bare=("link_life_s", _seconds)),
    "slow_link": _rule({"slow_link_s": 5.0}, bare=("slow_link_s", _seconds)),
    "cut_link": _rule({"cut_links": 1}, bare=("cut_links", _times)),
    "big_file": _rule({"big_file_bytes": 300 * 1024 * 1024}, bare=("big_file_bytes", _whole)),
    "wrong_bytes": _rule({"wrong_bytes": "html"}, bare=("wrong_bytes", _one_of("html", "text", "nothing"))),
    "content": _rule({"content": "usual"}, bare=("content", _one_of("usual", "json", "bytes", "none"))),
    "item_error": _rule({"item_errors": 1}, bare=("item_errors", _whole)),
    "url": _rule({"url_form": "base64"}, bare=("url_form", _one_of("base64", "data"))),
    "image_form": _rule(bare=("image_form", _one_of(*IMAGE_FORMS))),
    "no_image": _rule({"has_image": False}),
    "partials": _rule(bare=("partials", _whole)),
    "panorama": _rule({"has_panorama": True}),
    "channel": _rule(bare=("channel", _one_of("ppio", "fal_sync"))),
    "same": _rule({"is_same": True}),
    "tiny": _rule({"is_tiny": True}),
    "full_size": _rule({"is_full": True}),
}
