"""What tools are called where a person reads of them; for tool_tags.py."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Words:
    """How a tool is told of: its icon, what it would do, does now and has done, and the argument that says it all."""

    icon: str
    asks: str | Promise
    doing: str | Promise
    done: str | Promise
    gist: tuple[str, ...] = ()
    language: str = ""  # of the code it runs


_SEARCH = Words(
    "globe",
    gettext_lazy("Search the web"),
    gettext_lazy("Searching the web"),
    gettext_lazy("Searched the web"),
    ("query", "q", "queries"),
)
_PAGE = Words(
    "book-open",
    gettext_lazy("Open a page"),
    gettext_lazy("Opening a page"),
    gettext_lazy("Opened a page"),
    ("url", "urls", "uri"),
)
_CODE = Words(
    "terminal", gettext_lazy("Run code"), gettext_lazy("Running code"), gettext_lazy("Ran code"), (), "python"
)
_SCRIPT = Words(
    "terminal", gettext_lazy("Run code"), gettext_lazy("Running code"), gettext_lazy("Ran code"), (), "javascript"
)
_SHELL = Words(
    "terminal",
    gettext_lazy("Run a command"),
    gettext_lazy("Running a command"),
    gettext_lazy("Ran a command"),
    (),
    "bash",
)
KNOWN = {
    "web_search": _SEARCH,
    "google_search": _SEARCH,
    "open_page": _PAGE,
    "fetch": _PAGE,
    "url_context": _PAGE,
    "code_interpreter": _CODE,
    "code_execution": _CODE,
    "code_runner": _CODE,
    "quickjs": _SCRIPT,
    "bash_code_execution": _SHELL,
    "text_editor": Words(
        "file-pen",
        gettext_lazy("Edit a file"),
        gettext_lazy("Editing a file"),
        gettext_lazy("Edited a file"),
        ("path",),
    ),
    "image_generation": Words(
        "palette",
        gettext_lazy("Draw a picture"),
        gettext_lazy("Drawing a picture"),
        gettext_lazy("Drew a picture"),
        ("prompt",),
    ),
}
# What a computer-use model proposes (text.md 6.3); coordinates are 0-1000 over the screenshot.
ACTIONS = {
    "open_web_browser": gettext_lazy("Open the browser"),
    "click_at": gettext_lazy("Click"),
    "hover_at": gettext_lazy("Point at"),
    "type_text_at": gettext_lazy("Type"),
    "scroll_document": gettext_lazy("Scroll the page"),
    "scroll_at": gettext_lazy("Scroll"),
    "wait_5_seconds": gettext_lazy("Wait 5 seconds"),
    "go_back": gettext_lazy("Go back"),
    "go_forward": gettext_lazy("Go forward"),
    "search": gettext_lazy("Open a search page"),
    "navigate": gettext_lazy("Go to an address"),
    "key_combination": gettext_lazy("Press keys"),
    "drag_and_drop": gettext_lazy("Drag"),
}
TELLING = ("query", "url", "text", "name", "city")  # arguments that mostly say what a call is about
ACTION_GISTS = ("text", "url", "keys", "direction")


def words_of(name: str) -> Words:
    if name in KNOWN:
        return KNOWN[name]
    named = {"name": name or _("a tool")}
    asks, doing, done = (words % named for words in (_("Call %(name)s"), _("Calling %(name)s"), _("Called %(name)s")))
    return Words("wrench", asks, doing, done, TELLING)
