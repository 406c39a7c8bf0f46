"""No mouse: from the page's first Tab to an answer, through picker and search, and always back to the message box."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_status

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-keyboard")]
FOCUSED = "() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent.trim()"
MOST_TABS = 60


def press_until(page, key: str, name: str) -> None:
    """Tabs on as a person does, until what has the focus is called `name`."""
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"{name} was not reached by {key}")


def test_from_the_first_tab_to_an_answer_and_on(alice):
    page, press = alice.page, alice.page.keyboard.press
    alice.go()
    press("Control+Shift+M")
    picker = page.get_by_role("dialog", name="Choose a model")
    expect(picker.get_by_role("combobox")).to_be_focused()
    press("Escape")
    expect(picker).to_be_hidden()
    expect(alice.composer).to_be_focused()
    press("Control+Shift+M")
    page.keyboard.type("qwen3-max-preview")
    press("Enter")
    expect(picker).to_be_hidden()
    expect(alice.composer).to_be_focused()
    expect(alice.model).to_contain_text("qwen3-max", ignore_case=True)

    page.keyboard.type("First line")
    press("Shift+Enter")
    page.keyboard.type("second line")
    expect(alice.composer).to_have_value("First line\nsecond line")
    press("Enter")
    expect_status(alice.reply, "complete")
    expect(alice.composer).to_be_focused()

    press("Control+K")
    search = page.get_by_role("dialog", name="Search")
    expect(search.get_by_role("combobox")).to_be_focused()
    press("Escape")
    expect(search).to_be_hidden()
    expect(alice.composer).to_be_focused()

    press_until(page, "Shift+Tab", "Copy")
    press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    press("Shift+Escape")
    expect(alice.composer).to_be_focused()

    press("Control+Shift+O")
    expect(page.get_by_role("heading", name="What shall we look at?")).to_be_visible()
    expect(alice.composer).to_be_focused()
    press("Control+K")
    page.keyboard.type("First line")
    expect(search.get_by_role("option", selected=True)).to_contain_text("First line")
    press("Enter")
    expect(alice.questions).to_contain_text("second line")
    expect(alice.composer).to_be_focused()


def test_the_list_is_one_stop_of_tab_and_walked_by_arrows(alice):
    alice.go()
    for text in ("Alpha", "Beta"):
        expect_status(alice.begin().ask(text), "complete")
    rows = alice.page.get_by_role("navigation", name="Conversations").get_by_role("link")
    alice.begin()
    rows.filter(has_text="Beta").focus()
    alice.page.keyboard.press("ArrowDown")
    expect(rows.filter(has_text="Alpha")).to_be_focused()
    alice.page.keyboard.press("F2")
    title = alice.page.get_by_role("textbox", name="Title")
    expect(title).to_be_focused()
    alice.page.keyboard.type("Renamed by key")
    alice.page.keyboard.press("Enter")
    expect(rows.filter(has_text="Renamed by key")).to_be_focused()
    alice.page.keyboard.press("Enter")
    expect(alice.questions).to_contain_text("Alpha")


def test_escape_stops_only_where_nothing_else_is_open(alice):
    alice.go()
    reply = alice.ask("long answer 5000 [sandbox: tokens_per_s 60]")
    alice.page.keyboard.press("Control+K")
    expect(alice.page.get_by_role("dialog", name="Search")).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(alice.page.get_by_role("dialog", name="Search")).to_be_hidden()
    expect(alice.composer).to_be_focused()
    expect_status(reply, "streaming")
    alice.page.keyboard.press("Escape")
    expect_status(reply, "stopped")


def test_the_first_tab_of_a_page_skips_to_its_content(alice):
    alice.page.goto("/settings/")
    expect(alice.page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    alice.page.keyboard.press("Tab")
    skip = alice.page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    alice.page.keyboard.press("Enter")
    expect(alice.page.get_by_role("main")).to_be_focused()
