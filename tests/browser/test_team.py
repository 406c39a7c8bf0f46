"""Somebody who is removed from the team hears nothing more, at once."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_more_text, text_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-team")]


def test_a_removed_member_stops_receiving_text_files_and_pages(alice, bob, tmp_path):
    picture = tmp_path / "secret.png"
    picture.write_bytes(red_png())
    heard: list[tuple[str, int]] = []
    bob.page.on("websocket", lambda line: line.on("framereceived", lambda frame: heard.append(told(frame))))

    alice.go()
    with alice.page.expect_file_chooser() as chooser:
        alice.menu(alice.button("Attach"), "File")
    chooser.value.set_files(picture)
    expect(alice.page.get_by_role("list", name="Attached files")).to_contain_text("secret.png")
    alice.choose_model("qwen2.5-omni-7b")
    reply = alice.ask("long answer 6000 [sandbox: tokens_per_s 50]")
    conversation = alice.conversation
    alice.share()
    expect(alice.page.locator("#row-" + str(conversation))).to_contain_text("Shared with the team")

    bob.go(f"/c/{conversation}/")
    expect_more_text(bob.reply, 100)
    src = bob.questions.get_by_role("img").first.get_attribute("src")
    assert bob.context.request.get(src).status == 200
    assert [type_ for type_, of in heard if of == conversation and type_ == "message.delta"]

    team = alice.context.new_page()
    team.goto("/teams/1/")
    team.get_by_text("bob", exact=True).click()
    team.get_by_role("button", name="Remove from the team").click()
    expect(team.get_by_text("bob", exact=True)).to_be_hidden()

    expect(bob.page.get_by_role("heading", name="You are in no team")).to_be_visible()
    expect(bob.page).not_to_have_url(re.compile(f"/c/{conversation}/"))
    lost = [type_ for type_, _ in heard].index("access.lost")
    seen_at_removal = len(text_of(reply))
    expect_more_text(reply, seen_at_removal + 300)
    assert not [frame for frame in heard[lost + 1 :] if frame[1] == conversation]
    expect(bob.page.get_by_role("article")).to_have_count(0)
    for path in (src, f"/c/{conversation}/", f"/messages/{reply.get_attribute('data-message')}/raw/"):
        assert bob.context.request.get(path).status == 404, path
    expect(bob.page.get_by_role("link", name="long answer")).to_have_count(0)
    alice.button("Stop").click()


def told(frame: str) -> tuple[str, int]:
    read = json.loads(frame)
    return read["type"], read.get("conversation")


def red_png() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "PNG")
    return out.getvalue()


def test_a_viewer_reads_along_and_cannot_write(alice, door):
    alice.go()
    reply = alice.ask("A question for everybody")
    conversation = alice.conversation
    alice.share()
    expect(alice.page.locator("#row-" + str(conversation))).to_contain_text("Shared with the team")
    victor = door("victor")
    victor.page.goto(f"/c/{conversation}/")
    expect(victor.reply).to_contain_text("You asked: “A question for everybody”")
    expect(victor.page.get_by_text("You can read this conversation.")).to_be_visible()
    expect(victor.composer).to_have_count(0)
    for name in ("Regenerate", "Edit", "Rename", "Share"):
        expect(victor.button(name)).to_have_count(0)
    assert text_of(victor.reply) == alice.stored(reply)
