"""The pages about accounts in a real Chromium: first start, settings, the key, an invitation; axe on each of them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from chats.gateway.sandbox import server
from tests.live import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("account-pages")]
HERE = Path(__file__).resolve().parent.parent.parent
AXE = (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text()
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
PASSWORD = "a rather long one"
BAD_KEY = "wrong-key-of-the-film-club-77aa"


@pytest.fixture(scope="module")
def product():
    with server.start() as gateway:
        product = Product(environment={"GATEWAY_BASE_URL": gateway.url})
        product.start()
        yield product
        product.stop()


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, *QUIET])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def owner(product, chromium) -> Page:
    """ada, who started the site; the tests of this file go on where the last one stopped."""
    page = chromium.new_context(base_url=product.url).new_page()
    page.goto(product.owner_link)
    page.get_by_label("Your name").fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Team").fill("Engines")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(f"{product.url}/")
    return page


def violations(page: Page) -> list[str]:
    found = page.evaluate(f"{AXE}; axe.run(document, {{resultTypes: ['violations']}})")
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]]


def test_the_password_can_be_looked_at_while_it_is_typed(product, chromium):
    page = chromium.new_page()
    page.goto(f"{product.url}/accounts/login/")
    field = page.get_by_label("Password", exact=True)
    field.fill("secret")
    page.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide the password").click()
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_value("secret")


def test_a_theme_counts_at_once_and_after_a_reload(owner):
    owner.goto("/settings/")
    owner.wait_for_function("Boolean(customElements.get('preference-form'))")
    with owner.expect_response("**/settings/preferences/") as saved:
        owner.get_by_text("Dark", exact=True).click()
    assert saved.value.status == 204
    expect(owner.locator("html")).to_have_attribute("data-theme", "dark")
    owner.reload()
    expect(owner.locator("html")).to_have_attribute("data-theme", "dark")
    expect(owner.get_by_role("radio", name="Dark")).to_be_checked()


def test_the_language_switches_without_loading_the_page(owner):
    owner.goto("/settings/")
    owner.evaluate("window.isSamePage = true")
    main = owner.get_by_role("main")
    main.get_by_role("button", name="简体中文").click()
    expect(owner.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert owner.evaluate("window.isSamePage")
    main.get_by_role("button", name="English").click()
    expect(owner.locator("html")).to_have_attribute("lang", "en")


def test_a_refused_key_stays_can_be_saved_all_the_same_and_a_good_one_replaces_it(owner):
    owner.goto("/teams/1/")
    field = owner.get_by_label("Key", exact=True)
    field.fill(BAD_KEY)
    expect(owner.get_by_role("button", name="Save anyway")).to_be_hidden()
    owner.get_by_role("button", name="Check and save").click()
    expect(owner.locator("#key-error")).to_contain_text("The gateway does not accept the key")
    expect(field).to_have_value(BAD_KEY)
    expect(field).to_be_focused()
    owner.get_by_role("button", name="Save anyway").click()
    expect(owner.get_by_text("…77aa")).to_be_visible()
    assert BAD_KEY not in owner.content()
    owner.get_by_label("New key").fill("sandbox-key-of-the-film-club-9f3c")
    owner.get_by_role("button", name="Check and save").click()
    expect(owner.get_by_text("…9f3c")).to_be_visible()
    owner.get_by_role("button", name="Remove the key").click()
    expect(owner.get_by_text("None is set")).to_be_visible()


def test_an_invited_person_comes_in_by_the_copied_link(owner, product, chromium):
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    owner.goto("/teams/1/")
    owner.get_by_role("button", name="Invite").click()
    owner.get_by_role("button", name="Copy").click()
    expect(owner.get_by_role("button", name="Copied")).to_be_visible()
    link = owner.evaluate("navigator.clipboard.readText()")
    bob = chromium.new_page()
    bob.goto(link)
    expect(bob.get_by_role("heading", name="Join Engines")).to_be_visible()
    bob.get_by_label("Your name").fill("bob")
    bob.get_by_label("Password", exact=True).fill(PASSWORD)
    bob.get_by_role("button", name="Join").click()
    bob.wait_for_url(f"{product.url}/")
    owner.reload()
    expect(owner.get_by_label("Pass on this link")).to_have_count(0)
    owner.get_by_text("Change", exact=True).click()
    owner.get_by_role("button", name="Remove from the team").click()
    expect(owner.get_by_text("bob", exact=True)).to_have_count(0)
    assert bob.goto(f"{product.url}/teams/1/").status == 404


def test_the_company_button_leaves_our_policy_in_peace(product, chromium):
    """`form-action 'self'` stops a form that is answered by a redirect to another site; ours moves on by itself."""
    page = chromium.new_page()
    page.goto(f"{product.url}/accounts/login/")
    policy = page.request.get(f"{product.url}/accounts/login/").headers["content-security-policy"]
    assert re.search(r"form-action 'self'(;|$)", policy)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/invitations/x/", "/start/x/"])
def test_axe_finds_nothing_on_the_cards(product, chromium, path, theme):
    context = chromium.new_context(base_url=product.url)
    context.add_cookies([{"name": "theme", "value": theme, "url": product.url}])
    page = context.new_page()
    page.goto(path)
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/settings/", "/teams/", "/teams/1/"])
def test_axe_finds_nothing_in_the_settings(owner, product, path, theme):
    owner.context.add_cookies([{"name": "theme", "value": theme, "url": product.url}])
    owner.goto(path)
    for summary in owner.locator("main summary:visible").all():
        summary.click()
    for width in (1440, 390):
        owner.set_viewport_size({"width": width, "height": 844})
        assert violations(owner) == []
        assert not owner.evaluate("document.documentElement.scrollWidth > innerWidth")
