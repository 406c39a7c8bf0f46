"""A real Chromium and the whole product, one of each for a file; a failed test says where its screenshots are."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect, sync_playwright

from tests.browser.visitor import Visitor
from tests.live import Product
from tests.person import PASSWORD
from tests.services import free_port

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 30_000  # of each expectation; a busy machine is no failure
LOG_TAIL = 2_000

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """What a file's product is started with besides the defaults; `{port}` is its own."""
    return {}


@pytest.fixture(scope="module")
def product(environment) -> Iterator[Product]:
    port = free_port()
    running = Product(port=port, environment={name: value.format(port=port) for name, value in environment.items()})
    running.start()
    yield running
    running.stop()
    shutil.rmtree(running.data_dir, ignore_errors=True)


@pytest.fixture(scope="module")
def sandbox_key(product) -> str:
    """What the product's own sandbox lets in."""
    return product.manage("from django.conf import settings; print(settings.SANDBOX_KEY)")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for the whole session: Playwright's event loop would break the asynchronous tests after it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class House:
    """Who lives here: alice owns the team from the one-time link on, others come by invitation when they are named."""

    def __init__(self, product: Product, chromium: Browser) -> None:
        self.product, self._chromium = product, chromium
        self._kept: dict[str, dict] = {}  # cookies by name
        self.roles = {"bob": "member", "victor": "viewer"}

    def cookies(self, name: str) -> dict:
        if name not in self._kept:
            self._kept[name] = self._found() if name == "alice" else self._invited(name)
        return self._kept[name]

    def _found(self) -> dict:
        return self._signed_up(self.product.owner_link, name="alice", team="Film club")

    def _invited(self, name: str) -> dict:
        context = self._chromium.new_context(storage_state=self.cookies("alice"), base_url=self.product.url)
        form = {"role": self.roles[name], "days": "7", "email": ""}
        page = submit(context.request, "/teams/1/invitations/", form, shown_at="/teams/1/")
        context.close()
        return self._signed_up(re.search(r'id="fresh-link"[^>]*value="([^"]+)"', page)[1], name=name, email="")

    def _signed_up(self, link: str, **form: str) -> dict:
        context = self._chromium.new_context(base_url=self.product.url)
        submit(context.request, link, {"password": PASSWORD, **form})
        kept = context.storage_state()
        context.close()
        return kept


def submit(request, path: str, form: dict[str, str], shown_at: str = "") -> str:
    """Fills in a form without its page being drawn; answers the next page."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', request.get(shown_at or path).text())
    assert token, f"no form at {shown_at or path}"
    answer = request.post(path, form={**form, "csrfmiddlewaretoken": token[1]})
    assert answer.ok, answer.text()
    return answer.text()


@pytest.fixture(scope="module")
def house(product, chromium) -> House:
    return House(product, chromium)


class Door:
    """Lets people in: `door("alice")` is a browser of her own, `door(None)` one that nobody has signed in with.

    A browser that somebody has left is used again for the same person: what it has cached saves most of a page load.
    """

    def __init__(self, house: House, chromium: Browser) -> None:
        self.house, self._chromium = house, chromium
        self._left: dict[str, list[BrowserContext]] = {}
        self.visitors: list[Visitor] = []

    def __call__(self, name: str | None = "alice", **options) -> Visitor:
        cookies = self.house.cookies(name)["cookies"] if name else []
        kind = f"{name} {options}"
        left = self._left.setdefault(kind, [])
        context = left.pop() if left else self._new_context(**options)
        context.add_cookies(cookies)
        visitor = Visitor(context, self.house.product.url, name or "nobody", kind)
        self.visitors.append(visitor)
        return visitor

    def _new_context(self, **options) -> BrowserContext:
        options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}} | options
        return self._chromium.new_context(base_url=self.house.product.url, **options)

    def close(self) -> None:
        """After a test: everybody goes, and nothing but the cache stays behind."""
        for visitor in self.visitors:
            visitor.leave()
            self._left[visitor.kind].append(visitor.context)
        self.visitors = []


@pytest.fixture(scope="module")
def front_door(house, chromium) -> Door:
    return Door(house, chromium)


@pytest.fixture
def door(front_door) -> Iterator[Door]:
    yield front_door
    front_door.close()


@pytest.fixture
def alice(door) -> Visitor:
    return door("alice")


@pytest.fixture
def bob(door) -> Visitor:
    return door("bob")


@pytest.fixture
def charlie(door) -> Visitor:
    """A stranger: signed in nowhere."""
    return door(None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Puts what was seen into the message of the failure."""
    door, product = (item.funcargs.get(name) for name in ("door", "product"))
    if call.excinfo and call.when == "call" and door and product:
        folder = Path(tempfile.mkdtemp(prefix="seen-"))
        for number, visitor in enumerate(door.visitors):
            call.excinfo.value.add_note(seen(visitor, folder / f"{item.name[:60]}-{number}-{visitor.name}.png"))
        (folder / "product.log").write_text(product.log)
        call.excinfo.value.add_note(f"The end of {folder / 'product.log'}:\n{product.log[-LOG_TAIL:]}")
    return (yield)


def seen(visitor: Visitor, path: Path) -> str:
    try:
        visitor.page.screenshot(path=path, timeout=5_000)
    except Error as error:
        return f"{visitor.name} at {visitor.page.url}: no screenshot, {error}"
    return f"{visitor.name} at {visitor.page.url}: {path}; told: {visitor.complaints or 'nothing'}"
