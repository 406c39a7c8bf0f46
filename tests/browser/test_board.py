"""What is made, watched by two: its card keeps its shape, the board follows, and the gallery leads on."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_accessibility import complaints
from tests.browser.test_phone import PHONE, assert_fits
from tests.browser.visitor import Visitor, expect_status

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-board")]
SHAPE = "(card) => [card.offsetWidth, card.offsetHeight]"
OPEN_SHAPE = "(card) => 'open' in card.dataset && [card.offsetWidth, card.offsetHeight]"


@pytest.fixture(scope="module")
def environment():
    return {"SANDBOX_PACE": "0.05", "SANDBOX_TASK_SCALE": "1"}


def card(visitor: Visitor) -> Locator:
    return visitor.reply.locator("generation-card")


def row(visitor: Visitor, prompt: str) -> Locator:
    return visitor.page.get_by_role("row").filter(has_text=prompt)


@pytest.fixture(scope="module")
def shared(front_door) -> int:
    """A conversation of alice that the team may see."""
    alice = front_door("alice").go()
    expect_status(alice.ask("Hello"), "complete")
    alice.share()
    expect(alice.button("Shared")).to_be_visible()
    conversation = alice.conversation
    front_door.close()
    return conversation


def test_two_people_watch_a_film_being_made(alice, bob, shared):
    bob.page.goto("/board/")
    expect(bob.page.get_by_text("stand here")).to_be_visible()
    alice.go(f"/c/{shared}/")
    alice.choose_model("pixverse")
    alice.composer.fill("A paper boat")
    alice.composer.press("Enter")
    expect(card(alice)).to_have_attribute("data-generation", re.compile(r"\d"))
    expect(row(bob, "A paper boat")).to_be_visible()
    expect(alice.button("Cancel", card(alice))).to_be_visible()
    expect(alice.page).to_have_title(re.compile("^● "))
    before = card(alice).evaluate(OPEN_SHAPE)
    assert before
    assert not complaints(alice, "a running card", "generation-card")
    expect(card(alice)).to_have_attribute("data-state", "succeeded")
    expect(alice.page.get_by_role("button", name=re.compile("^Play "))).to_be_visible()
    assert card(alice).evaluate(SHAPE) == before
    expect(row(bob, "A paper boat")).to_contain_text("Done")
    expect_status(alice.reply, "complete")
    alice.button("Run again", card(alice)).click()
    expect(alice.reply).to_contain_text("2/2")
    alice.button("Cancel", card(alice)).click()
    expect(card(alice)).to_contain_text("Stopped")
    expect(row(bob, "A paper boat").filter(has_text="Stopped")).to_be_visible()
    assert not complaints(alice, "an ended card", "generation-card")
    assert not complaints(bob, "the board", "board-rows")
    assert not alice.complaints
    assert not bob.complaints


def test_the_gallery_is_walked_by_keys_and_leads_into_the_next_question(alice, shared):
    alice.go(f"/c/{shared}/")
    alice.choose_model("imagineart")
    for name in ("A lighthouse", "A harbour"):
        alice.composer.fill(name)
        alice.composer.press("Enter")
        expect(alice.questions.last).to_contain_text(name)
        expect_status(alice.reply, "complete")
    page = alice.page
    page.get_by_role("link", name="Gallery", exact=True).click()
    harbour, lighthouse = (
        page.get_by_role("link", name=re.compile(f"^Picture: A {name}")) for name in ("harbour", "lighthouse")
    )
    expect(harbour).to_have_attribute("tabindex", "0")  # the arrows work
    harbour.focus()
    page.keyboard.press("ArrowRight")
    expect(lighthouse).to_be_focused()
    page.keyboard.press("Enter")
    window = page.get_by_role("dialog")
    expect(window.get_by_text("A lighthouse").last).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(window.get_by_text("A harbour").last).to_be_visible()
    assert not complaints(alice, "details", ".details-window")
    page.keyboard.press("Escape")
    expect(harbour).to_be_focused()
    assert not complaints(alice, "the gallery", "gallery-grid")
    page.get_by_role("searchbox", name="Words of the prompt").fill("lighthouse")
    expect(harbour).to_have_count(0)
    page.get_by_role("searchbox", name="Words of the prompt").fill("nothing like it")
    expect(page.get_by_text("Nothing fits these filters.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    lighthouse.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name=re.compile("^First frame of a film")).first.click()
    alice.ready()
    expect(page.get_by_role("button", name=re.compile("lighthouse.* × "))).to_be_visible()
    assert not alice.complaints


def test_on_a_phone_both_fit_and_a_piece_opens(door):
    alice = door("alice", **PHONE)
    page = alice.page
    page.goto("/?model=imagineart-1.5-preview")
    expect(alice.button("Send")).to_be_disabled()  # the composer works
    alice.composer.fill("A bridge")
    alice.button("Send").tap()
    expect(alice.reply).to_have_attribute("id", re.compile(r"^m\d+$"))
    expect_status(alice.reply, "complete")
    page.goto("/board/")
    expect(row(alice, "A bridge")).to_contain_text("Done")
    assert_fits(alice, "the board")
    page.goto("/gallery/")
    piece = page.get_by_role("link", name=re.compile("^Picture: A bridge"))
    expect(piece).to_have_attribute("tabindex", "0")
    piece.tap()
    expect(page.get_by_role("dialog").get_by_role("link", name="Download")).to_be_visible()
    assert_fits(alice, "a piece")
    assert not alice.complaints
