"""What an answer does, step by step and before it has a wire format; messages/ and responses/ write it out."""

import base64
from dataclasses import dataclass

from chats.gateway.sandbox import tools
from chats.gateway.sandbox.corpus import Page


@dataclass(frozen=True, slots=True)
class Thought:
    text: str
    is_redacted: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """`start` and `end` count characters of the text that the page supports."""

    start: int
    end: int
    page: Page


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    cited: tuple[Cited, ...] = ()
    is_refusal: bool = False


@dataclass(frozen=True, slots=True)
class Searched:
    """The vendor's own look into the web: `action` is search, open_page or find_in_page; `failure` the tool's."""

    query: str
    pages: tuple[Page, ...]
    action: str = "search"
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """Code that the vendor ran itself; `picture` is a PNG, `failure` the tool's and not the program's."""

    code: str
    output: str
    error: str = ""
    picture: bytes | None = None
    failure: str = ""

    @property
    def picture_url(self) -> str:
        return "data:image/png;base64," + base64.b64encode(self.picture or b"").decode()


@dataclass(frozen=True, slots=True)
class Painted:
    """`picture` is a PNG in base64, `partials` what was shown before it was done."""

    prompt: str
    picture: str
    partials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Called:
    call: tools.Call


Step = Thought | Said | Searched | Computed | Painted | Called
