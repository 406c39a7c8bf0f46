"""The wire laid open: what was sent and received, a recording, the body edited by hand, and the difference it made."""

import re
import subprocess

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import complaints
from tests.browser.test_phone import PHONE
from tests.browser.visitor import expect_status

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-wire")]
SENDS = "raw-editor [data-raw=send]"


def asked_of(product, key: str) -> list[dict]:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{product.sandbox_url}/sandbox/requests", headers=headers).raise_for_status().json()["requests"]


def test_a_reply_is_looked_through_edited_and_compared(alice, product, sandbox_key):
    page = alice.go().page
    alice.choose_model("qwen3-max")
    reply = alice.ask("think about foxes")
    expect_status(reply, "complete")
    alice.menu(alice.button("More", reply), "Wire")
    panel = page.get_by_role("tabpanel", name="Wire")
    expect(panel.get_by_role("group", name="The body that was sent")).to_contain_text('content: "think about foxes"')

    panel.get_by_role("tab", name="Received").click()
    expect(panel.get_by_role("listitem").first).to_contain_text('"role":"assistant"')
    alice.button("At once", panel).click()
    alice.button("Replay", panel).click()
    expect(panel.locator(".wire-said")).to_contain_text("You asked: “think about foxes”")

    panel.get_by_role("tab", name="Code").click()
    expect(panel.locator("code-block")).to_contain_text("--data-binary")
    command = panel.locator("code-block code").inner_text()
    environment = {"TOIOTECH_API_KEY": sandbox_key, "PATH": "/usr/bin:/bin"}
    run = subprocess.run(["bash"], input=command, text=True, capture_output=True, env=environment)
    ours, copied = asked_of(product, sandbox_key)[-2:]
    assert (copied["sha256"], copied["status"]) == (ours["sha256"], 200), run.stderr
    assert not complaints(alice, "wire", "#panel")

    panel.get_by_role("tab", name="Sent").click()
    alice.button("Edit the JSON and send it", panel).click()
    body = page.get_by_role("textbox", name="The JSON body")
    written = body.input_value()
    body.fill(written.replace('foxes"', "foxes"))
    expect(page.locator(SENDS)).to_be_disabled()
    page.get_by_role("button", name=re.compile("^The JSON breaks at line 6")).click()
    body.fill(written.replace("foxes", "owls").replace('"stream": true', '"unheard_of": 1,\n"stream": true'))
    page.locator(SENDS).click()
    expect(panel.get_by_text("Edited by hand")).to_be_visible()
    expect(alice.reply).to_contain_text("You asked: “think about owls”")
    expect(panel.get_by_role("group", name="The body that was sent")).to_contain_text("unheard_of: 1")

    alice.button("See the difference to the run before", panel).click()
    difference = page.get_by_role("dialog", name="What differs")
    expect(difference.locator("del").first).to_have_text("foxes")
    expect(difference.locator("ins").first).to_contain_text("owls")
    difference.get_by_role("tab", name="Answer").press("ArrowRight")
    assert not complaints(alice, "difference", "wire-difference")
    assert not alice.complaints


def test_the_wire_of_a_picture_is_a_sheet_on_the_phone(door):
    alice = door("alice", **PHONE)
    alice.page.goto("/")
    expect(alice.button("Send")).to_be_disabled()  # the composer works
    alice.page.get_by_role("button", name="Watch a film").click()
    expect(alice.page.get_by_role("list", name="Attached files")).to_contain_text("film.mp4")
    expect(alice.button("Send")).to_be_enabled()
    alice.button("Send").click()
    expect_status(alice.reply, "complete")
    alice.menu(alice.button("More", alice.reply), "Wire")
    panel = alice.page.get_by_role("tabpanel", name="Wire")
    film = panel.get_by_role("link", name=re.compile("81 KB$"))
    expect(film).to_be_visible()
    assert alice.context.request.get(film.get_attribute("href")).ok
    assert alice.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not alice.complaints
