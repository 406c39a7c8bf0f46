"""The composer as the form of a model: pictures from text, a painted mask, a result dragged into a film, a phone."""

import json
import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_accessibility import complaints
from tests.browser.test_phone import PHONE, assert_fits
from tests.browser.visitor import Visitor, expect_status
from tests.media import making

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-generations")]
PICTURE = (120, 80)
LOADED = "[...document.querySelectorAll('generation-card img')].every((one) => one.complete && one.naturalWidth)"
WITH_FORM = """
from chats.models import Generation
import json
one = Generation.objects.order_by("pk").last()
print(json.dumps({"task": one.task, "given": [[g.role, g.attachment_id] for g in one.given.all()]}))
"""


@pytest.fixture(scope="module")
def environment():
    return {"SANDBOX_PACE": "0.02", "SANDBOX_TASK_SCALE": "0.02"}


def pill(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def place(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{name}(:|$)"))


def cards(visitor: Visitor) -> Locator:
    return visitor.reply.locator("generation-card")


def fill(page: Page, name: str, path) -> None:
    """Chooses a file of this machine for an empty place."""
    with page.expect_file_chooser() as chooser:
        place(page, name).click()
        page.get_by_role("menuitem", name="From this device").click()
    chooser.value.set_files(path)
    expect(page.get_by_role("button", name=re.compile(f"{path.name}, {PICTURE[0]} × {PICTURE[1]}$"))).to_be_visible()


def last_generation(product) -> dict:
    return json.loads(product.manage(WITH_FORM))


def test_pictures_from_text_in_two_variations_beside_another_model(alice):
    alice.go()
    alice.choose_model("gpt-image")
    pill(alice.page, "Size").select_option(label="1536 × 1024")
    pill(alice.page, "Variations").select_option("×2")
    alice.button("Also with…").click()
    search = alice.page.get_by_role("combobox", name="Search models")
    search.fill("imagineart")
    search.press("Enter")
    expect(alice.page.get_by_text("4 pictures")).to_be_visible()
    alice.page.reload()
    expect(pill(alice.page, "Size")).to_have_value("2")
    expect(alice.button("Without imagineart-1.5-preview")).to_be_visible()
    alice.composer.fill("A red fox")
    alice.composer.press("Enter")
    expect(cards(alice)).to_have_count(4)
    expect(alice.composer).to_have_value("")
    expect_status(alice.reply, "complete")
    pictures = alice.reply.get_by_role("img", name=re.compile("png|jpe?g|webp"))
    expect(pictures).to_have_count(4)
    alice.page.wait_for_function(LOADED)
    sizes = pictures.evaluate_all("(all) => all.map((one) => Math.round((10 * one.naturalWidth) / one.naturalHeight))")
    assert sorted(sizes) == [10, 10, 15, 15]
    assert not alice.complaints


def test_a_mask_is_painted_by_mouse_and_by_keys(alice, product, tmp_path):
    source = making.picture(tmp_path / "house.png", PICTURE)
    alice.go()
    alice.choose_model("gpt-image")
    page = alice.page
    fill(page, "Pictures", source)
    place(page, "Area to change").click()
    stage = page.get_by_role("application", name="Painting over house.png")
    expect(stage).to_be_focused()
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.up()
    for key in ("r", "Enter", "Shift+ArrowRight", "Shift+ArrowDown", "Enter", "Control+z"):
        page.keyboard.press(key)
    expect(alice.button("Redo")).to_be_enabled()
    assert not complaints(alice, "mask", ".mask-dialog")
    alice.button("Use this area").click()
    expect(place(page, "Area to change")).to_be_focused()
    expect(place(page, "Area to change")).to_have_accessible_name(re.compile("120 × 80"))
    expect(page.get_by_text("Part of a picture, changed")).to_be_visible()
    alice.composer.fill("A blue door")
    alice.composer.press("Enter")
    expect_status(alice.reply, "complete")
    made = last_generation(product)
    roles = dict(made["given"])
    assert made["task"] == "image-edit"
    assert set(roles) == {"source", "mask"}
    mask = Image.open(BytesIO(alice.context.request.get(f"/attachments/{roles['mask']}/file/").body()))
    assert (mask.size, mask.mode) == (PICTURE, "RGBA")
    assert [mask.getpixel(at)[3] for at in ((60, 40), (2, 2))] == [0, 255]
    assert not alice.complaints


def test_a_result_is_dragged_into_the_first_frame_of_a_film(alice, product):
    alice.go()
    alice.choose_model("imagineart")
    alice.composer.fill("A lighthouse")
    alice.composer.press("Enter")
    expect_status(alice.reply, "complete")
    picture = cards(alice).locator("[data-tile]")
    attachment = int(picture.get_attribute("data-tile"))
    alice.choose_model("kling-v3")
    picture.locator("img").drag_to(place(alice.page, "First frame"))
    expect(place(alice.page, "First frame")).to_have_accessible_name(re.compile("png|jpe?g"))
    expect(alice.page.get_by_text("Film from a picture")).to_be_visible()
    alice.composer.fill("It begins to shine")
    alice.composer.press("Enter")
    expect(cards(alice)).to_have_attribute("data-kind", "video")
    expect_status(alice.reply, "complete")
    assert last_generation(product) == {"task": "image-to-video", "given": [["first_frame", attachment]]}
    alice.page.get_by_role("button", name=re.compile("^Change")).last.click()
    expect(alice.composer).to_have_value("It begins to shine")
    frame = place(alice.page, "First frame")
    expect(frame).to_have_accessible_name(re.compile("png|jpe?g"))
    frame.press("Delete")
    expect(place(alice.page, "First frame")).to_be_focused()
    expect(alice.page.get_by_text("Film from text")).to_be_visible()
    assert not alice.complaints


def test_the_form_on_a_phone(door):
    alice = door("alice", **PHONE)
    alice.page.goto("/?model=kling-v3")
    page = alice.page
    expect(place(page, "Last frame")).to_be_visible()
    assert_fits(alice, "the form")
    assert not complaints(alice, "the form", "message-composer")
    page.get_by_role("button", name=re.compile("^5 s")).tap()
    sheet = page.get_by_role("dialog", name="Settings")
    alice.button("More", sheet).tap()
    assert_fits(alice, "its settings")
    assert not complaints(alice, "its settings", ".form-sheet")
    alice.button("Done", sheet).tap()
    expect(page.get_by_text("2 films")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("×2$"))).to_be_visible()
    place(page, "Last frame").tap()
    assert page.get_by_role("menuitem", name="From the gallery").bounding_box()["height"] >= 44
    page.keyboard.press("Escape")
    alice.composer.fill("Waves")
    alice.button("Send").tap()
    expect(cards(alice)).to_have_count(2)
    expect_status(alice.reply, "complete")
    assert_fits(alice, "two films")
    assert not alice.complaints
