"""Tools in a conversation: chosen, asked about, answered by hand in one tab while another decides, and cited."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_status

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-tools")]

SHOP = """
from chats.models import FunctionSet, Team
team = Team.objects.get()
author = team.memberships.first().user
functions = [{"name": name, "description": name, "result": result, "parameters": {"type": "object", "properties":
  {"place": {"type": "string"}}}} for name, result in (("get_weather", "Rain"), ("book_ticket", None))]
FunctionSet.objects.create(team=team, author=author, name="Harbour", functions=functions)
"""


def switch_on(visitor, name):
    visitor.button("Tools").click()
    menu = visitor.page.get_by_role("dialog", name="Tools")
    menu.get_by_role("checkbox", name=re.compile(name)).check()
    return menu


def step(visitor, call):
    return visitor.page.locator("tool-step", has_text=call)


def test_a_half_typed_answer_survives_what_another_tab_decides(product, alice):
    alice.go("/?model=qwen-plus")  # founds the team
    product.manage(SHOP)
    alice.page.reload()
    alice.ready()
    switch_on(alice, "Harbour").get_by_role("button", name="Close").click()
    expect(alice.button("Tools 1 on")).to_be_focused()
    reply = alice.ask("get_weather in Paris and book_ticket to Paris")
    expect_status(reply, "waiting")
    expect(alice.page).to_have_title(re.compile(r"^\? "))
    booking = step(alice, "book_ticket")
    expect(alice.button("Run it", booking)).to_have_count(0)
    alice.button("Answer by hand", booking).click()
    answer = booking.get_by_role("textbox", name="What the model is told")
    expect(answer).to_be_focused()
    answer.press_sequentially("Seat 1")

    other = alice.tab(f"/c/{alice.conversation}/")
    alice_weather, other_weather = step(alice, "get_weather"), step(other, "get_weather")
    other.button("Edit", other_weather).click()
    arguments = other_weather.get_by_role("textbox", name="Arguments, as JSON")
    arguments.fill('{"place": ')
    other.button("Run with these", other_weather).click()
    expect(other_weather.get_by_role("alert").filter(has_text="This is not JSON")).to_be_visible()
    arguments.fill('{"place": "Kiel"}')
    arguments.press("Control+Enter")
    expect(alice_weather).to_have_attribute("data-state", "approved")

    expect(answer).to_be_focused()
    answer.press_sequentially("2A")
    answer.press("Control+Enter")
    expect_status(reply, "complete")
    expect(reply).to_contain_text("Rain")
    expect(reply).to_contain_text("Seat 12A")
    expect(alice_weather).to_contain_text("Kiel")
    other.page.reload()
    expect(step(other, "book_ticket")).to_contain_text("answered by hand")
    expect(other.button("Tools 1 on")).to_be_visible()
    assert not alice.complaints


def test_a_search_that_runs_by_itself_is_cited_with_links_that_open_beside_the_page(alice):
    alice.go("/?model=qwen-plus")
    menu = switch_on(alice, "Web search")
    menu.get_by_role("radio", name="Run by itself").check()
    alice.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    reply = alice.ask("Search the web for tool calling")
    expect_status(reply, "complete")
    found = step(alice, "Searched the web")
    found.locator("summary").first.click()
    expect(found.get_by_role("link").first).to_be_visible()
    mark = reply.locator("sup.cite a").first
    sources = reply.get_by_role("list", name="Sources").get_by_role("link")
    expect(mark).to_have_text("1")
    for link in (mark, sources.first):
        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", re.compile("noopener"))
    assert mark.get_attribute("href") == sources.first.get_attribute("href")
    assert not alice.complaints
