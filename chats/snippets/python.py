"""The call in Python: the vendor's own library where it speaks the protocol, httpx for the rest."""

import keyword
from collections.abc import Callable, Mapping
from typing import Any

from .call import KEY, Call
from .literals import Code, call_of, literal


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What the methods of openai-python and anthropic-sdk-python name; the rest of a body goes through `extra_body`.
CHAT = _names("""
    audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages
    metadata modalities model n parallel_tool_calls prediction presence_penalty prompt_cache_key reasoning_effort
    response_format seed service_tier stop store stream stream_options temperature tool_choice tools top_logprobs
    top_p user verbosity web_search_options""")
RESPONSES = _names("""
    background include input instructions max_output_tokens max_tool_calls metadata model parallel_tool_calls
    previous_response_id prompt_cache_key reasoning service_tier store stream temperature text tool_choice tools
    top_logprobs top_p truncation user""")
MESSAGES = _names("""
    max_tokens messages metadata model service_tier stop_sequences stream system temperature thinking tool_choice
    tools top_k top_p""")
EMBEDDINGS = _names("dimensions encoding_format input model user")
IMAGES = _names("""
    background model moderation n output_compression output_format partial_images prompt quality response_format
    size stream style user""")
OPENAI = {  # by route: the method, what it names, what it insists on
    "/v1/chat/completions": ("chat.completions.create", CHAT, ("model", "messages")),
    "/v1/responses": ("responses.create", RESPONSES, ("model", "input")),
    "/v1/embeddings": ("embeddings.create", EMBEDDINGS, ("model", "input")),
    "/v1/images/generations": ("images.generate", IMAGES, ("model", "prompt")),
}
KEPT_KEY = Code(f'os.environ["{KEY}"]')
SHOWN = "for event in stream:\n    print(event)\n"


def python(call: Call) -> str:
    return _writer(call)(call)


def _writer(call: Call) -> Callable[[Call], str]:
    if call.form is None and call.has_json:
        if call.path in OPENAI:
            return _openai
        if call.path == "/v1/messages":
            return _anthropic
        if call.protocol == "generate_content" and ":" in call.path:
            return _google
    return _httpx


def _openai(call: Call) -> str:
    method, named, needed = OPENAI[call.path]
    client = call_of("OpenAI", {"base_url": call.base_url.rstrip("/") + "/v1", "api_key": KEPT_KEY})
    asked = _asked(call, f"client.{method}", _arguments(call, named, needed))
    return f"import os\n\n{_httpx_import(call)}from openai import OpenAI\n\nclient = {client}\n{asked}"


def _anthropic(call: Call) -> str:
    """The gateway wants its key as a bearer's, which this library calls `auth_token`."""
    client = call_of("anthropic.Anthropic", {"base_url": call.base_url.rstrip("/"), "auth_token": KEPT_KEY})
    asked = _asked(call, "client.messages.create", _arguments(call, MESSAGES, ("model", "max_tokens", "messages")))
    return f"import os\n\nimport anthropic\n{_httpx_import(call)}\nclient = {client}\n{asked}"


def _httpx_import(call: Call) -> str:
    return "" if call.body else "import httpx\n"


def _arguments(call: Call, named: frozenset[str], needed: tuple[str, ...]) -> dict[str, Any]:
    """Keyword arguments that make the library send the body, all of it."""
    headers = {"extra_headers": call.more_headers} if call.more_headers else {}
    if not call.body:
        given = {name: Code(f"body[{literal(name)}]") for name in needed}
        streamed = {"stream": True} if call.is_streamed else {}
        return given | streamed | headers | {"extra_body": Code("body")}
    document = call.document
    known = {name: value for name, value in document.items() if name in named and not keyword.iskeyword(name)}
    further = {name: value for name, value in document.items() if name not in known}
    return known | headers | ({"extra_body": further} if further else {})


def _asked(call: Call, function: str, arguments: Mapping[str, Any]) -> str:
    body = "" if call.body else _fetched(call)
    if call.is_streamed:
        return f"{body}stream = {call_of(function, arguments)}\n{SHOWN}"
    return f"{body}answer = {call_of(function, arguments)}\nprint(answer)\n"


def _fetched(call: Call) -> str:
    return f"body = httpx.get({literal(call.body_url)}).raise_for_status().json()\n"


def _google(call: Call) -> str:
    """`extra_body` is sent as it is; what the library builds of `contents` gives way to it."""
    model = call.path.rpartition("/")[2].partition(":")[0]
    options: dict[str, Any] = {"base_url": call.base_url.rstrip("/"), "extra_body": Code("body")}
    options |= {"headers": call.more_headers} if call.more_headers else {}
    client = call_of("genai.Client", {"api_key": KEPT_KEY, "http_options": options})
    body = f"body = {literal(call.document)}\n" if call.body else _fetched(call)
    method = "generate_content_stream" if call.is_streamed else "generate_content"
    asked = call_of(f"client.models.{method}", {"model": model, "contents": "see body"})
    shown = f"for chunk in {asked}:\n    print(chunk)\n" if call.is_streamed else f"print({asked})\n"
    imports = f"import os\n\n{_httpx_import(call)}from google import genai\n\n"
    return f"{imports}{body}client = {client}\n{shown}"


def _httpx(call: Call) -> str:
    headers = {"Authorization": Code(f"f\"Bearer {{os.environ['{KEY}']}}\"")} | call.more_headers
    given: dict[str, Any] = {"headers": headers}
    if call.form is not None:
        given |= {"data": dict(call.form)} if call.form else {}
        given |= {"files": [_file(file) for file in call.files]} if call.files else {}
    elif call.body:
        given["json"] = call.document
    elif call.body_url:
        given["headers"] = headers | {"Content-Type": "application/json"}
        given["content"] = Code(f"httpx.get({literal(call.body_url)}).raise_for_status().content")
    given["timeout"] = None
    where = (call.method, call.url)
    if call.is_streamed:
        opened = call_of("httpx.stream", given, where)
        return (
            f"import os\n\nimport httpx\n\nwith {opened} as answer:\n"
            '    for text in answer.iter_text():\n        print(text, end="", flush=True)\n'
        )
    return f"import os\n\nimport httpx\n\nanswer = {call_of('httpx.request', given, where)}\nprint(answer.text)\n"


def _file(file) -> tuple[str, tuple[str, Code, str]]:
    return file.name, (file.filename, Code(f"httpx.get({literal(file.url)}).content"), file.content_type)
