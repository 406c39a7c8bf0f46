"""At 390 × 844, by touch: sheets instead of columns, nothing to scroll sideways, nothing too small to hit."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_status
from tests.services import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-phone")]
WIDTH, HEIGHT = 390, 844
PHONE = {"viewport": {"width": WIDTH, "height": HEIGHT}, "has_touch": True, "is_mobile": True}
# Buttons in view of which a finger can not hit 44 px around the middle, sideways and down.
SMALL_TARGETS = """
() => {
  const sides = [["left", 1], ["top", 1], ["right", -1], ["bottom", -1]];
  const isInside = (box, outer) => sides.every(([side, sign]) => sign * (box[side] - outer[side]) >= -1);
  const isClipped = (node, box) => {
    for (let at = node.parentElement; at; at = at.parentElement) {
      if (getComputedStyle(at).overflowY !== "visible" && !isInside(box, at.getBoundingClientRect())) return true;
    }
    return false;
  };
  const page = new DOMRect(0, 0, innerWidth, innerHeight);
  const isOutside = (x, y) => x < 0 || y < 0 || x >= innerWidth || y >= innerHeight;
  const isSmall = (node, box) => {
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const isHit = (dx, dy) => isOutside(x + dx, y + dy) || node.contains(document.elementFromPoint(x + dx, y + dy));
    return isHit(0, 0) && [[-21, 0], [21, 0], [0, -21], [0, 21]].some(([dx, dy]) => !isHit(dx, dy));
  };
  const found = [];
  const targets = "button, [role=button], [role=menuitem], [role=option], summary, select";
  for (const node of document.querySelectorAll(targets)) {
    const box = node.getBoundingClientRect();
    const isShown = box.width > 0 && node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!isShown || !isInside(box, page) || isClipped(node, box) || !isSmall(node, box)) continue;
    const [left, top, width, height] = [box.left, box.top, box.width, box.height].map(Math.round);
    found.push(`${node.ariaLabel || node.textContent.trim().slice(0, 40)} ${width} × ${height} at ${left}, ${top}`);
  }
  return found;
}
"""
TOO_WIDE = """
() => [document.documentElement, document.getElementById("scroll")].some((node) => node?.scrollWidth > innerWidth)
"""


def assert_fits(visitor, what: str) -> None:
    assert not visitor.page.evaluate(TOO_WIDE), f"{what} scrolls sideways"
    small = visitor.page.evaluate(SMALL_TARGETS)
    assert not small, f"{what}: {', '.join(small)}"


@pytest.fixture
def alice(door):
    return door("alice", **PHONE)


def test_a_question_by_touch_from_sheet_to_answer(alice):
    page = alice.page
    page.goto("/")
    expect(alice.button("Send")).to_be_disabled()  # the composer works
    assert_fits(alice, "new conversation")
    expect(alice.composer).not_to_be_focused()

    alice.model.tap()
    picker = page.get_by_role("dialog", name="Choose a model")
    expect(picker.get_by_role("option").first).to_be_visible()
    whole = pytest.approx({"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}, abs=1)
    wait_until(lambda: picker.bounding_box() == whole, "the picker filling the screen once it has come in")
    assert_fits(alice, "picker")
    picker.get_by_role("combobox").fill("qwen3-max-preview")
    picker.get_by_role("option").first.tap()
    expect(picker).to_be_hidden()

    alice.composer.tap()
    alice.composer.fill("markdown showcase")
    alice.composer.press("Enter")
    expect(alice.composer).to_have_value("markdown showcase\n")
    expect(alice.questions).to_have_count(0)
    alice.button("Send").tap()
    expect_status(alice.reply, "complete")
    expect(alice.composer).not_to_be_focused()
    assert_fits(alice, "conversation at its end")
    alice.questions.first.scroll_into_view_if_needed()
    assert_fits(alice, "conversation at its beginning")

    alice.button("Open the sidebar").tap()
    sheet = page.get_by_role("complementary", name="Sidebar")
    row = sheet.get_by_role("link", name="markdown showcase")
    expect(row).to_be_in_viewport()
    assert_fits(alice, "sidebar")
    sheet.get_by_role("link", name=re.compile("^New conversation")).tap()
    expect(page.get_by_role("heading", name="What shall we look at?")).to_be_visible()
    expect(row).not_to_be_in_viewport()
    alice.button("Open the sidebar").tap()
    row.tap()
    expect(alice.questions).to_contain_text("markdown showcase")
    expect(row).not_to_be_in_viewport()

    alice.button("Actions").first.tap()
    page.get_by_role("menuitem", name="Model and parameters").tap()
    panel = page.get_by_role("complementary", name="Settings of this conversation")
    expect(panel).to_be_in_viewport()
    expect(panel.get_by_role("spinbutton", name="Temperature")).to_be_visible()
    assert_fits(alice, "parameters")


@pytest.mark.parametrize("path", ["/settings/", "/teams/", "/teams/1/", "/nowhere/"])
def test_the_other_pages_fit_too(alice, path):
    alice.page.goto(path)
    expect(alice.page.get_by_role("heading", level=1)).to_be_visible()
    assert_fits(alice, path)


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/"])
def test_the_doors_fit_too(alice, door, path):
    stranger = door(None, **PHONE)
    stranger.page.goto(path)
    expect(stranger.page.get_by_role("heading", level=1)).to_be_visible()
    assert_fits(stranger, path)
