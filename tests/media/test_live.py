"""The real server on a real socket: seeking, uploads and downloads larger than the memory they may take."""

import re
import socket
from pathlib import Path

import httpx
import pytest

from tests.live import Product
from tests.media import making
from tests.services import wait_until

CHUNK = 8 * 1024**2
BIG = 300 * 1024**2
ROOM = 48 * 1024**2  # by which the server may grow while 300 MB pass through it

PREPARE = """
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from chats.models import Membership, Role, Team
user = get_user_model().objects.create_user("alice", password="correct horse")
Membership.objects.create(team=Team.objects.create(name="Film club"), user=user, role=Role.OWNER)
session = SessionStore()
session["_auth_user_id"] = str(user.pk)
session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
session["_auth_user_hash"] = user.get_session_auth_hash()
session.create()
print(session.session_key)
"""


@pytest.fixture(scope="module")
def product():
    found = Product().start()
    yield found
    found.kill()


@pytest.fixture(scope="module")
def browser(product):
    session = product.manage(PREPARE).split()[-1]
    cookies = {"sessionid": session, "csrftoken": "a" * 32}
    with httpx.Client(base_url=product.url, cookies=cookies, headers={"X-CSRFToken": "a" * 32}, timeout=60) as client:
        yield client


def memory(product) -> int:
    """Bytes of memory of the server that are its own, not shared with the disk's cache."""
    status = Path(f"/proc/{product.process.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024


def upload(browser, content: bytes, name: str) -> dict:
    answer = browser.post("/attachments/", json={"name": name, "size_bytes": len(content)})
    assert answer.status_code == 201, answer.text
    begun = answer.json()
    for offset in range(0, len(content), CHUNK):
        browser.put(f"{begun['url']}bytes/?offset={offset}", content=content[offset : offset + CHUNK])
    wait_until(lambda: browser.get(begun["url"]).json()["state"] == "ready", "the file being ready")
    return browser.get(begun["url"]).json()


def test_a_player_seeks_in_a_film(browser, tmp_path):
    content = making.film(tmp_path / "a.mp4", seconds=2, size=(320, 240)).read_bytes()
    facts = upload(browser, content, "a.mp4")
    assert (facts["kind"], facts["codecs"]) == ("video", ["h264", "aac"])
    whole = browser.get(facts["file"])
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, content, "bytes")
    middle = browser.get(facts["file"], headers={"Range": "bytes=1000-1999"})
    assert (middle.status_code, middle.content) == (206, content[1000:2000])
    assert middle.headers["content-range"] == f"bytes 1000-1999/{len(content)}"
    end = browser.get(facts["file"], headers={"Range": "bytes=-10", "If-Range": middle.headers["etag"]})
    assert (end.status_code, end.content) == (206, content[-10:])
    other = browser.get(facts["file"], headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (other.status_code, len(other.content)) == (200, len(content))
    beyond = browser.get(facts["file"], headers={"Range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    assert browser.get(facts["file"], headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    head = browser.head(facts["file"])
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(content)), b"")


@pytest.fixture(scope="module")
def big(product, browser):
    """A file of 300 MB, sent in chunks as a browser does; and by how much the server grew meanwhile at most."""
    begun = browser.post("/attachments/", json={"name": "big.bin", "size_bytes": BIG}).json()
    browser.get(begun["url"])
    before, most = memory(product), 0
    for offset in range(0, BIG, CHUNK):
        chunk = offset.to_bytes(8, "big") * (min(CHUNK, BIG - offset) // 8)
        answer = browser.put(f"{begun['url']}bytes/?offset={offset}", content=chunk)
        assert answer.status_code == 200, answer.text
        most = max(most, memory(product))
    wait_until(lambda: browser.get(begun["url"]).json()["state"] == "ready", "the file being ready", 60)
    return browser.get(begun["url"]).json(), most - before


def test_a_large_upload_takes_no_memory(product, big):
    facts, growth = big
    assert facts["size_bytes"] == BIG
    assert growth < ROOM, f"grew by {growth / 1024**2:.0f} MB"
    assert not list((product.data_dir / "uploads").glob("*.part"))


def test_one_answer_to_a_range_is_capped_and_asked_on(browser, big):
    answer = browser.get(big[0]["file"], headers={"Range": "bytes=0-"})
    assert answer.status_code == 206
    assert len(answer.content) == 4 * 1024**2
    assert answer.headers["content-range"] == f"bytes 0-{4 * 1024**2 - 1}/{BIG}"


def test_a_slow_download_takes_no_memory(product, browser, big):
    """A browser that reads one piece and then nothing: the server waits, and goes on where it stopped."""
    before = memory(product)
    with socket.create_connection(("127.0.0.1", product.port)) as line:
        cookie = f"sessionid={browser.cookies['sessionid']}"
        line.sendall(f"GET {big[0]['download']} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        head = line.recv(1024)
        assert b"200 OK" in head
        browser.get("/healthz")
        for _ in range(20):  # whoever waits for nothing would have sent all of it by now
            browser.get(big[0]["url"])
        growth = memory(product) - before
        assert growth < ROOM, f"grew by {growth / 1024**2:.0f} MB"
        while b"\r\n\r\n" not in head:
            head += line.recv(1024)
        received = len(head.partition(b"\r\n\r\n")[2])
        while received < BIG:
            received += len(line.recv(1024**2))
        assert received == BIG
