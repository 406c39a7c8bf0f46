"""Edits and second answers stand beside the first, remembered per person; nothing that was said goes away."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_status, text_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-branches")]


def wordings(visitor):
    return visitor.page.get_by_role("group", name="Wordings of this message")


def answers(visitor):
    return visitor.page.get_by_role("group", name="Answers to this message")


def test_an_edit_makes_a_second_wording_and_the_choice_is_remembered(alice):
    alice.go()
    expect_status(alice.ask("How tall is a giraffe?"), "complete")
    expect_status(alice.ask("And its neck?"), "complete")
    first = alice.questions.first
    first.hover()
    alice.button("Edit", first).click()
    expect(alice.page.get_by_text("You are editing your message.")).to_be_visible()
    expect(alice.composer).to_have_value("How tall is a giraffe?")
    alice.composer.fill("How tall is an elephant?")
    alice.composer.press("Enter")
    expect(wordings(alice)).to_contain_text("2/2")
    expect_status(alice.reply, "complete")
    expect(alice.replies).to_have_count(1)
    expect(alice.reply).to_contain_text("elephant")

    alice.button("Previous", wordings(alice)).click()
    expect(wordings(alice)).to_contain_text("1/2")
    expect(alice.replies).to_have_count(2)
    expect(alice.questions.first).to_contain_text("giraffe")
    expect(alice.button("Next", wordings(alice))).to_be_focused()
    alice.page.reload()
    expect(wordings(alice)).to_contain_text("1/2")
    expect(alice.reply).to_contain_text("And its neck?")
    alice.button("Next", wordings(alice)).click()
    expect(alice.reply).to_contain_text("elephant")


def test_an_edit_that_is_given_up_changes_nothing(alice):
    alice.go()
    expect_status(alice.ask("Keep this"), "complete")
    alice.composer.press("ArrowUp")
    expect(alice.composer).to_have_value("Keep this")
    alice.composer.fill("Not this")
    alice.composer.press("Escape")
    expect(alice.composer).to_have_value("")
    expect(alice.page.get_by_text("You are editing your message.")).to_be_hidden()
    expect(alice.questions).to_have_text([re.compile("Keep this")])
    expect(wordings(alice)).to_have_count(0)


def test_another_model_answers_beside_the_first(alice):
    alice.go()
    alice.choose_model("qwen3-max-preview")
    reply = alice.ask("Who are you?")
    expect_status(reply, "complete")
    first = text_of(reply)
    reply.hover()
    alice.button("Answer with another model", reply).click()
    alice.page.get_by_role("combobox", name="Search models").fill("deepseek-chat")
    expect(alice.page.get_by_role("option", selected=True).first).to_contain_text(re.compile("deepseek-chat", re.I))
    alice.page.keyboard.press("Enter")
    expect(answers(alice)).to_contain_text("2/2")
    expect_status(alice.reply, "complete")
    expect(alice.page.get_by_role("article", name=re.compile("^deepseek-chat answered", re.I))).to_be_visible()
    expect(alice.model).to_contain_text("qwen3-max", ignore_case=True)
    alice.button("Previous", answers(alice)).click()
    expect(answers(alice)).to_contain_text("1/2")
    assert text_of(alice.reply) == first


def test_a_stale_tab_begins_a_branch_and_says_so(alice):
    alice.go()
    expect_status(alice.ask("The root of it"), "complete")
    address = f"/c/{alice.conversation}/"
    alice.page.goto("/settings/")
    stale = alice.tab(address, Deaf())
    expect(stale.questions).to_have_count(1)
    alice.go(address)
    expect_status(alice.ask("Said in the first tab"), "complete")

    expect(stale.questions).to_have_count(1)
    stale.composer.fill("Said in the stale tab")
    stale.composer.press("Enter")
    expect(stale.page.get_by_text("The conversation had moved on. Your message began a branch of it.")).to_be_visible()
    expect(wordings(alice)).to_contain_text("/2")
    expect(alice.questions.last).to_contain_text("Said in the first tab")
    stale.page.reload()
    expect(wordings(stale)).to_contain_text("2/2")
    expect_status(stale.reply, "complete")
    expect(stale.reply).to_contain_text("You asked: “Said in the stale tab”")
    stale.button("Previous", wordings(stale)).click()
    expect(stale.reply).to_contain_text("You asked: “Said in the first tab”")


class Deaf:
    """A line on which the words about messages get lost; answers to what is asked still come."""

    LOST = re.compile(r'"type": ?"(message\.(created|changed|delta)|conversation\.changed|resync)"')

    def __call__(self, page) -> None:
        page.route_web_socket("**/ws/**", self.between)

    def between(self, line) -> None:
        server = line.connect_to_server()
        server.on_message(lambda frame: None if self.LOST.search(str(frame)) else line.send(frame))
