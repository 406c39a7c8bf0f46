"""The main errand: a real mp4 dropped on the page, asked about, watched by a colleague, found again after a crash."""

import base64
import re
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import expect_more_text, expect_status, text_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-film")]
QUESTION = "What does the video show?"
SIZE, FPS, SECONDS_EACH = (208, 120), 10, 1
DROP = """
([name, bytes]) => {
  const binary = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([binary], name, { type: "video/mp4" }));
  return dataTransfer;
}
"""


@pytest.fixture(scope="module")
def environment():
    return {"SANDBOX_TOKENS_PER_S": "12"}  # slow enough to be watched


def film(path: Path, colours: tuple[str, ...]) -> Path:
    """A second of each colour."""
    import av
    from PIL import Image

    with av.open(str(path), "w") as out:
        track = out.add_stream("libx264", rate=FPS)
        (track.width, track.height), track.pix_fmt, track.time_base = SIZE, "yuv420p", Fraction(1, FPS)
        for colour in colours:
            for _ in range(FPS * SECONDS_EACH):
                out.mux(track.encode(av.VideoFrame.from_image(Image.new("RGB", SIZE, colour))))
        out.mux(track.encode(None))
    return path


def drop(page: Page, file: Path) -> None:
    """As the desktop does it: the file enters, hovers and is let go over the middle of the page."""
    bytes_ = base64.b64encode(file.read_bytes()).decode()
    transfer = page.evaluate_handle(DROP, [file.name, bytes_])
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop to attach")).to_be_visible()
    for event in ("dragover", "drop"):
        page.dispatch_event("body", event, {"dataTransfer": transfer})
    expect(page.get_by_text("Drop to attach")).to_be_hidden()


def test_a_dropped_film_is_answered_watched_by_a_colleague_and_found_after_a_crash(product, alice, bob, tmp_path):
    clip = film(tmp_path / "harbour.mp4", ("green", "yellow", "purple"))
    bob.go()
    bob.button("Team").click()
    expect(bob.page.get_by_text("What you share with the team will be here.")).to_be_visible()

    alice.go()
    drop(alice.page, clip)
    expect(alice.page.get_by_role("list", name="Attached files")).to_contain_text("harbour.mp4")
    alice.choose_model("qwen2.5-omni-7b")
    expect(alice.composer).to_be_focused()
    reply = alice.ask(QUESTION)
    alice.share()

    row = bob.page.get_by_role("link", name=QUESTION)
    expect(row).to_contain_text("A reply is being written")
    row.click()
    watched = bob.page.locator(f"#{reply.get_attribute('id')}")
    expect_more_text(watched, 30)
    expect_status(watched, "streaming")
    expect(bob.questions).to_contain_text("harbour.mp4")
    expect(bob.questions).to_contain_text("alice")
    expect(bob.page.get_by_text("alice is here too")).to_be_attached()

    for person, bubble in ((alice, reply), (bob, watched)):
        expect_status(bubble, "complete")
        expect(person.questions).to_have_text(re.compile(r"video · [\d,]+ tokens"))
    answer = text_of(reply)
    assert text_of(watched) == answer == alice.stored(reply)
    assert "**green → yellow → purple**" in answer
    assert "208 × 120" in answer
    assert "runs **3 s**" in answer

    product.kill()
    product.start()
    for person in (alice, bob):
        person.go()
        person.page.get_by_role("navigation", name="Conversations").get_by_role("link", name=QUESTION).click()
        expect_status(person.reply, "complete")
        assert text_of(person.reply) == answer
        film_again = person.page.get_by_label("harbour.mp4", exact=True)
        expect(film_again).to_have_js_property("error", None)
        assert person.context.request.get(film_again.get_attribute("src")).body() == clip.read_bytes()
    assert charlie_sees(product, film_again.get_attribute("src")) in (302, 401, 403, 404)


def charlie_sees(product, path: str) -> int:
    import httpx

    return httpx.get(product.url + path).status_code


def test_several_files_are_chosen_together_and_one_is_taken_out_again(alice, tmp_path):
    clips = [film(tmp_path / f"{colour}.mp4", (colour,)) for colour in ("red", "blue")]
    alice.go()
    with alice.page.expect_file_chooser() as chooser:
        alice.menu(alice.button("Attach"), "File")
    chooser.value.set_files(clips)
    tray = alice.page.get_by_role("list", name="Attached files")
    expect(tray.get_by_role("listitem")).to_have_count(2)
    alice.button("Remove red.mp4").click()
    expect(tray.get_by_role("listitem")).to_have_text(re.compile("blue.mp4"))
    alice.page.reload()
    expect(tray.get_by_role("listitem")).to_have_text(re.compile("blue.mp4"))
    alice.choose_model("qwen2.5-omni-7b")
    reply = alice.ask("Which colour is it?")
    expect_status(reply, "complete")
    assert "stays **blue**" in text_of(reply)
    assert "**red**" not in text_of(reply)
