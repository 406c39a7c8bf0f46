"""Results are copied from where they lie, and the key goes to nobody but the gateway (video.md 2.5, images.md 10)."""

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chats.gateway import results
from chats.gateway.values import Credentials
from chats.media.errors import MediaError, Refused, Unreachable
from chats.media.fetch import Remote

FILM = b"\x00\x00\x00\x20ftypisom" + b"f" * 4000
LIMIT = 10_000


class Shelf(BaseHTTPRequestHandler):
    """Answers as its server's table says, and remembers who asked with which key."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization", "")))  # type: ignore[attr-defined]
        status, headers, body = self.server.table[self.path]  # type: ignore[attr-defined]
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments) -> None:
        pass


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Shelf)
        self.table: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def servers():
    """The gateway and somebody else."""
    both = Server(), Server()
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True) for server in both]
    for thread in threads:
        thread.start()
    yield both
    for server in both:
        server.shutdown()
        server.server_close()


@pytest.fixture
def gateway(servers):
    return servers[0]


@pytest.fixture
def other(servers, settings):
    settings.FETCH_PRIVATE = True
    return servers[1]


def download(url: str, gateway: Server, limit: int = LIMIT) -> tuple[bytes, Remote]:
    target = io.BytesIO()
    said = results.download(url, Credentials(gateway.url, "sk-key"), target, limit)
    return target.getvalue(), said


CONTENT = "/v1/videos/video_68/content"
A_FILM = (200, {"Content-Type": "video/mp4"}, FILM)


def told(url: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps({"data": {"url": url}}).encode()


def test_the_gateway_gives_its_film_for_the_key(gateway):
    gateway.table[CONTENT] = A_FILM
    assert download(gateway.url + CONTENT, gateway) == (FILM, Remote("video/mp4", len(FILM)))
    assert gateway.asked == [(CONTENT, "Bearer sk-key")]


def test_the_gateway_may_say_where_the_film_is_and_that_host_gets_no_key(gateway, other):
    gateway.table[CONTENT] = told(f"{other.url}/a.mp4")
    other.table["/a.mp4"] = A_FILM
    content, said = download(gateway.url + CONTENT, gateway)
    assert (content, said.content_type) == (FILM, "video/mp4")
    assert other.asked == [("/a.mp4", "")]


def test_a_redirect_to_another_host_loses_the_key(gateway, other):
    gateway.table[CONTENT] = (302, {"Location": f"{other.url}{CONTENT}"}, b"")
    other.table[CONTENT] = A_FILM
    assert download(gateway.url + CONTENT, gateway)[0] == FILM
    assert other.asked == [(CONTENT, "")]


def test_the_same_path_on_another_host_gets_no_key(gateway, other):
    other.table[CONTENT] = A_FILM
    assert download(other.url + CONTENT, gateway)[0] == FILM
    assert other.asked == [(CONTENT, "")]


def test_another_path_of_the_gateway_gets_no_key(gateway):
    gateway.table["/files/a.mp4"] = A_FILM
    assert download(f"{gateway.url}/files/a.mp4", gateway)[0] == FILM
    assert gateway.asked == [("/files/a.mp4", "")]


@pytest.mark.parametrize("path", [f"/x{CONTENT}", f"{CONTENT}/more", "/v1/videos/a/b/content", "/v1/videos//content"])
def test_only_the_one_path_gets_the_key(gateway, path):
    gateway.table[path] = A_FILM
    download(gateway.url + path, gateway)
    assert gateway.asked == [(path, "")]


@pytest.mark.parametrize("path", ["http://127.0.0.1:1/a.mp4", "http://10.0.0.1/a.mp4", "http://169.254.169.254/"])
def test_private_addresses_of_others_are_refused_also_behind_the_gateway(gateway, path):
    gateway.table[CONTENT] = told(path)
    with pytest.raises(Refused):
        download(path, gateway)
    with pytest.raises(Refused):
        download(gateway.url + CONTENT, gateway)
    gateway.table["/there"] = (302, {"Location": path}, b"")
    with pytest.raises(Refused):
        download(f"{gateway.url}/there", gateway)


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"Content-Type": "application/json"}, b"{}"),
        (200, {"Content-Type": "application/json"}, b"[1]"),
        (200, {"Content-Type": "application/json"}, b"{"),
        (200, {"Content-Type": "application/json"}, b"[" * 5000),
        told("file:///etc/passwd"),
        told("data:video/mp4;base64,AAAA"),
        (400, {}, b'{"error":{"message":"not completed yet"}}'),
        (404, {}, b""),
        (502, {}, b""),
        (302, {"Location": CONTENT}, b""),
        told(CONTENT),
    ],
    ids=["empty", "list", "cut", "deep", "file", "data", "400", "404", "502", "circle", "path"],
)
def test_what_gives_no_film_says_so(gateway, answer):
    gateway.table[CONTENT] = answer
    with pytest.raises(MediaError):
        download(gateway.url + CONTENT, gateway)
    assert len(gateway.asked) <= results.HOPS


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "5"}])
def test_a_film_above_the_limit_is_left(gateway, headers):
    gateway.table[CONTENT] = (200, {"Content-Type": "video/mp4", **headers}, FILM)
    if headers:
        assert download(gateway.url + CONTENT, gateway, 10)[0] == FILM[:5]  # what a server says is all that is read
        return
    with pytest.raises(Unreachable, match="too large"):
        download(gateway.url + CONTENT, gateway, 100)


def test_a_film_without_a_length_is_counted(gateway):
    gateway.table[CONTENT] = (200, {"Content-Type": "video/mp4", "Connection": "close"}, FILM)
    content, _said = download(gateway.url + CONTENT, gateway, len(FILM))
    assert content == FILM


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("data:image/png;base64,iVBORw0KGgo=", Remote("image/png", 8)),
        ("data:;base64,iVBORw0KGgo", Remote("", 8)),
        ("data:image/svg+xml,%3Csvg/%3E", Remote("image/svg+xml", 6)),
        ("iVBORw0K\nGgo=", Remote("", 8)),
    ],
)
def test_a_result_may_stand_in_the_address_itself(gateway, url, expected):
    content, said = download(url, gateway)
    assert said == expected
    assert len(content) == expected.size_bytes


@pytest.mark.parametrize("url", ["", "data:image/png;base64,", "not base64!", "ftp://a.example/b"])
def test_what_is_no_address_is_refused(gateway, url):
    with pytest.raises(MediaError):
        download(url, gateway)


def test_base64_above_the_limit_is_left(gateway):
    with pytest.raises(Unreachable, match="too large"):
        download("A" * 20_000, gateway)


def test_a_name_in_the_address_is_refused(gateway):
    with pytest.raises(MediaError):
        download(gateway.url.replace("http://", "http://user:pw@") + CONTENT, gateway)
    assert gateway.asked == []
