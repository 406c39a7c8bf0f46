"""axe finds nothing to complain about: each page and each thing that opens, in both themes and both languages."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor, expect_status
from tests.live import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-accessibility")]
AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
RUN = """
async (part) => {
  const isPassing = ({ effect }) => effect.getTiming().iterations !== Infinity;
  for (const animation of document.getAnimations().filter(isPassing)) animation.finish(); // no colour half-way
  const { violations } = await axe.run(part, { resultTypes: ["violations"], iframes: false });
  const told = ({ html, any }) => `${html.slice(0, 160)} (${any[0]?.message})`;
  const shown = (nodes) => nodes.slice(0, 3).map(told).join(" · ");
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.length} × ${shown(nodes)}`);
}
"""
LANGUAGES = {"en": "en-GB", "zh-Hans": "zh-CN"}
ALL_OF_IT = 7000  # px; axe passes over what is not in view, because it is not drawn


@pytest.fixture(params=list(LANGUAGES))
def locale(request) -> str:
    """Both where most is to be read; elsewhere one of them in turn, as a page of axe's costs seconds."""
    return LANGUAGES[request.param]


def complaints(visitor: Visitor, what: str, part: str = "html") -> list[str]:
    """In light and in dark; of one `part` where only that has changed."""
    found = []
    for theme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        if not visitor.page.evaluate("() => 'axe' in window"):
            visitor.page.evaluate(AXE)
        found += [f"{what}, {theme}: {words}" for words in visitor.page.evaluate(RUN, part)]
    return found


@pytest.fixture(scope="module")
def full(front_door) -> int:
    """A conversation with everything in it, shared; another one in the archive, another one in the bin."""
    alice = front_door("alice").go()
    alice.page.get_by_role("button", name="Watch a film").click()
    expect(alice.button("Send")).to_be_enabled()
    alice.composer.press("Enter")
    expect_status(alice.reply, "complete")
    conversation = alice.conversation
    for text, status in (
        ("markdown showcase", "complete"),
        ("think about giraffes [sandbox: think reasoning_content]", "complete"),
        ("tool call [sandbox: tool whole]", "waiting"),
    ):
        expect_status(alice.ask(text), status)
    alice.composer.fill("long answer 600 [sandbox: cut after 20]")
    alice.composer.press("Enter")
    alice.button("Send now").click()  # past the call that waits
    expect_status(alice.reply, "incomplete")
    expect_status(alice.ask("Hello [sandbox: status 429; code insufficient_quota]"), "failed")
    alice.reply.hover()
    alice.button("Regenerate", alice.reply).click()
    expect(alice.reply).to_contain_text("2/2")
    alice.share()
    for name, action in (("For the archive", "Archive"), ("For the bin", "Delete")):
        expect_status(alice.begin().ask(name), "complete")
        alice.menu(alice.button("Actions"), action)
        expect(alice.page.get_by_role("navigation", name="Conversations").get_by_text(name)).to_have_count(0)
    front_door.close()
    return conversation


def test_the_doors(door, house, product, locale):
    house.cookies("alice")
    stranger = door(None, locale=locale)
    found = []
    for path in ("/accounts/login/", "/accounts/password/reset/", product.owner_link, "/invitations/none/"):
        stranger.page.goto(path)
        found += complaints(stranger, path)
    assert not found, "\n".join(found)


def test_the_first_start(chromium, tmp_path):
    """A product of its own: where an owner is, nobody can start again."""
    fresh = Product(data_dir=tmp_path).start()
    found = []
    for locale in LANGUAGES.values():
        context = chromium.new_context(base_url=fresh.url, locale=locale)
        visitor = Visitor(context, fresh.url, "nobody")
        visitor.page.goto(fresh.owner_link)
        found += complaints(visitor, f"first start in {locale}")
        context.close()
    fresh.stop()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("locale", ["zh-Hans"], indirect=True)
def test_the_pages_around(door, full, locale):
    alice = door("alice", locale=locale)
    found = []
    for path in ("/settings/", "/teams/", "/teams/1/", "/nowhere/"):
        alice.page.goto(path)
        expect(alice.page.get_by_role("heading", level=1)).to_be_visible()
        found += complaints(alice, path)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("locale", ["en"], indirect=True)
def test_a_new_conversation_and_the_lists(door, full, locale):
    alice = door("alice", locale=locale)
    alice.page.goto("/")
    expect(alice.page.locator("#composer-text")).to_be_focused()
    found = complaints(alice, "new conversation")
    alice.page.locator(".opener").first.click()
    expect(alice.page.locator(".tray .tile")).to_have_attribute("data-state", "ready")
    found += complaints(alice, "a file in the tray", "message-composer")
    for scope, title in (("archived", "For the archive"), ("deleted", "For the bin")):
        alice.page.locator("[popovertarget=list-menu]").click()
        found += complaints(alice, "other lists", "#list-menu")
        alice.page.locator(f"#list-menu [data-scope={scope}]").click()
        expect(alice.page.get_by_role("navigation").get_by_text(title)).to_be_visible()
        found += complaints(alice, scope, "#sidebar")
        alice.page.locator(".list-title button").click()
    assert not found, "\n".join(found)


def test_a_conversation_with_everything_in_it(door, full, locale):
    alice = door("alice", locale=locale, viewport={"width": 1280, "height": ALL_OF_IT})
    alice.page.goto(f"/c/{full}/")
    expect(alice.page.locator("#composer-text")).to_be_focused()
    expect(alice.page.locator("code-block .hljs-keyword").first).to_be_attached()
    expect(alice.page.get_by_role("math").first).to_be_attached()
    for summary in alice.page.locator(".message summary").all():
        summary.click()
    found = complaints(alice, "conversation")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("locale", ["zh-Hans"], indirect=True)
def test_all_that_opens_over_a_conversation(door, full, locale):
    alice = door("alice", locale=locale)
    page = alice.page
    page.goto(f"/c/{full}/")
    expect(page.locator("#composer-text")).to_be_focused()
    found = []
    for what, key in (("picker", "Control+Shift+M"), ("search", "Control+K"), ("shortcuts", "Control+/")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        if what == "picker":
            expect(page.get_by_role("option").nth(5)).to_be_visible()
        found += complaints(alice, what, "dialog[open]")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Control+Shift+M")
    page.keyboard.type("qwen2.5-omni")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".picker-details")).to_be_visible()
    found += complaints(alice, "facts of a model", "dialog[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+\\")
    expect(page.locator("#panel").get_by_role("spinbutton").first).to_be_visible()
    found += complaints(alice, "parameters", "#panel")
    for opener in ("#conversation-actions", "#composer-attach", ".account-button", "[data-action=menu]"):
        page.locator(opener).last.click()
        expect(page.get_by_role("menu").filter(visible=True)).to_be_visible()
        found += complaints(alice, opener, ":popover-open[role=menu]")
        page.keyboard.press("Escape")
    assert not found, "\n".join(found)
