"""One command starts everything, one Ctrl-C stops it, and what is in the way is said in one sentence."""

import os
import re
import socket
import subprocess
import sys

import httpx
import pytest

from tests.live import HERE, LINK, Product
from tests.person import Person

pytestmark = pytest.mark.xdist_group("serve")


@pytest.fixture
def product():
    product = Product(is_bare=True)
    yield product
    product.kill()


def serve(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "manage.py", "serve", *arguments]
    return subprocess.run(
        command, cwd=HERE, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )


async def test_a_first_start_gives_a_link_that_makes_the_owner_once(product):
    product.start()
    link = product.owner_link
    alice, late = await Person.arrive(product.url), await Person.arrive(product.url)
    await alice.start(link)
    async with alice.session.get(product.url) as page:
        assert page.status == 200
        assert page.url.path == "/"
    async with late.session.get(link) as page:
        assert page.status in (404, 410)
    assert product.stop() == 0
    before = len(LINK.findall(product.log))
    product.start()
    assert len(LINK.findall(product.log)) == before, "the second start offers no owner's link"
    await late.sign_in()
    async with late.session.get(product.url) as page:
        assert page.url.path == "/"
    await alice.leave()
    await late.leave()


def test_ctrl_c_ends_every_part_and_frees_the_port(product):
    product.start()
    assert product.stop() == 0
    assert "Stopped." in product.log
    assert "Traceback" not in product.log
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", product.port))


async def test_ctrl_c_in_mid_reply_keeps_its_text(product):
    product.start()
    alice = await Person.arrive(product.url)
    await alice.start(product.owner_link)
    await alice.connect()
    asked = await alice.ask("long answer 20000 [sandbox: tokens_per_s 200]")
    while len(alice.text(asked["reply"])) < 500:
        await alice.until("message.delta")
    seen = alice.text(asked["reply"])
    assert product.stop() == 0
    product.start()
    assert (await alice.stored(asked["reply"])).startswith(seen)
    state = f"from chats.models import Message; print(Message.objects.get(pk={asked['reply']}).status)"
    assert product.manage(state) == "interrupted"
    await alice.leave()


def test_a_port_in_use_is_one_clear_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = serve({"DATA_DIR": str(tmp_path)}, "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"CommandError: Port {port} is in use; stop what runs there or choose another: PORT={port + 1} make run"
    )


def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = serve({"DATA_DIR": str(tmp_path / "file" / "data"), "SECRET_KEY": "x"}, "--port", "0")
    assert done.returncode == 1
    assert "cannot be written to; set DATA_DIR to one that can." in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_python_is_one_clear_sentence():
    script = "import sys; sys.version_info = (3, 9, 1); import install; sys.exit(install.main())"
    done = subprocess.run([sys.executable, "-c", script], cwd=HERE, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert re.fullmatch(r"\s*Python 3\.11 or later is needed and this is 3\.9; try: .*\s*", done.stderr)


def test_health_says_what_is_missing_before_migrations(tmp_path):
    script = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'playground.settings'; django.setup();"
        "from django.test import Client; answer = Client().get('/healthz'); print(answer.status_code, answer.json())"
    )
    environment = {**os.environ, "DATA_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], cwd=HERE, env=environment, capture_output=True, text=True)
    assert done.stdout.startswith("503 "), done.stderr
    assert "migrations" in done.stdout


def test_pages_come_under_their_hashes_and_may_be_kept_for_ever(product):
    product.start()
    page = httpx.get(product.owner_link).text
    sheet = re.search(r'href="(/static/css/[^"]+\.css)"', page)[1]
    assert re.search(r"\.[0-9a-f]{12}\.css$", sheet)
    answer = httpx.get(product.url + sheet)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
