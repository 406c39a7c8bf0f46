"""Each way to fail says what happened and what was kept, and offers something that works."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_more_text, expect_status, text_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-errors")]

FAILURES = (
    ("status 429; code insufficient_quota", "The model is busy. Wait a minute, then try again."),
    ("code context_length_exceeded", "The conversation is longer than the model can read."),
    ("code content_policy_violation", "A content filter refused this."),
    ("status 400", "The model refused this request."),
    ("error_in_stream after 0; status 400", "The model refused this request."),
)


@pytest.fixture(scope="module")
def environment():
    """A team's own key goes to the sandbox as well, which has three models, one of them newer than our catalog."""
    models = "qwen2.5-omni-7b,qwen3-max-preview,brand-new-9"
    return {"GATEWAY_BASE_URL": "http://127.0.0.1:{port}/sandbox", "SANDBOX_MODELS": models}


def test_each_failure_says_why_keeps_the_message_and_can_be_tried_again(alice):
    alice.go()
    for directive, cause in FAILURES:
        reply = alice.begin().ask(f"Hello [sandbox: {directive}; times 1]")
        expect_status(reply, "failed")
        error = reply.get_by_role("group", name="What went wrong")
        expect(error).to_contain_text(cause)
        expect(error).to_contain_text("Your message is kept.")
        error.get_by_text("Details", exact=True).click()
        expect(error.get_by_text("Message of the gateway")).to_be_visible()
        expect(alice.button("Send")).to_be_visible()
        alice.button("Try again", error).click()
        expect_status(alice.reply, "complete")
        expect(alice.reply).to_contain_text("2/2")
        expect(alice.reply).to_contain_text("You asked: “Hello")
        alice.button("Previous", alice.reply).click()
        expect(alice.reply).to_contain_text(cause)
    alice.page.reload()
    expect(alice.reply).to_contain_text(cause)


@pytest.mark.parametrize("directive", ["error_in_stream after 40; code server_error", "cut after 40"])
def test_a_reply_that_breaks_off_keeps_what_came_and_goes_on(alice, directive):
    alice.go()
    reply = alice.ask(f"long answer 900 [sandbox: {directive}; times 1]")
    expect_status(reply, "incomplete")
    error = reply.get_by_role("group", name="What went wrong")
    expect(error).to_contain_text("What came until then is kept.")
    kept = text_of(reply)
    assert len(kept) > 50
    assert kept == alice.stored(reply)
    reply.hover()
    alice.button("Regenerate", reply).click()
    expect(alice.reply).to_contain_text("2/2")
    expect_status(alice.reply, "complete")
    assert len(text_of(alice.reply)) == 900
    alice.button("Previous", alice.reply).click()
    expect(alice.reply).to_contain_text("1/2")
    assert text_of(alice.reply) == kept


def test_an_answer_at_the_length_limit_says_so_and_goes_on(alice):
    alice.go()
    alice.button("Parameters").click()
    alice.page.get_by_role("spinbutton", name="Longest answer").fill("60")
    reply = alice.ask("long answer 2000")
    expect_status(reply, "incomplete")
    expect(reply).to_contain_text("Cut off at the length limit.")
    kept = text_of(reply)
    alice.button("Continue", reply).click()
    whole = expect_more_text(reply, len(kept) + 100)
    assert whole.startswith(kept)
    expect_status(reply, "incomplete")


def test_an_empty_reply_is_a_named_problem(alice):
    alice.go()
    reply = alice.ask("Hello [sandbox: empty; times 2]")
    expect(reply).to_contain_text("The model ended without an answer.", timeout=30_000)
    alice.button("Try again", reply).click()
    expect_status(alice.reply, "complete")
    expect(alice.reply).to_contain_text("You asked: “Hello")


def test_a_model_that_is_not_there_offers_another_one(alice):
    alice.go()
    alice.choose_model("no-such-model")
    reply = alice.ask("Hello")
    error = reply.get_by_role("group", name="What went wrong")
    expect(error).to_contain_text("The model is not available now.")
    alice.button("Answer with another model", error).click()
    alice.page.get_by_role("combobox", name="Search models").fill("qwen3-max-preview")
    expect(alice.page.get_by_role("option", selected=True).first).to_contain_text("qwen3-max-preview")
    alice.page.keyboard.press("Enter")
    expect_status(alice.reply, "complete")
    expect(alice.page.get_by_role("article", name="qwen3-max-preview answered")).to_be_visible()


def test_the_picker_knows_what_the_key_has(alice):
    """A model newer than the catalog can be used; one that the key does not have says so."""
    alice.go()
    alice.choose_model("brand-new-9")
    expect_status(alice.ask("Hello"), "complete")
    expect(alice.page.get_by_role("article", name="brand-new-9 answered")).to_be_visible()
    alice.page.keyboard.press("Control+Shift+M")
    alice.page.get_by_role("combobox", name="Search models").fill("glm-4.6v")
    expect(alice.page.get_by_role("option", selected=True)).to_contain_text("not with this key")


def test_a_refused_key_is_replaced_in_the_settings_and_the_question_answered(alice, sandbox_key):
    alice.go()
    reply = alice.ask("Hello [sandbox: status 401; times 1]")
    expect(reply).to_contain_text("The gateway does not accept the key: it is wrong, expired or used up.")
    address = alice.page.url
    alice.page.get_by_role("link", name="Add a key").click()
    alice.page.get_by_label("Key", exact=True).fill("a-key-that-is-wrong")
    alice.button("Check and save").click()
    expect(alice.page.get_by_role("alert").filter(has_text="does not accept the key")).to_be_visible()
    alice.page.get_by_label("Key", exact=True).fill(f"{sandbox_key}-of-the-film-club")
    alice.button("Check and save").click()
    expect(alice.page.get_by_text("Set · …")).to_be_visible()
    alice.page.goto(address)
    alice.button("Try again", alice.reply).click()
    expect_status(alice.reply, "complete")
    expect(alice.reply).to_contain_text("You asked: “Hello")
