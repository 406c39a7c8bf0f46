"""Takes the text of an answer apart while it streams: a leading <think> block, and media that came as data URLs."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Generator, Iterator
from typing import get_args

from chats.gateway.values import MediaKind, MediaOut, TextDelta

_OPEN, _CLOSE = "<think>", "</think>"


def held_suffix(text: str, word: str) -> int:
    """How many characters at the end of `text` may be the beginning of `word`."""
    return next((n for n in range(min(len(text), len(word) - 1), 0, -1) if text.endswith(word[:n])), 0)


class ThinkSplitter:
    """MiniMax, and channels set to "thinking to content", open the answer with <think>…</think> (text.md 3.4)."""

    __slots__ = ("_held", "_is_over", "_trims", "is_settled", "is_thinking")

    def __init__(self) -> None:
        self.is_settled = False  # what comes now is the answer, whatever it looks like
        self.is_thinking = False
        self._is_over = False
        self._trims = False  # line ends around the two tags are neither thought nor answer
        self._held = ""

    def split(self, text: str) -> Iterator[tuple[bool, str]]:
        """(is it reasoning, text) as far as it is certain."""
        text, self._held = self._held + text, ""
        if not self.is_thinking and not self._is_over:
            text = self._opened(text)
        if self.is_thinking:
            thought, text = self._thought(text)
            if thought:
                yield True, thought
        if self._is_over and (text := self._trimmed(text)):
            self.is_settled = True
            yield False, text

    def skip(self) -> None:
        """Reasoning came by a key of its own, so a tag in the answer is part of it."""
        self._is_over = self._is_over or not self.is_thinking

    def rest(self) -> str:
        """What was held back as a possible tag and was none; reasoning if `is_thinking`, else answer."""
        text, self._held = self._held, ""
        return text

    def _opened(self, text: str) -> str:
        """What follows the opening tag; "" while it is not certain whether there is one."""
        start = text.lstrip()
        if start.startswith(_OPEN):
            self.is_thinking = self._trims = True
            return start[len(_OPEN) :]
        if _OPEN.startswith(start):  # also when there is nothing but white space yet
            self._held = text
            return ""
        self._is_over = True
        return text

    def _thought(self, text: str) -> tuple[str, str]:
        """The thought in `text` and what follows its end."""
        text = self._trimmed(text)
        thought, tag, after = text.partition(_CLOSE)
        if tag:
            self.is_thinking, self._is_over, self._trims = False, True, True
            return thought, after
        keep = len(text) - held_suffix(text, _CLOSE)
        self._held = text[keep:]
        return text[:keep], ""

    def _trimmed(self, text: str) -> str:
        if self._trims and (text := text.lstrip("\r\n")):
            self._trims = False
        return text


def _begun(word: str) -> str:
    """A pattern for every beginning of `word`."""
    pattern = ""
    for letter in reversed(word):
        pattern = f"(?:{re.escape(letter)}{pattern})?"
    return pattern


# images.md 9: ![image](data:…), [media](data:…), a bare data:image/…, and ![image](https://…) of a picture model.
_SUSPICIOUS = re.compile(r"!(?:\[|$)|\[(?:media\]|$|m(?:e(?:d(?:ia?)?)?)?$)|(?<!\w)d(?:ata:image/|$|at?$|ata:?$|ata:i)")
_TYPE = r"(?P<type>[a-z]+/[\w.+-]{1,60})"
_OPENER = re.compile(
    rf"(?:(?P<link>!\[[^\[\]\n]{{0,200}}\]|\[media\])\()?(?<!\w)data:{_TYPE};base64,"
    rf"|!\[[^\[\]\n]{{0,200}}\]\((?P<url>https?://[^)\s]{{1,4000}})\)"
)
_TYPE_BEGUN = rf"(?:[a-z]{{0,12}}|[a-z]{{1,12}}/[\w.+-]{{0,60}}(?:;{_begun('base64,')})?)"
_DATA_BEGUN = rf"(?:{_begun('data')}|data:{_TYPE_BEGUN})"
_URL_BEGUN = rf"(?:{_begun('http')}|https?:?/?|https?://[^)\s]{{0,4000}})"
_OPENER_BEGUN = re.compile(
    rf"(?:!(?:\[[^\[\]\n]{{0,200}}(?:\](?:\((?:{_DATA_BEGUN}|{_URL_BEGUN}))?)?)?"
    rf"|\[{_begun('media')}|\[media\](?:\({_DATA_BEGUN})?"
    rf"|(?<!\w)d(?:{_begun('ata')}|ata:{_TYPE_BEGUN}))\Z"
)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")


class MediaSplitter:
    """Turns data URLs inside the text into MediaOut, however they are cut into deltas.

    `takes_urls`: the model makes pictures, so an address in a Markdown image is one of them; else it stays text.
    """

    def __init__(self) -> None:
        self.takes_urls = False
        self._held = ""
        self._type = ""  # of the medium being collected
        self._is_linked = False  # it ends with a bracket
        self._pieces: list[str] = []
        self._count = 0

    def is_plain(self, text: str) -> bool:
        """Whether `text` passes as it is."""
        return not self._type and not self._held and not _SUSPICIOUS.search(text)

    def split(self, text: str) -> Iterator[TextDelta | MediaOut]:
        text, self._held = self._held + text, ""
        while text:
            if self._type:
                text = yield from self._collected(text)
            else:
                text = yield from self._searched(text)

    def rest(self, is_whole: bool) -> Iterator[TextDelta | MediaOut]:
        """What was held back and, where the answer was not cut, a medium whose end nobody wrote."""
        text, self._held = self._held, ""
        if text:
            yield TextDelta(text)
        if self._type and is_whole:
            yield from self._medium()

    def _searched(self, text: str) -> Generator[TextDelta | MediaOut, None, str]:
        """Text up to the next opener; returns what follows it."""
        opener = self._opener(text)
        if opener is None:
            begun = _OPENER_BEGUN.search(text)
            keep = begun.start() if begun else len(text)
            self._held = text[keep:]
            if keep:
                yield TextDelta(text[:keep])
            return ""
        if opener.start():
            yield TextDelta(text[: opener.start()])
        if opener["url"]:
            yield MediaOut("image", url=opener["url"], key=self._next_key())
        else:
            self._type, self._is_linked = opener["type"], bool(opener["link"])
        return text[opener.end() :]

    def _opener(self, text: str) -> re.Match[str] | None:
        for opener in _OPENER.finditer(text):
            if opener["url"]:
                if self.takes_urls:
                    return opener
            elif opener["link"] or opener["type"].startswith("image/"):
                return opener
        return None

    def _collected(self, text: str) -> Generator[MediaOut, None, str]:
        """Base64 up to the end of the data URL; returns what follows it."""
        if self._is_linked:
            end = text.find(")")
        else:
            stop = _NOT_BASE64.search(text)
            end = stop.start() if stop else -1
        self._pieces.append(text if end < 0 else text[:end])
        if end < 0:
            return ""
        is_linked = self._is_linked
        yield from self._medium()
        return text[end + is_linked :]

    def _medium(self) -> Iterator[MediaOut]:
        data = decoded("".join(self._pieces))
        content_type = self._type
        self._type, self._pieces = "", []
        if data:
            family = content_type.partition("/")[0]
            kind: MediaKind = family if family in get_args(MediaKind) else "file"  # type: ignore[assignment]
            yield MediaOut(kind, data=data, content_type=content_type, key=self._next_key())

    def _next_key(self) -> str:
        self._count += 1
        return f"text-{self._count}"


def decoded(text: str) -> bytes:
    """The bytes of base64 text, padded or not; b"" for what is none."""
    try:
        return b64decode(text + "==")
    except (Error, ValueError):
        return b""
