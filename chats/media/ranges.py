"""The Range header of HTTP for one file (RFC 9110, 14); pure, called by the door that sends files."""

import re

MOST_BYTES = 4 * 1024**2  # in one answer; players ask on, and a server without back-pressure buffers no more than this
_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*")


class Unsatisfiable(Exception):
    """The range lies outside the file."""


def wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """`start, stop` of the answer, at most MOST_BYTES apart; None for a request that gets the whole file.

    Several ranges at once, other units and nonsense are ignored, as the standard allows.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        if int(last) == 0:
            raise Unsatisfiable
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise Unsatisfiable
    return start, min(stop, start + MOST_BYTES)
