"""A person with a browser: finds things by role and name, waits for facts, and hears every complaint of the page."""

import copy
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

LISTEN_FOR_VIOLATIONS = """
document.addEventListener("securitypolicyviolation",
  ({ violatedDirective, blockedURI }) => console.error(`CSP ${violatedDirective} ${blockedURI}`));
"""
RAW = """
async (texts) => {
  await customElements.whenDefined("markdown-text");
  return texts.map(({ text }) => text).join("");
}
"""


class Visitor:
    """`complaints`: console errors, uncaught exceptions, CSP violations; `abroad`: requests to other hosts."""

    def __init__(self, context: BrowserContext, url: str, name: str, kind: str = "") -> None:
        self.context, self.url, self.name, self.kind = context, url, name, kind
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.add_init_script(LISTEN_FOR_VIOLATIONS)
        page.on("request", self._asked)
        page.on("websocket", lambda line: self.requests.append(line.url))
        page.on("console", self._told)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def leave(self) -> None:
        """Closes every page and forgets what the browser kept, except its cache."""
        self.context.set_offline(False)
        self.context.unroute_all()
        pages, empty = self.context.pages, self.context.new_page()
        for page in pages:
            page.close()
        kept = {"origin": self.url, "storageTypes": "local_storage,indexeddb"}
        self.context.new_cdp_session(empty).send("Storage.clearDataForOrigin", kept)
        self.context.clear_cookies()
        empty.close()

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _told(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    @property
    def abroad(self) -> list[str]:
        hosts = {url: urlsplit(url) for url in self.requests}
        return [url for url, at in hosts.items() if at.scheme not in ("data", "blob") and at.hostname != "127.0.0.1"]

    # Places

    def go(self, path: str = "/") -> "Visitor":
        """Opens a page that has a composer, and waits until it listens."""
        self.page.goto(path)
        return self.ready()

    def ready(self) -> "Visitor":
        """The composer takes the focus once it works (habit 22)."""
        expect(self.composer).to_be_focused()
        return self

    def begin(self) -> "Visitor":
        """A new conversation, by its key; much quicker than loading a page."""
        self.page.keyboard.press("Control+Shift+O")
        expect(self.page.get_by_role("heading", name="What shall we look at?")).to_be_visible()
        return self.ready()

    def tab(self, path: str, prepare: Callable[[Page], None] = lambda page: None) -> "Visitor":
        """The same person's second tab."""
        other = copy.copy(self)
        other.page = self.new_page()
        prepare(other.page)
        return other.go(path)

    @property
    def conversation(self) -> int:
        """The number in the address, once there is one."""
        self.page.wait_for_url("**/c/*/**")
        return int(re.search(r"/c/(\d+)/", self.page.url)[1])

    # What is on the page

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def model(self) -> Locator:
        """The button that names the model of the next message."""
        return self.page.get_by_role("button", name=re.compile(r"^Model (?!and)"))

    @property
    def replies(self) -> Locator:
        return self.page.get_by_role("article", name=re.compile(r" answered$"))

    @property
    def reply(self) -> Locator:
        """The last one."""
        return self.replies.last

    @property
    def questions(self) -> Locator:
        return self.page.get_by_role("article", name=re.compile(r" wrote$"))

    def button(self, name: str, within: Locator | Page | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=True)

    # Doing

    def ask(self, text: str) -> Locator:
        """Types a question, sends it by Enter, and answers the bubble of its reply once it has a row."""
        self.composer.fill(text)
        before = self.questions.count()
        self.composer.press("Enter")
        expect(self.questions).to_have_count(before + 1)
        expect(self.composer).to_have_value("")
        expect(self.reply).to_have_attribute("id", re.compile(r"^m\d+$"))
        return self.page.locator(f"#{self.reply.get_attribute('id')}")

    def choose_model(self, name: str) -> None:
        """By keyboard: search, Enter."""
        self.page.keyboard.press("Control+Shift+M")
        field = self.page.get_by_role("combobox", name="Search models")
        expect(field).to_be_focused()
        field.fill(name)
        models = self.page.get_by_role("listbox", name="Models")
        expect(models.get_by_role("option", selected=True).first).to_contain_text(name, ignore_case=True)
        field.press("Enter")
        expect(field).to_be_hidden()
        expect(self.model).to_contain_text(name, ignore_case=True)

    def share(self) -> None:
        """Returns when the server has it: others may come now."""
        with self.page.expect_response(lambda answer: answer.url.endswith("/share/")):
            self.button("Share").click()

    def menu(self, opener: Locator, item: str) -> None:
        opener.click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    # Facts

    def stored(self, reply: Locator) -> str:
        """The reply as the server keeps it."""
        answer = self.context.request.get(f"/messages/{number_of(reply)}/raw/")
        assert answer.ok, answer.status
        return answer.text()


def number_of(message: Locator) -> int:
    return int(message.get_attribute("data-message"))


def text_of(message: Locator) -> str:
    """The text that its elements hold, as it came."""
    return message.locator("markdown-text[data-kind=text]").evaluate_all(RAW)


def expect_status(message: Locator, status: str, timeout: float | None = None) -> None:
    expect(message).to_have_attribute("data-status", status, timeout=timeout)


def expect_more_text(message: Locator, than: int) -> str:
    """Waits until more than so many characters are on the page; answers what its elements hold then."""
    expect(message).to_have_text(re.compile(f"[\\s\\S]{{{than + 1},}}"), use_inner_text=True)
    return text_of(message)
