"""From the printed link to a first answer about a film, without a word to anybody else."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_status, text_of
from tests.person import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-first-start")]
FILM = Path(__file__).resolve().parents[2] / "static" / "samples" / "film.mp4"
HUES = ((20, "red"), (45, "orange"), (70, "yellow"), (165, "green"), (195, "cyan"), (260, "blue"), (330, "purple"))


def test_a_first_start_leads_to_an_answer_that_only_the_sample_film_can_give(product, charlie, door):
    page = charlie.page
    page.goto(product.owner_link)
    page.get_by_label("Your name").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("textbox", name="Team").fill("Film club")
    charlie.button("Start").click()
    charlie.ready()
    expect(page.get_by_role("link", name="Film club")).to_be_visible()
    expect(page.get_by_text("Sandbox: answers are made on this machine.")).to_be_visible()

    page.get_by_role("button", name="Watch a film").click()
    expect(page.get_by_role("list", name="Attached files")).to_contain_text("film.mp4")
    expect(charlie.composer).to_have_value("What does the video show?")
    expect(charlie.model).to_contain_text("qwen2.5-omni-7b")
    expect(charlie.button("Send")).to_be_enabled()
    charlie.composer.press("Enter")
    expect_status(charlie.reply, "complete")

    answer = text_of(charlie.reply)
    length, colours = measured(FILM)
    assert f"runs **{length} s**" in answer
    assert f"**{' → '.join(colours)}**" in answer
    receipt = re.compile(r"video · [\d,]+ tokens")
    expect(charlie.questions).to_have_text(receipt)
    shown = [charlie.questions.inner_text(), charlie.reply.inner_text()]
    page.reload()
    expect(charlie.reply).to_be_visible()
    expect(charlie.questions).to_have_text(receipt)
    assert text_of(charlie.reply) == answer
    assert [charlie.questions.inner_text(), charlie.reply.inner_text()] == shown
    expect(page).to_have_title(re.compile("What does the video show?"))

    late = door(None)
    late.page.goto(product.owner_link)
    expect(late.page.get_by_role("heading", name="This link has been used")).to_be_visible()
    late.page.get_by_role("link", name="Sign in").click()
    expect(late.page.get_by_role("heading", name="Sign in")).to_be_visible()

    assert len(charlie.requests) > 40
    assert charlie.abroad == []
    assert charlie.complaints == []


def measured(film: Path) -> tuple[str, list[str]]:
    """Seconds, and the main colours one after the other, by decoding it."""
    import av

    with av.open(str(film)) as opened:
        rate = opened.streams.video[0].average_rate
        names = [main_colour(frame.to_image()) for frame in opened.decode(video=0)]
    changes = [name for before, name in pairwise(["", *names]) if name != before]
    return f"{float(len(names) / rate):.2f}".rstrip("0").rstrip("."), changes


def main_colour(picture) -> str:
    small = picture.convert("HSV").resize((16, 9))
    hues = [small.getpixel((x, y))[0] * 360 / 256 for x in range(16) for y in range(9)]
    names = [next((name for end, name in HUES if hue < end), "red") for hue in hues]
    return Counter(names).most_common(1)[0][0]
