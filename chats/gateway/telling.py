"""Tool calls in words, for a model that cannot be given them as such: another vendor's steps, calls without a form."""

from typing import Any

from . import nesting
from .values import Part

LIMIT = 4_000
_ARGUMENTS_LIMIT, _CALL_LIMIT = 2_000, 3_800
_SEALED = "----MOONSHOT ENCRYPTED BEGIN----"
_VERBS = {
    "code_interpreter": "ran code",
    "web_search": "searched the web",
    "open_page": "opened a page",
    "url_context": "read pages",
    "image_generation": "drew a picture",
    "text_editor": "edited a file",
}
_SAID_BY = ("code", "queries", "query", "urls", "url", "prompt")  # the argument that says it all, where there is one


def told(part: Part) -> str:
    """A tool_call that a vendor ran itself, with what came of it: `[ran code: …\\n→ output]`."""
    verb = _VERBS.get(part.name) or f"used {part.name[:100] or 'a tool'}"
    asked = _shortened(_asked(part.arguments), _ARGUMENTS_LIMIT)
    return _with_result(f"{verb}: {asked}" if asked else verb, part.text)


def told_call(part: Part) -> str:
    """A tool_call of ours: `[called name(arguments)]`."""
    return f"[called {part.name[:100]}({_shortened(part.arguments, _CALL_LIMIT)})]"


def told_result(part: Part) -> str:
    return _with_result(f"{part.name[:100] or 'the tool'} {'failed' if part.is_error else 'answered'}", part.text)


def legible(text: str, vendor: str) -> str:
    """A tool's result for a model of `vendor`: what Kimi's tools encrypt is for Kimi alone (text.md 7)."""
    return "(encrypted for another model)" if text.startswith(_SEALED) and vendor != "moonshot" else text


def _with_result(said: str, result: str) -> str:
    room = LIMIT - len(said) - len("[\n→ ]")
    return f"[{said}\n→ {_shortened(result, room)}]" if result else f"[{said}]"


def _asked(arguments: str) -> str:
    try:
        known = nesting.parsed(arguments or "{}")
    except ValueError:
        return arguments
    if not isinstance(known, dict):
        return arguments
    said: Any = next((known[name] for name in _SAID_BY if known.get(name)), None)
    if isinstance(said, list):
        return ", ".join(map(str, said))
    return str(said) if said else (arguments if known else "")


def _shortened(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"
