"""The benches as people use them: texts become a heat map, results become a question, functions are tried."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import complaints
from tests.browser.test_phone import PHONE, assert_fits

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-benches")]
TEXTS = "A cat sleeps on the sofa\nA kitten naps on the couch\nShares fell sharply"
SCHEMA = {"type": "object", "properties": {"city": {"type": "strnig"}}}


def test_texts_are_compared_and_other_dimensions_are_refused(alice):
    page = alice.page
    page.goto("/benches/embeddings/")
    expect(page.locator("run-bench:defined")).to_be_visible()
    page.get_by_label("Texts", exact=True).fill(TEXTS)
    page.reload()  # what was typed is still there
    expect(page.get_by_label("Texts", exact=True)).to_have_value(TEXTS)
    alice.button("Embed").click()
    canvas = page.get_by_role("img", name=re.compile("^Heat map of 3 by 3"))
    canvas.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text(re.compile(r"^0\.\d+ between 2 “A kitten.*” and 1 “A cat"))).to_be_visible()
    assert canvas.evaluate(
        "(node) => node.getContext('2d').getImageData(node.width / 2, node.height / 2, 1, 1).data[3]"
    )
    assert not complaints(alice, "a heat map", "#main")
    first = page.url
    page.get_by_label("Dimensions").fill("256")
    alice.button("Embed").click()
    expect(page).not_to_have_url(first)
    expect(page.get_by_text("256", exact=True)).to_be_visible()
    page.get_by_label("Across").select_option(index=1)
    expect(page.get_by_role("alert").filter(has_text="cannot be compared")).to_contain_text("256")
    page.get_by_role("button", name="Neighbours").click()
    expect(page.locator(".near-one").first).to_contain_text("A kitten naps")
    page.get_by_role("button", name="Map", exact=True).click()
    assert not complaints(alice, "a map", "vector-views")
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Words to search for").fill("django channels")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("Django Channels")).first).to_have_attribute("target", "_blank")
    assert not complaints(alice, "results", "#main")
    alice.button("Ask a model about these").click()
    expect(alice.composer).to_have_value(re.compile(r"django channels\n\n\[1\]"))
    assert not alice.complaints


def test_functions_are_checked_saved_and_tried_on_a_phone(door):
    alice = door("alice", **PHONE)
    page = alice.page
    page.goto("/benches/functions/")
    alice.button("Paste JSON").tap()
    tool = {"name": "get_weather", "description": "The weather of a city", "input_schema": SCHEMA}
    page.get_by_label("Functions as JSON").fill(json.dumps([tool]))
    alice.button("Take these").tap()
    expect(page.get_by_text("properties.city.type: “strnig”")).to_be_visible()
    schema = page.get_by_label("Parameters as JSON schema")
    schema.fill(schema.input_value().replace("strnig", "string"))
    expect(page.get_by_text("“strnig”")).to_have_count(0)
    page.get_by_label("Name of the set").fill("Weather")
    assert_fits(alice, "a set of functions")
    alice.button("Save").tap()
    expect(page).to_have_url(re.compile(r"/benches/functions/\d+/"))
    assert not complaints(alice, "a set of functions", "#main")
    alice.button("Try it").tap()
    expect(page.get_by_role("button", name=re.compile("^Tools.*1"))).to_be_visible()
    assert not alice.complaints
