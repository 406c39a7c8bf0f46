"""Where we go when a person names an address, and where we do not."""

import contextlib
import http.server
import io
import socket
import threading
from dataclasses import dataclass, field

import httpx
import pytest

from chats.media import fetch
from chats.media.errors import Refused, Unreachable

NASTY = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
]
NOT_FILES = [
    "file:///etc/passwd",
    "ftp://example.com/a",
    "gopher://example.com/",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "//example.com/a",
    "http:///a",
    "http://user:secret@example.com/a",
    "http://example.com:0/",
    "http://example.com:99999999/",
    "http://[::1/",
    "",
]


@pytest.mark.parametrize("url", NASTY)
def test_no_spelling_of_an_inner_address_is_reached(url, monkeypatch):
    def connect(*args, **kwargs):
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises((Refused, Unreachable)), fetch.opened(url):
        pass


@pytest.mark.parametrize("url", NOT_FILES)
def test_only_plain_web_addresses_are_accepted(url):
    with pytest.raises(Refused):
        fetch.checked(url)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "1.1.1.1"])
def test_public_addresses_are_public(address):
    assert fetch.is_public(address)


def test_one_inner_address_among_public_ones_spoils_a_name(monkeypatch):
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: both)
    with pytest.raises(Refused), fetch.opened("http://rebinding.example/"):
        pass


@dataclass
class Server:
    """Real HTTP on loopback; `answers`: path → (status, headers, body)."""

    port: int = 0
    answers: dict = field(default_factory=dict)
    seen: list = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@contextlib.contextmanager
def serving():
    server = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            server.seen.append((self.command, self.path, dict(self.headers)))
            special = server.answers.get(f"{self.command} {self.path}")
            status, headers, body = special or server.answers[self.path]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                if value is not None:
                    self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http_server:
        server.port = http_server.server_port
        threading.Thread(target=http_server.serve_forever, daemon=True).start()
        yield server
        http_server.shutdown()


@pytest.fixture
def server(settings):
    settings.FETCH_PRIVATE = True
    with serving() as found:
        yield found


def test_a_file_is_fetched_and_its_type_told(server):
    server.answers["/a.png"] = (200, {"Content-Type": "image/png; charset=x"}, b"\x89PNG" + bytes(1000))
    target = io.BytesIO()
    assert fetch.download(server.url("/a.png"), target, 2000) == fetch.Remote("image/png", 1004)
    assert len(target.getvalue()) == 1004
    (_, _, headers) = server.seen[0]
    assert headers["Host"] == f"127.0.0.1:{server.port}"
    assert "Cookie" not in headers
    assert "Authorization" not in headers


def test_the_name_stays_in_the_host_header_while_the_address_is_pinned(server, monkeypatch):
    looked_up = []
    real = socket.getaddrinfo

    def resolve(host, *args, **kwargs):
        looked_up.append(host)
        return real("127.0.0.1" if host == "films.example" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    server.answers["/a"] = (200, {}, b"x")
    fetch.download(server.url("/a", "films.example"), io.BytesIO(), 10)
    assert server.seen[0][2]["Host"] == f"films.example:{server.port}"
    assert looked_up.count("films.example") == 1, "a second look-up could give another address"


def test_a_redirect_to_an_inner_address_is_refused(server, settings):
    server.answers["/go"] = (302, {"Location": "http://169.254.169.254/latest/"}, b"")
    with pytest.raises(Refused):
        fetch.download(server.url("/go"), io.BytesIO(), 10)
    server.answers["/file"] = (302, {"Location": "file:///etc/passwd"}, b"")
    with pytest.raises((Refused, Unreachable)):
        fetch.download(server.url("/file"), io.BytesIO(), 10)


def test_a_good_redirect_is_followed_and_a_circle_is_not(server):
    server.answers["/go"] = (302, {"Location": "/there"}, b"")
    server.answers["/there"] = (200, {}, b"here")
    target = io.BytesIO()
    fetch.download(server.url("/go"), target, 10)
    assert target.getvalue() == b"here"
    server.answers["/round"] = (302, {"Location": "/round"}, b"")
    with pytest.raises(Unreachable):
        fetch.download(server.url("/round"), io.BytesIO(), 10)


@pytest.mark.parametrize("headers", [{}, {"Content-Length": None, "Connection": "close"}])
def test_a_file_above_the_limit_is_dropped(server, headers):
    server.answers["/big"] = (200, headers, bytes(3_000_000))
    target = io.BytesIO()
    with pytest.raises(Unreachable, match="too large"):
        fetch.download(server.url("/big"), target, 1_000_000)
    assert len(target.getvalue()) <= 1_000_000


def test_a_file_that_drips_is_given_up(server, monkeypatch):
    monkeypatch.setattr(fetch, "TOTAL_S", -1)
    server.answers["/slow"] = (200, {}, bytes(10))
    with pytest.raises(Unreachable, match="too long"):
        fetch.download(server.url("/slow"), io.BytesIO(), 100)


def test_an_error_of_the_server_is_a_sentence(server):
    server.answers["/gone"] = (404, {}, b"")
    with pytest.raises(Unreachable, match="no such file"):
        fetch.download(server.url("/gone"), io.BytesIO(), 100)


def test_a_look_asks_for_one_byte_where_head_is_refused(server):
    server.answers["/a.mp4"] = (206, {"Content-Type": "video/mp4", "Content-Range": "bytes 0-0/5000"}, b"x")
    server.answers["HEAD /a.mp4"] = (405, {}, b"")
    assert fetch.look(server.url("/a.mp4")) == fetch.Remote("video/mp4", 5000)
    assert [method for method, _, _ in server.seen] == ["HEAD", "GET"]
    assert server.seen[1][2]["Range"] == "bytes=0-0"


def test_certificates_are_checked_for_the_name(settings, tmp_path, monkeypatch):
    """A pinned address must not mean an unchecked certificate: the name goes into the handshake."""
    settings.FETCH_PRIVATE = True
    names = []
    sent = httpx.HTTPTransport.handle_request

    def record(self, request):
        names.append((request.extensions["sni_hostname"], request.url.host))
        return sent(self, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", record)
    with pytest.raises(Unreachable), fetch.opened("https://localhost:1/"):
        pass
    assert names == [("localhost", names[0][1])]
    assert names[0][1] in ("127.0.0.1", "::1")
