"""The words of a page fetched from the web: its title, and its text without markup."""

from html.parser import HTMLParser

UNREAD = frozenset({"script", "style", "noscript", "template", "svg", "head"})
BLOCKS = frozenset({"p", "div", "li", "br", "h1", "h2", "h3", "h4", "tr", "section", "article", "pre", "ul", "ol"})
MOST_CHARACTERS = 20_000


def readable(content: bytes, url: str) -> tuple[str, str]:
    """Title and text; what is no HTML is text already."""
    text = content[: MOST_CHARACTERS * 10].decode("utf-8", "replace")
    if "<" not in text[:1000]:
        return url, text[:MOST_CHARACTERS]
    page = _Page()
    page.feed(text)
    lines = (" ".join(line.split()) for line in "".join(page.words).split("\n"))
    return " ".join(page.title.split()) or url, "\n".join(line for line in lines if line)[:MOST_CHARACTERS]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.title = ""
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag in UNREAD or tag == "title":
            self._inside.append(tag)
        elif tag in BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            del self._inside[self._inside.index(tag) :]
        elif tag in BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] == ["title"]:
            self.title += data
        elif not self._inside:
            self.words.append(data)
