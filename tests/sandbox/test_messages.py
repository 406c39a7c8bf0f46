"""Anthropic's Python SDK, unmodified, against the sandbox's /v1/messages over real HTTP."""

import base64
import copy
import json

import anthropic
import pytest

from tests.sandbox.media import picture

MODEL = "claude-sonnet-4-5-20250929"
THINKING = {"type": "enabled", "budget_tokens": 1024}
BETWEEN = {"anthropic-beta": "interleaved-thinking-2025-05-14"}
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 5}
CODE = {"type": "code_execution_20250825", "name": "code_execution"}
FORECAST = {
    "name": "forecast",
    "description": "Weather to come",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
}
QUESTION = "tool call: forecast for Paris"
pytestmark = pytest.mark.filterwarnings("ignore:The model 'claude:DeprecationWarning")


@pytest.fixture(scope="module")
def client(sandbox):
    with anthropic.Anthropic(base_url=sandbox.url, api_key="sandbox", max_retries=0) as made:
        yield made


def body(*messages, **fields):
    texts = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages]
    return {"model": MODEL, "max_tokens": 4000, "messages": texts} | fields


def asked(client, *messages, **fields):
    return client.messages.create(**body(*messages, **fields))


def streamed(client, *messages, **fields):
    with client.messages.stream(**body(*messages, **fields)) as stream:
        return stream.get_final_message()


def directed(words):
    return {"X-Sandbox": words}


def said(message):
    return "".join(block.text for block in message.content if block.type == "text")


def kinds(message):
    return [block.type for block in message.content]


def as_sent(message):
    return {"role": "assistant", "content": [block.to_dict() for block in message.content]}


CALLS = {"tools": [FORECAST], "thinking": THINKING}


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("Hello", {}),
        ("你好", {"thinking": THINKING}),
        (QUESTION, CALLS),
        ("Search for tea", {"tools": [SEARCH]}),
        ("plot sin(x)", {"tools": [CODE]}),
        ("long answer 3000", {"stop_sequences": ["sentence 9,"]}),
    ],
)
def test_a_stream_says_the_same_as_the_whole(client, question, fields):
    whole, stream = asked(client, question, **fields), streamed(client, question, **fields)
    plain = {"exclude": {"container"}, "exclude_none": True}
    told = stream.model_dump(**plain)
    for block in told["content"]:
        block.pop("parsed_output", None)
    assert said(whole).startswith("Sandbox: ")
    assert whole.model_dump(**plain) | {"id": ""} == told | {"id": ""}


def test_the_events_come_in_their_order_and_none_is_called_done(http):
    sent = body("Hello", stream=True, thinking=THINKING)
    lines = http.post("/v1/messages", json=sent).text.split("\n")
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    around = [name for name in names if name not in {"content_block_delta", "ping"}]
    block = ["content_block_start", "content_block_stop"]
    assert around == ["message_start", *block, *block, "message_delta", "message_stop"]
    assert "[DONE]" not in "".join(lines)


def test_a_picture_and_a_text_document_are_looked_into(client):
    data = base64.b64encode(picture("red")).decode()
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    note = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Ahoy"}}
    message = asked(client, {"role": "user", "content": [image, note, {"type": "text", "text": "Which colour?"}]})
    assert "**red**" in said(message)
    assert "Ahoy" in said(message)


@pytest.mark.parametrize(
    ("fields", "reason", "sequence"),
    [
        ({"max_tokens": 5}, "max_tokens", None),
        ({"stop_sequences": ["zebra", "received"]}, "stop_sequence", "received"),
        ({"tools": [FORECAST], "tool_choice": {"type": "any"}}, "tool_use", None),
        ({"extra_headers": directed("finish=refusal")}, "refusal", None),
        ({"extra_headers": directed("finish=model_context_window_exceeded")}, "model_context_window_exceeded", None),
    ],
)
def test_an_answer_ends_as_it_should(client, fields, reason, sequence):
    message = streamed(client, "Hello", **fields)
    assert (message.stop_reason, message.stop_sequence) == (reason, sequence)


def test_a_tool_loop_goes_on_with_its_thought_and_thinks_again_only_where_it_may(client):
    first = streamed(client, QUESTION, **CALLS)
    assert kinds(first) == ["thinking", "text", "tool_use"]
    call = first.content[-1]
    assert set(call.input) == {"city", "days"}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "Sunny"}]}
    history = (QUESTION, as_sent(first), result)
    plain, between = asked(client, *history, **CALLS), asked(client, *history, **CALLS, extra_headers=BETWEEN)
    assert (kinds(plain), kinds(between)) == (["text"], ["thinking", "text"])
    assert "Sunny" in said(plain)


def without_thought(history):
    del history[1]["content"][0]


def with_another_thought(history):
    history[1]["content"][0]["thinking"] += " And more."


def without_signature(history):
    history[1]["content"][0]["signature"] = ""


def without_call(history):
    del history[1]["content"][2]


def with_a_dotted_name(history):
    history[1]["content"][2]["id"] = history[2]["content"][0]["tool_use_id"] = "functions.forecast:0"


def without_result(history):
    history[2]["content"] = [{"type": "text", "text": "And now?"}]


def with_empty_words(history):
    history[1]["content"][1]["text"] = ""


@pytest.mark.parametrize(
    ("spoil", "fields", "complaint"),
    [
        (without_thought, CALLS, "must start with a thinking block"),
        (without_thought, {"tools": [FORECAST]}, "Expected `thinking`"),
        (with_another_thought, CALLS, "Invalid `signature`"),
        (without_signature, CALLS, "Invalid `signature`"),
        (lambda history: None, CALLS | {"model": "claude-opus-4-5-20251101"}, "Invalid `signature`"),
        (without_call, CALLS, "unexpected `tool_use_id`"),
        (with_a_dotted_name, CALLS, "should match pattern"),
        (without_result, CALLS, "without `tool_result`"),
        (with_empty_words, CALLS, "non-empty"),
        (lambda history: None, CALLS | {"extra_body": {"temperature": 0.5}}, "temperature"),
        (lambda history: None, CALLS | {"thinking": THINKING | {"budget_tokens": 100}}, "budget_tokens"),
        (lambda history: None, CALLS | {"tool_choice": {"type": "any"}}, "forces tool use"),
    ],
)
def test_a_spoilt_tool_loop_is_refused(client, spoil, fields, complaint):
    first = asked(client, QUESTION, **CALLS)
    result = {"type": "tool_result", "tool_use_id": first.content[-1].id, "content": "Sunny"}
    history = [{"role": "user", "content": QUESTION}, as_sent(first), {"role": "user", "content": [result]}]
    assert asked(client, *copy.deepcopy(history), **CALLS)
    spoil(history)
    with pytest.raises(anthropic.BadRequestError, match=complaint) as caught:
        asked(client, *history, **fields)
    assert caught.value.body["type"] == "error"


def test_a_finished_turn_may_leave_its_thought_out_but_not_change_it(client):
    first = as_sent(asked(client, "Hello", thinking=THINKING))
    thought, text = first["content"]
    for content in ([text], [thought, text]):
        assert asked(client, "Hello", {"role": "assistant", "content": content}, "And?", thinking=THINKING)
    forged = {"role": "assistant", "content": [thought | {"thinking": "Otherwise."}, text]}
    with pytest.raises(anthropic.BadRequestError, match="signature"):
        asked(client, "Hello", forged, "And?", thinking=THINKING)


def test_redacted_and_omitted_thoughts_come_back_as_they_are(client):
    redacted = asked(client, "Hello", thinking=THINKING, extra_headers=directed("redacted"))
    assert kinds(redacted) == ["thinking", "redacted_thinking", "text"]
    omitted = streamed(client, "Hello", thinking=THINKING | {"display": "omitted"})
    assert (omitted.content[0].thinking, bool(omitted.content[0].signature)) == ("", True)
    for message in (redacted, omitted):
        assert asked(client, "Hello", as_sent(message), "And?", thinking=THINKING)
    forged = as_sent(redacted)
    forged["content"][1]["data"] = "bm90IG91cnM="
    with pytest.raises(anthropic.BadRequestError, match="Invalid `data`"):
        asked(client, "Hello", forged, "And?", thinking=THINKING)


def test_a_search_finds_real_pages_and_cites_them(client):
    message = streamed(client, "Search for tea", tools=[SEARCH])
    _, use, found = message.content[:3]
    assert (use.name, use.input, found.tool_use_id) == ("web_search", {"query": "tea"}, use.id)
    cited = [block for block in message.content if block.type == "text" and block.citations]
    assert {block.citations[0].url for block in cited} == {result.url for result in found.content} != set()
    assert message.usage.server_tool_use.web_search_requests == 1
    assert asked(client, "Search for tea", as_sent(message), "And?", tools=[SEARCH])
    none = SEARCH | {"allowed_domains": ["nowhere.example"]}
    assert streamed(client, "Search for tea", tools=[none]).content[2].content == []


def test_a_pause_is_gone_on_from_by_sending_it_back(client):
    fields = {"tools": [SEARCH], "extra_headers": directed("pause=2")}
    first = streamed(client, "Search for tea", **fields)
    assert (first.stop_reason, kinds(first)) == ("pause_turn", ["text", "server_tool_use", "web_search_tool_result"])
    second = streamed(client, "Search for tea", as_sent(first), **fields)
    assert second.stop_reason == "pause_turn"
    both = {"role": "assistant", "content": as_sent(first)["content"] + as_sent(second)["content"]}
    last = streamed(client, "Search for tea", both, **fields)
    assert (last.stop_reason, set(kinds(last))) == ("end_turn", {"text"})
    assert "tea" in said(last).lower()


@pytest.mark.parametrize(
    ("version", "tool", "given"),
    [("20250825", "bash_code_execution", "command"), ("20250522", "code_execution", "code")],
)
def test_code_is_really_run(client, version, tool, given):
    code = {"type": f"code_execution_{version}", "name": "code_execution"}
    message = streamed(client, "What is (17 + 4) * 1000?", tools=[code])
    _, use, result, _ = message.content
    assert (use.name, result.type) == (tool, f"{tool}_tool_result")
    assert "(17 + 4) * 1000" in use.input[given]
    assert (result.content.stdout.strip(), result.content.return_code) == ("21000", 0)
    assert "21000" in said(message)
    assert message.container.id


def test_a_failing_tool_of_the_vendors_is_a_result_that_says_so(client):
    for question, tool in (("Search for tea", SEARCH), ("What is 17 + 4?", CODE)):
        message = streamed(client, question, tools=[tool], extra_headers=directed("tool_error"))
        assert message.content[2].content.error_code == "unavailable"
        assert "unavailable" in said(message)


def test_a_program_of_several_lines_is_written_to_a_file_and_its_chart_named(client):
    message = streamed(client, "plot sin(x)", tools=[CODE])
    assert [block.name for block in message.content if block.type == "server_tool_use"] == [
        "text_editor_code_execution",
        "bash_code_execution",
    ]
    assert message.content[4].content.content[0].file_id


def test_the_cache_holds_what_was_marked_and_only_while_the_words_are_the_same(client):
    mark = {"cache_control": {"type": "ephemeral"}}
    system = [{"type": "text", "text": "Answer like a sailor. " * 50} | mark]
    hello = {"role": "user", "content": [{"type": "text", "text": "Hello"} | mark]}
    first = asked(client, hello, system=system).usage
    assert (first.cache_read_input_tokens, first.input_tokens) == (0, 0)
    assert first.cache_creation_input_tokens == first.cache_creation.ephemeral_5m_input_tokens > 100
    again = streamed(client, {"role": "user", "content": "Hello"}, "More", system=system).usage
    assert 100 < again.cache_read_input_tokens < first.cache_creation_input_tokens
    assert (again.cache_creation_input_tokens, again.input_tokens > 0) == (0, True)
    other = [system[0] | {"text": "Answer like a cook. " * 50}]
    assert asked(client, hello, system=other).usage.cache_read_input_tokens == 0


def test_an_answer_keeps_to_the_schema_that_was_asked_for(client):
    schema = {"type": "object", "properties": {"boats": {"type": "integer"}, "harbour": {"type": "string"}}}
    form = {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
    assert json.loads(said(asked(client, "How many?", extra_body=form))) == {"boats": 1, "harbour": "How many?"}


@pytest.mark.parametrize(
    ("directives", "holds", "lacks"),
    [
        ("no_finish", "content_block_stop", "message_stop"),
        ("usage=none", "message_stop", "usage"),
        ("empty", '"stop_reason":"end_turn"', "text_delta"),
        ("missing_index", "text_delta", '"index"'),
        ("usage=no_details", "output_tokens", "cache_read"),
    ],
)
def test_what_is_asked_to_be_missing_is_missing(http, directives, holds, lacks):
    text = http.post("/v1/messages", json=body("Hello", stream=True), headers=directed(directives)).text
    assert holds in text
    assert lacks not in text


@pytest.mark.parametrize(
    ("directives", "expected"),
    [
        ("status=400", anthropic.BadRequestError),
        ("status=401", anthropic.AuthenticationError),
        ("status=429", anthropic.RateLimitError),
        ("status=500", anthropic.InternalServerError),
        ("status=529", anthropic.OverloadedError),
    ],
)
def test_errors_become_the_sdks_own(client, directives, expected):
    with pytest.raises(expected):
        asked(client, "Hello", extra_headers=directed(directives))


def test_an_error_inside_a_stream_is_raised_by_the_sdk(client):
    with pytest.raises(anthropic.APIStatusError, match="bad response status code"):
        streamed(client, "Hello", extra_headers=directed("error_in_stream=after:3 form=data"))


@pytest.mark.parametrize("directives", ["crlf", "split=5", "ping=0", "tool=whole", "lone_surrogate"])
def test_odd_but_lawful_streams_are_read_by_the_sdk(client, directives):
    message = streamed(client, QUESTION, tools=[FORECAST], extra_headers=directed(directives))
    assert message.stop_reason == "tool_use"
    assert set(message.content[-1].input) == {"city", "days"}


def test_a_model_without_this_route_says_so(client):
    with pytest.raises(anthropic.InternalServerError, match="not implemented"):
        asked(client, "Hello", model="gpt-5.2")
