"""A film in the making: two people watch it, the server dies and comes back, and it was paid for once."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_status

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-generations")]
MADE = """
import json
from chats.models import Generation
one = Generation.objects.order_by("pk").last()
print(json.dumps([one.state, one.remote_id != "", one.results.count(), one.polls > 0]))
"""


@pytest.fixture(scope="module")
def environment():
    return {"SANDBOX_PACE": "0.1", "GENERATION_LEASE_S": "3"}


def test_two_people_watch_a_film_that_outlives_a_killed_server(alice, bob, product, sandbox_key):
    alice.go()
    alice.choose_model("gen4.5")
    alice.composer.fill("A whale breathes out [sandbox: takes 12]")
    alice.composer.press("Enter")
    card = alice.reply.locator("generation-card")
    expect(card).to_have_attribute("data-state", re.compile("submitted|running"))
    alice.share()
    bob.go(f"/c/{alice.conversation}/")
    seen = bob.reply.locator("generation-card")
    expect(seen.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile("[1-9]"))

    product.kill()
    expect(alice.page.locator("connection-state")).to_contain_text(re.compile("connect", re.IGNORECASE))
    product.start()

    for visitor in (alice, bob):
        expect(visitor.reply.locator("generation-card")).to_have_attribute("data-state", "succeeded", timeout=60_000)
        expect_status(visitor.reply, "complete")
        expect(visitor.reply.locator("video")).to_have_count(1)
    assert json.loads(product.manage(MADE)) == ["succeeded", True, 1, True]
    headers = {"Authorization": f"Bearer {sandbox_key}"}
    told = alice.context.request.get(f"{product.sandbox_url}/sandbox/submits", headers=headers).json()
    assert [one["prompt"] for one in told["submits"]] == ["A whale breathes out"]
    alice.page.goto("/board/")
    expect(alice.page.get_by_role("main")).to_contain_text("A whale breathes out")
    alice.page.goto("/gallery/")
    expect(alice.page.get_by_role("main").locator("[data-tile], [data-attachment]").first).to_be_visible()
