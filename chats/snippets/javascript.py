"""The call for Node or a browser: `fetch`, nothing to install."""

import json
from collections.abc import Iterator
from typing import Any

from .call import KEY, Call

LARGEST = 2**53 - 1  # of the integers that JavaScript keeps whole
HEAD = "// Node 20 or later, as a module: node call.mjs\n"
ANSWER = "if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);\n"
STREAM = (
    "for await (const text of response.body.pipeThrough(new TextDecoderStream())) {\n  process.stdout.write(text);\n}\n"
)
WHOLE = "console.log(await response.text());\n"


def javascript(call: Call) -> str:
    before = "".join(_form(call)) if call.form is not None else _fetched(call)
    options = [f"method: {_text(call.method)}", f"headers: {_headers(call)}", *_body(call)]
    inner = ",\n".join(f"  {option}" for option in options)
    request = f"const response = await fetch({_text(call.url)}, {{\n{inner},\n}});\n"
    return HEAD + before + request + ANSWER + (STREAM if call.is_streamed else WHOLE)


def _headers(call: Call) -> str:
    lines = [f"Authorization: `Bearer ${{process.env.{KEY}}}`"]
    lines += ['"Content-Type": "application/json"'] if call.has_json else []
    lines += [f"{_text(name)}: {_text(value)}" for name, value in call.more_headers.items()]
    return "{\n" + "".join(f"    {line},\n" for line in lines) + "  }"


def _fetched(call: Call) -> str:
    if call.body or not call.body_url:
        return ""
    return f"const body = await (await fetch({_text(call.body_url)})).text();\n"


def _body(call: Call) -> list[str]:
    if call.form is not None:
        return ["body: form"]
    if not call.body:
        return ["body"] if call.body_url else []
    document = json.loads(call.body)
    if not _is_whole(document):
        return [f"body: {_text(call.body)}"]
    shown = json.dumps(document, ensure_ascii=False, indent=2).replace("\n", "\n  ")
    return [f"body: JSON.stringify({shown})"]


def _is_whole(value: Any) -> bool:
    """Would JavaScript write the same numbers again?"""
    if isinstance(value, dict):
        return all(_is_whole(one) for one in value.values())
    if isinstance(value, list):
        return all(_is_whole(one) for one in value)
    return not isinstance(value, int) or abs(value) <= LARGEST


def _form(call: Call) -> Iterator[str]:
    yield "const form = new FormData();\n"
    for name, value in (call.form or {}).items():
        yield f"form.append({_text(name)}, {_text(value)});\n"
    if call.files:
        yield "const fetched = async (url, type) => new Blob([await (await fetch(url)).arrayBuffer()], { type });\n"
    for file in call.files:
        blob = f"await fetched({_text(file.url)}, {_text(file.content_type)})"
        yield f"form.append({_text(file.name)}, {blob}, {_text(file.filename)});\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
