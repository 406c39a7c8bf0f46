"""The call for a shell: the very bytes that were sent, so that the gateway cannot tell the two apart."""

import json
from shlex import quote

from .call import KEY, Call

CONTINUED = " \\\n  "


def curl(call: Call) -> str:
    if call.form is not None:
        return _form(call)
    lines = _command(call)
    if not call.has_json:
        return CONTINUED.join(lines) + "\n"
    lines += ["-H 'Content-Type: application/json'", "--data-binary @-"]
    return _source(call) + CONTINUED.join(lines) + "\n"


def _command(call: Call) -> list[str]:
    usual = "POST" if call.has_json or call.form is not None else "GET"
    method = [] if call.method == usual else [f"-X {call.method}"]
    shown_as_it_comes = " -N" if call.is_streamed else ""
    headers = [f"-H {quote(f'{name}: {value}')}" for name, value in call.more_headers.items()]
    return [f"curl -sS{shown_as_it_comes} {quote(call.url)}", *method, f'-H "Authorization: Bearer ${KEY}"', *headers]


def _source(call: Call) -> str:
    """Where curl reads the body from. A here-document ends in a line break of its own, which was not sent."""
    if not call.body:
        return f"curl -sSf {quote(call.body_url)} |\n"
    return f"tr -d '\\n' <<'JSON' |\n{in_lines(call.body)}\nJSON\n"


def in_lines(body: str) -> str:
    """`body` with a line for each of its keys; without the line breaks it is the same again."""
    document = json.loads(body)
    if not isinstance(document, dict):
        return body
    pieces = [f"{_compact(name)}:{_compact(value)}" for name, value in document.items()]
    lines = "{" + ",\n".join(pieces) + "}"
    return lines if lines.replace("\n", "") == body else body


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _form(call: Call) -> str:
    """The files go to a new folder first; in a subshell, so that one stays where one was."""
    fields = [f"--form-string {quote(f'{name}={value}')}" for name, value in (call.form or {}).items()]
    files, fetched = [], []
    for number, file in enumerate(call.files, 1):
        fetched.append(f"curl -sSf -o {number} {quote(file.url)} &&\n")
        named = file.filename.replace("\\", "\\\\").replace('"', '\\"')
        told = f'{file.name}=@{number};filename="{named}";type={file.content_type}'
        files.append(f"-F {quote(told)}")
    command = CONTINUED.join([*_command(call), *fields, *files])
    return f'(cd "$(mktemp -d)" &&\n{"".join(fetched)}{command})\n' if fetched else f"{command}\n"
