"""Server-sent events out of bytes as they come, split at LF only; for every protocol that streams."""

from collections.abc import Iterator


class EventReader:
    """Feed it bytes in any portions, take (event name, data) pairs; data is bytes because JSON is read from bytes.

    httpx's `aiter_lines` will not do: it also splits at U+2028, U+0085 and their like, which may stand unescaped
    inside a JSON string (text.md 2.1). A line may be 64 MB long, so pieces of it are only joined once.
    """

    __slots__ = ("_bare", "_data", "_name", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []  # of the line that has no end yet
        self._name = ""
        self._data: list[bytes] = []
        self._bare: list[bytes] = []  # lines of a JSON body that stands in the stream without `data:`

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        """The events that are complete now."""
        # The common case by far: one chunk is one whole event of one line.
        if chunk[-2:] == b"\n\n" and not (self._pieces or self._data or self._name or self._bare):
            end = chunk.find(b"\n")
            if chunk[:6] == b"data: " and end == len(chunk) - 2:
                yield "", chunk[6:-2]
                return
            if (
                chunk[:7] == b"event: "
                and chunk[end + 1 : end + 7] == b"data: "
                and chunk.find(b"\n", end + 1) == len(chunk) - 2
            ):
                yield chunk[7:end].decode("utf-8", "replace").strip(), chunk[end + 7 : -2]
                return
        *lines, tail = chunk.split(b"\n")
        if lines and self._pieces:
            lines[0] = b"".join((*self._pieces, lines[0]))
            self._pieces = []
        if tail:
            self._pieces.append(tail)
        for line in lines:
            if event := self._line(line):
                yield event

    def close(self) -> Iterator[tuple[str, bytes]]:
        """What an end without a newline, or without a blank line, left behind."""
        line = b"".join(self._pieces)
        self._pieces = []
        for event in (self._line(line), self._event(), self._body()):
            if event:
                yield event

    def _line(self, line: bytes) -> tuple[str, bytes] | None:
        if line[-1:] == b"\r":
            line = line[:-1]
        if self._bare:
            return self._bare_line(line)
        if not line:
            return self._event()
        if line[:5] == b"data:":
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
        elif line[:6] == b"event:":
            self._name = line[6:].strip().decode("utf-8", "replace")
        elif line.lstrip()[:1] == b"{":
            # The gateway has sent 200 and `: PING` when upstream fails: the error is a bare JSON line (text.md 2.1).
            return self._bare_line(line)
        return None

    def _event(self) -> tuple[str, bytes] | None:
        name, data = self._name, self._data
        self._name = ""
        if not data:
            return None
        self._data = []
        return name, data[0] if len(data) == 1 else b"\n".join(data)

    def _bare_line(self, line: bytes) -> tuple[str, bytes] | None:
        """A body on one line ends with it; one that was laid out over many ends with a brace at its margin."""
        self._bare.append(line)
        is_whole = line.rstrip()[-1:] == b"}" if len(self._bare) == 1 else line == b"}"
        return self._body() if is_whole else None

    def _body(self) -> tuple[str, bytes] | None:
        lines, self._bare = self._bare, []
        return ("", b"\n".join(lines)) if lines else None
