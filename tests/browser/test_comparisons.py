"""One question to several models at once, a vote in the dark, and a preset whose link fills in and sends nothing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_status, text_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-comparisons")]


def beside(visitor, *models):
    """Asks these too; the first press opens the picker by itself."""
    for model in models:
        first = visitor.button("Compare models")
        (first if first.get_attribute("aria-pressed") == "false" else visitor.button("Model")).click()
        field = visitor.page.get_by_role("combobox", name="Search models")
        field.fill(model)
        options = visitor.page.get_by_role("listbox", name="Models").get_by_role("option", selected=True)
        expect(options.first).to_contain_text(model, ignore_case=True)
        field.press("Enter")
        expect(visitor.button(f"Without {model}")).to_be_visible()


def names(visitor):
    return visitor.page.locator("side-by-side .message-model")


def test_three_models_answer_side_by_side_and_a_blind_vote_tells_who_is_who(alice):
    alice.go("/?model=gpt-4o")
    beside(alice, "deepseek-chat", "qwen3-max")
    alice.page.get_by_role("checkbox", name="Blind").check()
    alice.composer.fill("think, then say hello")
    alice.composer.press("Enter")
    columns = alice.page.locator("side-by-side .message")
    expect(columns).to_have_count(3)
    expect(names(alice)).to_have_text(["A", "B", "C"])
    for n in range(3):
        expect_status(columns.nth(n), "complete")
    assert [text_of(columns.nth(n)) == alice.stored(columns.nth(n)) for n in range(3)] == [True] * 3
    expect(alice.button("Continue with this one")).to_have_count(0)
    assert not re.search("deepseek|qwen3-max", columns.first.evaluate("(node) => node.parentElement.outerHTML"))

    alice.button("Best answer").nth(1).click()
    expect(names(alice)).not_to_have_text(["A", "B", "C"])
    assert sorted(names(alice).all_inner_texts()) == ["deepseek-chat", "gpt-4o", "qwen3-max"]
    expect(alice.page.get_by_text("1 vote", exact=True)).to_be_visible()

    liked = names(alice).nth(2).inner_text()
    alice.button("Continue with this one").nth(2).click()
    expect(alice.model).to_contain_text(liked)
    expect(alice.button("Without qwen3-max")).to_have_count(0)
    alice.ask("And now?")
    expect_status(alice.reply, "complete")
    expect(names(alice).filter(visible=True)).to_have_text([liked])
    alice.page.reload()
    alice.button("Show all").click()
    expect(names(alice).filter(visible=True)).to_have_count(3)
    expect(alice.reply).to_contain_text("think, then say hello")  # what was asked before
    assert not alice.complaints


def test_a_preset_is_written_once_and_its_link_fills_in_without_sending(alice):
    alice.go()
    alice.page.goto("/presets/")
    alice.button("New preset").click()
    alice.page.get_by_label("Name").fill("For a child")
    alice.page.get_by_label("Message", exact=True).fill("Explain {{topic}} to a child of {{age}}.")
    alice.button("Keep").click()
    expect(alice.page.get_by_role("heading", name="For a child")).to_be_visible()
    alice.go("/")
    alice.composer.press_sequentially("/child")
    expect(alice.page.get_by_role("option", selected=True)).to_contain_text("For a child")
    alice.composer.press("Enter")
    topic = alice.page.get_by_role("textbox", name="topic")
    expect(topic).to_be_focused()
    topic.fill("rain")
    topic.press("Enter")
    alice.page.keyboard.type("6")
    alice.page.keyboard.press("Enter")
    expect(alice.composer).to_have_value("Explain rain to a child of 6.")
    alice.composer.fill("")

    alice.page.goto("/?preset=1&topic=snow&age=7")
    expect(alice.composer).to_have_value("Explain snow to a child of 7.")
    expect(alice.questions).to_have_count(0)
    alice.page.reload()
    expect(alice.composer).to_have_value("Explain snow to a child of 7.")  # the draft; not filled in twice
    expect(alice.questions).to_have_count(0)
    assert not alice.complaints
