"""A broken line: what is typed is kept, shown as waiting, and sent exactly once."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_status
from tests.services import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-offline")]

CALM_MS = 350  # longer than the guard that takes the second half of a double click for neither Send nor Stop


def rows(product, text: str) -> int:
    return int(
        product.manage(f"""
from chats.models import Message
print(sum({text!r} in message.text for message in Message.objects.filter(role="user")))
""")
    )


def send_into_the_void(alice, text: str) -> None:
    alice.composer.fill(text)
    alice.composer.press("Enter")
    expect(alice.questions.last).to_contain_text(text)
    expect(alice.page.get_by_text("1 waiting")).to_be_visible()
    expect(alice.composer).to_have_value("")


def test_a_message_written_while_the_server_is_away_goes_out_once(product, alice):
    alice.go()
    expect_status(alice.ask("First, with a server"), "complete")
    product.stop()
    expect(alice.page.get_by_text(re.compile("^(Reconnecting|Offline)"))).to_be_visible()
    send_into_the_void(alice, "Second, without one")
    alice.page.close()

    product.start()
    alice.page = alice.new_page()
    alice.page.goto("/")
    row = alice.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="First, with a server")
    row.click()
    expect(alice.questions).to_have_count(2)
    expect(alice.reply).to_contain_text("You asked: “Second, without one”")
    expect_status(alice.reply, "complete")
    expect(alice.page.get_by_text("1 waiting")).to_be_hidden()
    alice.page.reload()
    expect(alice.replies).to_have_count(2)
    assert rows(product, "Second, without one") == 1


def test_a_message_written_without_a_network_goes_out_once_it_is_back(product, alice):
    alice.go()
    expect_status(alice.ask("Before the tunnel"), "complete")
    alice.context.set_offline(True)
    expect(alice.page.get_by_text(re.compile("^(Reconnecting|Offline)"))).to_be_visible()
    send_into_the_void(alice, "In the tunnel")
    alice.composer.fill("A draft for later")
    alice.context.set_offline(False)
    expect(alice.reply).to_contain_text("You asked: “In the tunnel”")
    expect_status(alice.reply, "complete")
    expect(alice.page.get_by_text(re.compile("^(Reconnecting|Offline|1 waiting)"))).to_be_hidden()
    expect(alice.composer).to_have_value("A draft for later")
    wait_until(lambda: rows(product, "In the tunnel") == 1, "one row")


def test_a_message_that_has_not_left_can_be_taken_back(product, alice):
    alice.go()
    alice.context.set_offline(True)
    expect(alice.page.get_by_text(re.compile("^(Reconnecting|Offline)"))).to_be_visible()
    send_into_the_void(alice, "Better not")
    alice.button("Take back").click(delay=CALM_MS)
    expect(alice.composer).to_have_value("Better not")
    expect(alice.questions).to_have_count(0)
    alice.context.set_offline(False)
    expect(alice.page.get_by_text(re.compile("^(Reconnecting|Offline)"))).to_be_hidden()
    alice.page.reload()
    expect(alice.composer).to_have_value("Better not")
    assert rows(product, "Better not") == 0
