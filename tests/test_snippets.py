"""A snippet that is run makes the very call it was written from."""

import contextlib
import hashlib
import io
import json
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from chats.gateway.sandbox import server
from chats.snippets import Call, File, written

TEXT = "What's \"this\"? 你好\n$HOME `id` \\ %s \u2028 ' JSON\nJSON\n"
CHAT = {
    "model": "qwen3-max",
    "messages": [{"role": "user", "content": TEXT}],
    "stream": True,
    "enable_thinking": False,
    "temperature": 1.0,
}
CLAUDE = {
    "model": "claude-opus-4-6",
    "max_tokens": 2000,
    "stream": True,
    "output_config": {"effort": "low"},
    "messages": [{"role": "user", "content": [{"type": "text", "text": TEXT}]}],
}
GOOGLE = {
    "contents": [
        {"role": "user", "parts": [{"text": TEXT}, {"inlineData": {"mimeType": "image/png", "data": "aGk="}}]}
    ],
    "generationConfig": {"temperature": 0.5, "thinkingConfig": {"includeThoughts": True}},
    "unheardOf": {"by": "the SDK"},
}
RESPONSES = {"model": "gpt-5", "input": [{"role": "user", "content": TEXT}], "stream": True, "own": {"key": 2**60}}
EMBEDDINGS = {"model": "text-embedding-3-small", "input": [TEXT, ""], "dimensions": 8, "encoding_format": "float"}
RERANK = {"model": "qwen3-rerank", "query": TEXT, "documents": ["a", "b"]}
CALLS = {
    "chat": ("chat_completions", "/v1/chat/completions", CHAT),
    "claude": ("messages", "/v1/messages", CLAUDE),
    "google": ("generate_content", "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", GOOGLE),
    "responses": ("responses", "/v1/responses", RESPONSES),
    "embeddings": ("embeddings", "/v1/embeddings", EMBEDDINGS),
    "rerank": ("rerank", "/v1/rerank", RERANK),
}
INTERPRETERS = {"curl": ("bash",), "sh": ("sh",), "javascript": ("node", "--input-type=module", "-")}
LIBRARIES = {"chat": "openai", "responses": "openai", "embeddings": "openai", "claude": "anthropic", "google": "genai"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[server.Handle]:
    with server.start(env={"SANDBOX_TOKENS_PER_S": "0"}) as handle:
        yield handle


@pytest.fixture
def httpserver_of() -> Iterator[Callable[[dict[str, bytes]], str]]:
    """Serves these bytes at these paths, as the site's signed addresses do."""
    running = []

    def serve(contents: dict[str, bytes]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(contents[self.path])))
                self.end_headers()
                self.wfile.write(contents[self.path])

            def log_message(self, *_facts):
                pass

        running.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        Thread(target=running[-1].serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{running[-1].server_port}"

    yield serve
    for one in running:
        one.shutdown()
        one.server_close()


def compact(document: dict) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def call(sandbox: server.Handle, name: str, **more) -> Call:
    protocol, path, document = CALLS[name]
    given = {"body": compact(document), "is_streamed": "stream" in document or "stream" in path, **more}
    return Call("POST", sandbox.url, path, {"X-Project": "film's"}, protocol, **given)


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("TOIOTECH_API_KEY", server.KEY)


def run(sandbox: server.Handle, language: str, made: Call) -> dict:
    """Runs the snippet; answers what the sandbox was asked."""
    sandbox.clear()
    said = (executed if language == "python" else interpreted)(language, written(made, language))
    assert len(sandbox.requests()) == 1, said
    return sandbox.requests()[0]


def interpreted(language: str, text: str) -> str:
    done = subprocess.run(INTERPRETERS[language], input=text, text=True, capture_output=True, timeout=60)
    return done.stderr


def executed(name: str, code: str) -> str:
    """In this process: the vendors' libraries take a second to load."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(code, name, "exec"), {})  # noqa: S102 - what a person would run
    except Exception as error:  # of the answer, which is not what is looked at here
        return repr(error)
    return ""


@pytest.mark.parametrize("name", CALLS)
def test_bash_sends_the_very_bytes(sandbox, name):
    made = call(sandbox, name)
    asked = run(sandbox, "curl", made)
    assert asked["sha256"] == hashlib.sha256(made.body.encode()).hexdigest()
    assert asked["body_bytes"] == len(made.body.encode())


def test_an_older_shell_sends_the_very_bytes(sandbox):
    made = call(sandbox, "chat")
    sandbox.clear()
    interpreted("sh", written(made, "curl"))
    assert [asked["sha256"] for asked in sandbox.requests()] == [hashlib.sha256(made.body.encode()).hexdigest()]


@pytest.mark.parametrize("language", ["curl", "python", "javascript"])
def test_a_long_body_is_fetched_from_its_address(sandbox, language, httpserver_of):
    body = compact(CHAT | {"messages": [{"role": "user", "content": "word " * 30_000}]})
    made = call(sandbox, "chat", body="", body_url=httpserver_of({"/body": body.encode()}) + "/body")
    asked = run(sandbox, language, made)
    if language == "curl":
        assert asked["sha256"] == hashlib.sha256(body.encode()).hexdigest()
    assert sandbox.body(asked["id"]) == json.loads(body)


@pytest.mark.parametrize("name", CALLS)
def test_the_vendors_library_sends_the_same_document(sandbox, name):
    made = call(sandbox, name)
    assert LIBRARIES.get(name, "import httpx") in written(made, "python")
    assert sandbox.body(run(sandbox, "python", made)["id"]) == CALLS[name][2]


@pytest.mark.parametrize("name", ["chat", "google", "responses"])
def test_node_sends_the_same_document(sandbox, name):
    asked = run(sandbox, "javascript", call(sandbox, name))
    assert sandbox.body(asked["id"]) == CALLS[name][2]


@pytest.mark.parametrize("language", ["curl", "python", "javascript"])
def test_a_form_brings_its_files_along(sandbox, language, httpserver_of):
    """Told by the sandbox's digest, which leaves the boundary out."""
    picture = bytes(range(256)) * 40
    url = httpserver_of({"/1": picture, "/2": picture[::-1]})
    lines = "\r\n" if language == "javascript" else "\n"  # FormData writes no other
    form = {"model": "gpt-image-1", "prompt": f"@a 'fox';{lines}two lines", "n": "1"}
    files = (File("image[]", 'a "1".png', "image/png", f"{url}/1"), File("image[]", "b.png", "image/png", f"{url}/2"))
    files = files if language == "curl" else files[1:]  # others quote a name in other ways
    made = Call("POST", sandbox.url, "/v1/images/edits", {}, "images", form=form, files=files)
    asked = run(sandbox, language, made)
    contents = {"/1": picture, "/2": picture[::-1]}
    expected = "".join(
        f'--\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in form.items()
    ).encode()
    for file in files:
        named = file.filename.replace('"', "%22")
        head = f'--\r\nContent-Disposition: form-data; name="{file.name}"; filename="{named}"\r\n'
        expected += f"{head}Content-Type: image/png\r\n\r\n".encode() + contents[file.url[-2:]] + b"\r\n"
    expected += b"----\r\n"
    assert asked["sha256"] == hashlib.sha256(expected).hexdigest()


def test_no_snippet_knows_a_key():
    headers = {"Authorization": "Bearer a-secret", "X-Api-Key": "a-secret", "x-goog-api-key": "a-secret"}
    made = Call("POST", "https://gateway.example", "/v1/rerank", headers, "rerank", body=compact(RERANK))
    for language in ("curl", "python", "javascript"):
        assert "a-secret" not in written(made, language)
        assert "TOIOTECH_API_KEY" in written(made, language)
