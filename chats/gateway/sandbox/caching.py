"""Which beginning of a prompt a vendor has in its cache: remembered in memory, told from the very words sent."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

SHORT_S, LONG_S = 300.0, 3600.0
KEPT = 4096


@dataclass(frozen=True, slots=True)
class Piece:
    """One block of a prompt in its order; `life_s` where the cache is to be written behind it, else 0."""

    content: str
    tokens: int
    life_s: float = 0


@dataclass(frozen=True, slots=True)
class Cached:
    """Tokens read from the cache and written to it, those for an hour apart."""

    read: int = 0
    written: int = 0
    written_long: int = 0


class Prefixes:
    """What was written, by whom it may be read, and until when."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def used(self, owner: str, pieces: Sequence[Piece], least: int = 0) -> Cached:
        """Reads the longest beginning that is known and writes up to the last mark; none shorter than `least`."""
        marks = [at for at, piece in enumerate(pieces) if piece.life_s]
        if not marks:
            return Cached()
        names, sizes = _names(owner, pieces), _sizes(pieces)
        known = [at for at in range(marks[-1] + 1) if self._is_known(names[at]) and sizes[at] >= least]
        read = sizes[known[-1]] if known else 0
        written = [0, 0]
        for at in marks:
            is_long = pieces[at].life_s > SHORT_S
            new = max(sizes[at] - read - sum(written), 0)
            written[is_long] += new if sizes[at] >= least else 0
            self._write(names[at], pieces[at].life_s)
        return Cached(read, sum(written), written[True])

    def _is_known(self, name: str) -> bool:
        return self._until.get(name, 0) > time.monotonic()

    def _write(self, name: str, life_s: float) -> None:
        self._until[name] = time.monotonic() + life_s
        self._until.move_to_end(name)
        if len(self._until) > KEPT:
            self._until.popitem(last=False)


def shared_out(contents: Sequence[tuple[str, int | None, float]], total: int) -> list[Piece]:
    """Pieces whose tokens sum up to `total`: those nobody counted share the rest, else the last one takes it."""
    counted = sum(tokens or 0 for _, tokens, _ in contents)
    open_ = [at for at, (_, tokens, _) in enumerate(contents) if tokens is None] or [len(contents) - 1]
    rest, more = divmod(max(total - counted, 0), len(open_))
    given = {at: rest + (nth < more) for nth, at in enumerate(open_)}
    return [
        Piece(content, (tokens or 0) + given.get(at, 0), life_s)
        for at, (content, tokens, life_s) in enumerate(contents)
    ]


def _names(owner: str, pieces: Sequence[Piece]) -> list[str]:
    grown, names = hashlib.sha256(owner.encode()), []
    for piece in pieces:
        grown.update(hashlib.sha256(piece.content.encode("utf-8", "surrogatepass")).digest())
        names.append(grown.hexdigest())
    return names


def _sizes(pieces: Sequence[Piece]) -> list[int]:
    total, sizes = 0, []
    for piece in pieces:
        total += piece.tokens
        sizes.append(total)
    return sizes
