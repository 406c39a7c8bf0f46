"""How much of a film a model looks at, as a person set it; for the wire formats that can say so."""

from collections.abc import Iterator
from dataclasses import replace

from .values import Part, Prompt, Turn


def watched(prompt: Prompt) -> tuple[Turn, ...]:
    """Its turns: every film with the frames a second that were asked for, the newest question's from here to there."""
    fps, start_s, end_s = (prompt.parameters.get(name) for name in ("fps", "start_s", "end_s"))
    if fps is start_s is end_s is None:
        return prompt.turns
    newest = max((n for n, turn in enumerate(prompt.turns) if turn.role == "user"), default=-1)
    return tuple(
        replace(turn, parts=tuple(_parts(turn, fps, *((start_s, end_s) if n == newest else (None, None)))))
        for n, turn in enumerate(prompt.turns)
    )


def _parts(turn: Turn, fps: float | None, start_s: float | None, end_s: float | None) -> Iterator[Part]:
    for part in turn.parts:
        is_film = part.kind == "video"
        yield replace(part, fps=fps or part.fps, start_s=start_s, end_s=end_s) if is_film else part
