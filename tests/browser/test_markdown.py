"""What models write, as it is read: code, maths beside money, tables, diagrams; nothing in it runs."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_status, text_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-markdown")]
CLIPBOARD = "() => navigator.clipboard.readText()"


@pytest.fixture
def shown(door):
    """The showcase, asked for and answered."""
    alice = door("alice", permissions=["clipboard-read", "clipboard-write"]).go()
    expect_status(alice.ask("markdown showcase"), "complete")
    return alice


def test_the_showcase_is_drawn_and_copied(shown):
    reply, source = shown.reply, text_of(shown.reply)
    code = reply.locator("code-block").filter(has_text="def greet")
    code.scroll_into_view_if_needed()
    expect(code.locator(".hljs-keyword").first).to_have_text("def")
    shown.button("Copy code", code).click()
    plain = re.search(r"```python\n([\s\S]*?)```", source)[1]
    expect(shown.page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert shown.page.evaluate(CLIPBOARD).strip() == plain.strip()

    expect(reply.get_by_role("math").first).to_contain_text("π")
    assert reply.get_by_role("math").count() >= 4
    expect(reply.get_by_text("revenue rose from $2bn to $4bn, a coffee costs $5 and a tea $4")).to_be_visible()
    expect(reply.get_by_role("row", name="beta 1,000,000 $10.00")).to_be_visible()
    expect(reply.get_by_text("粗体", exact=True)).to_have_css("font-weight", re.compile("[67]00"))

    frame = reply.frame_locator("iframe")
    reply.locator("diagram-frame").scroll_into_view_if_needed()
    expect(frame.locator("svg")).to_contain_text("Web process")
    expect(reply.locator("iframe")).to_have_attribute("sandbox", "allow-scripts")

    expect(reply.get_by_role("link", name="click")).to_have_count(0)
    expect(reply.get_by_text("<b>not bold</b> <script>alert(1)</script>")).to_be_visible()
    reply.hover()
    shown.button("Copy", reply).last.click()
    expect(shown.page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert shown.page.evaluate(CLIPBOARD) == source
    assert shown.abroad == []
    assert shown.complaints == []


def test_thinking_is_folded_with_its_time_and_opens(shown):
    reply = shown.ask("think about giraffes [sandbox: think reasoning_content]")
    expect_status(reply, "complete")
    fold = reply.get_by_text(re.compile(r"^Thought [\d.<]+ s$"))
    thought = reply.locator("markdown-text[data-kind=reasoning]")
    expect(thought).to_be_hidden()
    fold.click()
    expect(thought).to_be_visible()
    expect(thought).not_to_be_empty()
    expect(reply.get_by_text(re.compile(r"^[\d,]+ tokens · .* tok/s$"))).to_be_visible()
