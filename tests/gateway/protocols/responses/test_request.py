"""The body of a response: settings, tools, and what was said before in the form that goes back (text.md 4.1)."""

import json
from dataclasses import replace

import pytest

from chats import catalog
from chats.catalog import asked_by
from chats.gateway.body import Body
from chats.gateway.protocols import load
from chats.gateway.values import Part, Prompt, Turn

from ..recorded import read, recorded

GPT, OLDER = catalog.get("gpt-5.2"), catalog.get("gpt-4o")
QWEN, DOUBAO = (
    asked_by(catalog.get(model), {"protocol": "responses"})
    for model in ("qwen3-max-2026-01-23", "doubao-seed-2-0-pro-260215")
)
QUESTION = Turn("user", (Part("text", "Hello"),))
WEATHER = {"type": "function", "function": {"name": "weather", "description": "…", "parameters": {"type": "object"}}}


def body(spec=GPT, turns=(QUESTION,), tools=(), **parameters) -> dict:
    request = load("responses").request(spec, Prompt(tuple(turns), parameters, tools))
    assert (request.method, request.path) == ("POST", "/v1/responses")
    return json.loads(b"".join(Body(request.json)))


def said(*parts: Part, model: str = GPT.model) -> Turn:
    return Turn("assistant", parts, model)


def user(text: str) -> dict:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def assistant(*texts: str) -> dict:
    content = [{"type": "output_text", "text": text} for text in texts]
    return {"type": "message", "role": "assistant", "content": content}


def sealed(n: int = 0) -> dict:
    return {"type": "reasoning", "id": f"rs_{n}", "summary": [], "encrypted_content": "gAAAAB"}


def opaque(block: dict) -> Part:
    return Part("opaque", protocol="responses", block=block)


def test_the_shortest_body_keeps_nothing_at_the_vendor_and_asks_for_reasoning():
    assert body() == {
        "model": "gpt-5.2",
        "stream": True,
        "store": False,
        "reasoning": {"summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "input": [user("Hello")],
    }


def test_a_model_that_does_not_think_is_not_asked_for_reasoning():
    assert body(OLDER).keys().isdisjoint({"reasoning", "include", "tools", "text"})


@pytest.mark.parametrize(
    ("parameters", "sent"),
    [
        ({"temperature": 0.5, "top_p": 0.9}, {"temperature": 0.5, "top_p": 0.9}),
        ({"max_tokens": 100}, {"max_output_tokens": 100}),
        ({"verbosity": "low"}, {"text": {"verbosity": "low"}}),
        ({"effort": "high"}, {"reasoning": {"effort": "high", "summary": "auto"}}),
        ({"thinking": False}, {"reasoning": {"effort": "none", "summary": "auto"}}),
        ({"thinking": True}, {"reasoning": {"effort": "medium", "summary": "auto"}}),
        ({"summary": "detailed"}, {"reasoning": {"summary": "detailed"}}),
        ({"system_prompt": "Be brief."}, {"instructions": "Be brief."}),
        ({"seed": 1, "stop": ["x"], "frequency_penalty": 1, "tool_choice": "required"}, {}),
    ],
)
def test_a_setting_is_one_field(parameters, sent):
    assert body(**parameters) == body() | sent


@pytest.mark.parametrize(
    ("spec", "parameters", "sent"),
    [
        (QWEN, {"thinking": True, "budget": 500}, {"enable_thinking": True, "thinking_budget": 500}),
        (QWEN, {"thinking": False, "budget": 500}, {"enable_thinking": False}),
        (QWEN, {"code_execution": True}, {"tools": [{"type": "code_interpreter"}], "enable_thinking": True}),
        (QWEN, {"web_search": True}, {"tools": [{"type": "web_search"}]}),
        (DOUBAO, {"thinking": True, "effort": "high"}, {"reasoning": {"effort": "high"}}),
        (DOUBAO, {"thinking": True}, {"reasoning": {"effort": "medium"}}),
        (DOUBAO, {"thinking": False}, {"reasoning": {"effort": "minimal"}}),
    ],
)
def test_other_vendors_have_their_own_switches(spec, parameters, sent):
    assert body(spec, **parameters) == body(spec) | sent
    assert "include" not in body(spec)


def test_the_vendors_tools_and_ours_stand_side_by_side():
    sent = body(
        tools=(WEATHER,),
        web_search=True,
        code_execution=True,
        image_generation=True,
        tool_choice="required",
        parallel_tool_calls=False,
    )
    assert sent["tools"] == [
        {"type": "web_search"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {"type": "image_generation"},
        {
            "type": "function",
            "strict": False,
            "name": "weather",
            "description": "…",
            "parameters": {"type": "object"},
        },
    ]
    assert set(sent["include"]) == {
        "reasoning.encrypted_content",
        "web_search_call.action.sources",
        "code_interpreter_call.outputs",
    }
    assert (sent["tool_choice"], sent["parallel_tool_calls"]) == ("required", False)


def test_deep_research_always_searches_and_may_take_half_an_hour():
    spec = catalog.get("o3-deep-research")
    request = load("responses").request(spec, Prompt((QUESTION,), {"max_tool_calls": 20}))
    assert request.json["tools"] == [{"type": "web_search_preview"}]
    assert request.json["max_tool_calls"] == 20
    assert request.read_timeout_s == 1800
    assert body(spec)["max_tool_calls"] == spec.options["max_tool_calls"]


def test_media_go_in_the_forms_of_this_route():
    parts = (
        Part("image", data=b"png", content_type="image/png"),
        Part("image", url="https://a.example/x.jpg"),
        Part("file", data=b"%PDF", content_type="application/pdf", name="a.pdf"),
        Part("file", url="https://a.example/b.pdf"),
        Part("file", data="ß".encode(), content_type="text/plain", name="n.txt"),
        Part("frames", frames=(b"1", b"2")),
        Part("text", "Look"),
    )
    (message,) = body(turns=[Turn("user", parts)])["input"]
    assert message["content"] == [
        {"type": "input_image", "image_url": "data:image/png;base64,cG5n", "detail": "auto"},
        {"type": "input_image", "image_url": "https://a.example/x.jpg", "detail": "auto"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERg=="},
        {"type": "input_file", "file_url": "https://a.example/b.pdf"},
        {"type": "input_text", "text": "n.txt:\n\nß"},
        {"type": "input_image", "image_url": "data:image/jpeg;base64,MQ==", "detail": "auto"},
        {"type": "input_image", "image_url": "data:image/jpeg;base64,Mg==", "detail": "auto"},
        {"type": "input_text", "text": "Look"},
    ]


def test_a_call_goes_back_after_the_reasoning_that_led_to_it_and_before_its_result():
    call = Part("tool_call", call_id="call_1", name="weather", arguments='{"city": "Oslo"}')
    result = Turn("tool", (Part("tool_result", "3 °C", call_id="call_1"),))
    turns = [QUESTION, said(Part("reasoning", "Hm"), opaque(sealed()), call), result]
    assert body(turns=turns, tools=(WEATHER,))["input"] == [
        user("Hello"),
        sealed(),
        {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city": "Oslo"}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "3 °C"},
    ]


def test_a_call_that_nobody_answered_is_left_out_with_its_reasoning():
    call = Part("tool_call", call_id="call_1", name="weather", arguments="{}")
    turns = [QUESTION, said(Part("text", "One moment."), opaque(sealed()), call), QUESTION]
    assert body(turns=turns)["input"] == [user("Hello"), assistant("One moment."), user("Hello")]


@pytest.mark.parametrize("model", ["gpt-5.1", "claude-opus-4-6"])
def test_sealed_reasoning_goes_to_no_other_model(model):
    turns = [QUESTION, said(opaque(sealed()), Part("text", "Hi"), model=model), QUESTION]
    assert body(turns=turns)["input"] == [user("Hello"), assistant("Hi"), user("Hello")]


def test_blocks_of_another_protocol_stay_out():
    block = Part("opaque", protocol="messages", block={"type": "redacted_thinking", "data": "x"})
    assert body(turns=[QUESTION, said(block, Part("text", "Hi"))])["input"] == [user("Hello"), assistant("Hi")]


STEP = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "x"}}
STEP_PART = Part(
    "tool_call", "https://a.example", name="web_search", call_id="ws_1", arguments='{"query": "x"}', is_vendors=True
)
SEARCHED = said(opaque(sealed()), STEP_PART, opaque(STEP), Part("text", "Found."))


def test_a_search_goes_back_as_it_was_while_searching_is_on():
    assert body(turns=[QUESTION, SEARCHED], web_search=True)["input"][1:] == [sealed(), STEP, assistant("Found.")]


@pytest.mark.parametrize(
    ("turn", "parameters"), [(SEARCHED, {}), (replace(SEARCHED, model="grok-4"), {"web_search": True})]
)
def test_else_a_search_is_told_in_words_without_the_thoughts_before_it(turn, parameters):
    (message,) = body(turns=[QUESTION, turn], **parameters)["input"][1:]
    assert [part["text"] for part in message["content"]] == ["[searched the web: x\n→ https://a.example]", "Found."]


def test_pictures_it_made_are_shown_with_the_next_question():
    drawn = said(Part("image", data=b"png", content_type="image/png"), Part("text", "Here."))
    made, asked = body(turns=[QUESTION, drawn, QUESTION])["input"][1:]
    assert made == assistant("Here.")
    assert [part["type"] for part in asked["content"]] == ["input_image", "input_text"]


def test_a_picture_among_results_is_shown_right_after_them():
    call = Part("tool_call", call_id="c1", name="look", arguments="{}")
    result = Turn("tool", (Part("tool_result", "done", call_id="c1", data=b"png", content_type="image/png"),))
    *_, output, picture = body(turns=[QUESTION, said(call), result])["input"]
    assert output == {"type": "function_call_output", "call_id": "c1", "output": "done"}
    assert [part["type"] for part in picture["content"]] == ["input_image"]


@pytest.mark.parametrize("name", ["thinks.sse", "tool_calls.sse", "web_search.sse", "code_interpreter.sse"])
def test_what_a_response_left_behind_goes_back_unchanged(name):
    """Every item but those that hold media or sources, in the order it came."""
    events = read("responses", [recorded("responses", name)])
    blocks = [dict(event.block) for event in events if type(event).__name__ == "Opaque"]
    parts = [opaque(block) for block in blocks]
    sent = body(turns=[QUESTION, said(*parts, Part("text", "So."))], web_search=True, code_execution=True)["input"]
    assert sent[1:-1] == blocks
    assert sent[-1] == assistant("So.")
