"""JSON that is nested deeper than Python can follow is unreadable, whoever wrote it, and nothing worse."""

import pytest

from chats import catalog
from chats.gateway import errors, generating, nesting
from chats.gateway.errors import GatewayError
from chats.gateway.protocols import images, load
from chats.gateway.sandbox import image_form, native, question, task_form
from chats.gateway.sandbox.errors import Refusal
from chats.gateway.telling import told
from chats.gateway.values import Opaque, Part, Prompt, ToolCallDelta, Turn

from .protocols.recorded import read

DEPTHS = (nesting.DEEPEST + 1, 990, 100_000)


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def step(**facts):
    return Part("tool_call", call_id="c", name="code_interpreter", **facts)


def test_up_to_a_limit_it_is_read():
    assert nesting.parsed(nested(nesting.DEEPEST))["a"]
    assert nesting.parsed("[1]") == [1]
    assert nesting.parsed("1") == 1
    for text in ("", "{", "[" * 5000, *map(nested, DEPTHS)):
        with pytest.raises(ValueError):
            nesting.parsed(text)


@pytest.mark.parametrize("levels", DEPTHS)
def test_a_step_with_such_arguments_is_told_as_it_came(levels):
    assert told(step(arguments=nested(levels), is_vendors=True)).startswith('[ran code: {"a":{"a":')


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize(
    ("protocol", "model", "named", "sent"),
    [
        ("messages", "claude-opus-4-6", lambda message: message["content"][0]["input"], "arguments"),
        ("generate_content", "gemini-2.5-flash", lambda content: content["parts"][0]["functionCall"]["args"], None),
    ],
)
def test_a_call_with_such_arguments_goes_back(levels, protocol, model, named, sent):
    call, result = step(arguments=nested(levels)), Part("tool_result", nested(levels), call_id="c")
    turns = (Turn("user", (Part("text", "?"),)), Turn("assistant", (call,), model), Turn("tool", (result,)))
    tool = {"type": "function", "function": {"name": "code_interpreter"}}
    body = load(protocol).request(catalog.get(model), Prompt(turns, {}, (tool,))).json
    assert named((body.get("messages") or body["contents"])[1]) == ({sent: nested(levels)} if sent else {})


def claude(levels: int, name: str) -> bytes:
    begun = f'{{"type": "server_tool_use", "id": "s", "name": "{name}", "input": {{}}}}'
    said = nested(levels).replace('"', '\\"')
    delta = f'{{"type": "input_json_delta", "partial_json": "{said}"}}'
    lines = (
        f'{{"type": "content_block_start", "index": 0, "content_block": {begun}}}',
        f'{{"type": "content_block_delta", "index": 0, "delta": {delta}}}',
        '{"type": "content_block_stop", "index": 0}',
    )
    return "".join(f"data: {line}\n\n" for line in lines).encode()


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize("name", ["web_search", "bash_code_execution"])
def test_a_step_of_claude_keeps_the_input_it_began_with(levels, name):
    events = read("messages", [claude(levels, name)])
    said = "".join(event.arguments for event in events if isinstance(event, ToolCallDelta))
    assert said == nested(levels)
    assert [event.block["input"] for event in events if isinstance(event, Opaque)] == [{}]


@pytest.mark.parametrize("protocol", ["chat_completions", "generate_content", "messages", "responses"])
def test_such_an_event_is_bad_data(protocol):
    events = read(protocol, [b"data: " + nested(100_000).encode() + b"\n\n"])
    assert events[-1] == ("error", "upstream", "bad_stream_data")


def test_such_an_answer_is_none():
    assert errors.read(500, {}, b"[" * 5000).message.startswith("[[[")
    for parsed in (generating._parsed, images._parsed):
        with pytest.raises(GatewayError):
            parsed(b"[" * 5000)


@pytest.mark.parametrize(
    "taken",
    [
        question.parsed,
        lambda body: native._read(body, "m"),
        lambda body: image_form.read(body, "application/json", False),
        lambda body: task_form.read(body, "application/json", False),
        lambda body: task_form.of_kling(body, False),
        lambda body: task_form.read(b'{"model": "m", "prompt": "p", "metadata": "%s"}' % body, "", False),
    ],
)
def test_the_sandbox_refuses_such_a_body(taken):
    with pytest.raises(Refusal):
        taken(b"[" * 5000)
