"""An input method's keys are its own: Enter that picks a word sends, saves and opens nothing; the next one does."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import expect_status

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-composition")]
ENTER = {"key": "Enter", "code": "Enter"}
A_MOMENT = """
() => new Promise((done) => {
  const from = performance.now(); // longer than Safari's late Enter takes (static/js/lib/ime.js)
  const look = () => (performance.now() - from > 120 ? done() : requestAnimationFrame(look));
  look();
})
"""


class InputMethod:
    """Chromium's own composition, as pinyin does it: letters, then a word picked from the list."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._session = page.context.new_cdp_session(page)

    def compose(self, letters: str) -> None:
        for end in range(1, len(letters) + 1):
            self._key("Process", 229)
            typed = {"text": letters[:end], "selectionStart": end, "selectionEnd": end}
            self._session.send("Input.imeSetComposition", typed)

    def press_enter(self) -> None:
        """Once as the system reports a key that the input method has taken, once bare."""
        self._key("Process", 229)
        self._key("Enter", 13)

    def press(self, key: str, code: int) -> None:
        self._key("Process", 229)
        self._key(key, code)

    def commit(self, word: str) -> None:
        self._session.send("Input.insertText", {"text": word})
        self.page.evaluate(A_MOMENT)

    def _key(self, key: str, code: int) -> None:
        event = {"key": key, "code": key if key != "Process" else "Enter", "windowsVirtualKeyCode": code}
        self._session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **event})
        self._session.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})


def compose(page: Page, box: Locator, letters: str, word: str) -> None:
    """Composes a word in `box`, presses Enter in the middle of it, then picks it."""
    method = InputMethod(page)
    expect(box).to_be_focused()
    method.compose(letters)
    expect(box).to_have_value(re.compile(f"{letters}$"))
    method.press_enter()
    expect(box).to_be_focused()
    method.commit(word)
    expect(box).to_have_value(re.compile(f"{word}$"))


def test_enter_while_composing_does_not_send_and_the_next_one_does(alice):
    alice.go()
    compose(alice.page, alice.composer, "changjinglu", "长颈鹿")
    compose(alice.page, alice.composer, "duogao", "多高？")
    expect(alice.questions).to_have_count(0)
    expect(alice.composer).to_have_value("长颈鹿多高？")
    alice.composer.press("Enter")
    expect(alice.questions).to_contain_text("长颈鹿多高？")
    expect_status(alice.reply, "complete")
    expect(alice.questions).to_have_count(1)


def test_arrows_and_escape_while_composing_neither_edit_nor_stop(alice):
    alice.go()
    reply = alice.ask("long answer 4000 [sandbox: tokens_per_s 60]")
    method = InputMethod(alice.page)
    expect(alice.composer).to_be_focused()
    method.compose("nihao")
    method.press("Escape", 27)
    method.press("ArrowUp", 38)
    expect(alice.page.get_by_text("You are editing your message.")).to_be_hidden()
    expect_status(reply, "streaming")
    method.commit("你好")
    expect(alice.composer).to_have_value("你好")
    alice.composer.press("Escape")
    expect_status(reply, "stopped")


def test_renaming_and_searching_wait_for_the_word_too(alice):
    alice.go()
    expect_status(alice.ask("A first title"), "complete")
    address = alice.page.url
    alice.button("Rename").click()
    field = alice.page.get_by_role("textbox", name="Title")
    field.fill("")
    compose(alice.page, field, "jilu", "记录")
    expect(alice.page.get_by_role("heading", level=1)).to_be_hidden()
    field.press("Enter")
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("记录")
    expect(alice.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="记录")).to_be_visible()

    alice.go()
    alice.page.keyboard.press("Control+K")
    search = alice.page.get_by_role("combobox", name="Search", exact=True)
    compose(alice.page, search, "jilu", "记录")
    expect(alice.page.get_by_role("option", selected=True)).to_contain_text("记录")
    expect(alice.page).not_to_have_url(address)
    search.press("Enter")
    expect(alice.page).to_have_url(address)
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("记录")


def test_picking_a_model_waits_for_the_word(alice):
    alice.go()
    before = alice.model.inner_text()
    alice.page.keyboard.press("Control+Shift+M")
    field = alice.page.get_by_role("combobox", name="Search models")
    compose(alice.page, field, "qianwen", "千问")
    expect(alice.page.get_by_role("dialog", name="Choose a model")).to_be_visible()
    field.press("Escape")
    expect(field).to_be_hidden()
    expect(alice.model).to_have_text(before, use_inner_text=True)
