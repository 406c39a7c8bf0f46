"""A company's sign-in on loopback: the four addresses of OpenID Connect, answering over real HTTP."""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt


@dataclass
class Provider:
    """`person` is whoever sits at the keyboard: the claims that the next sign-in tells."""

    url: str = ""
    person: dict = field(default_factory=dict)
    codes: dict[str, dict] = field(default_factory=dict)

    def answer(self, path: str, query: dict, form: dict) -> tuple[int, dict]:
        if path.endswith("/openid-configuration"):
            return 200, self._configuration()
        if path == "/authorize":
            code = secrets.token_urlsafe(8)
            self.codes[code] = query
            back = {"code": code, "state": query["state"]}
            return 302, {"Location": f"{query['redirect_uri']}?{urlencode(back)}"}
        if path == "/token" and form.get("code") in self.codes and form.get("client_secret") == "shh":
            return 200, {"access_token": "token", "token_type": "Bearer", "id_token": self._id_token()}
        if path == "/userinfo":
            return 200, self.person
        return 400, {"error": "invalid_request"}

    def _configuration(self) -> dict:
        places = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        found = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in places.items()}
        methods = ["client_secret_post"]
        return found | {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": methods,
        }

    def _id_token(self) -> str:
        # Unsigned as far as allauth cares: it came straight from the token address (OpenID Connect Core 3.1.3.7).
        claims = {"iss": self.url, "aud": "playground", "exp": 4102444800, "iat": 0, "sub": self.person["sub"]}
        return jwt.encode(claims, "a secret that is long enough for it", algorithm="HS256")


@contextmanager
def provider() -> Iterator[Provider]:
    found = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._tell({})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            self._tell({name: values[0] for name, values in parse_qs(body).items()})

        def _tell(self, form):
            asked = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            status, told = found.answer(asked.path, query, form)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", told["Location"])
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode() if status != 302 else b"")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
