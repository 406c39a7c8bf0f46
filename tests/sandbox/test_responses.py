"""OpenAI's Python SDK, unmodified, against the sandbox's /v1/responses over real HTTP."""

import base64
import copy

import openai
import pytest
from pydantic import BaseModel

from tests.sandbox.made import image
from tests.sandbox.media import data_url, picture

MODEL = "gpt-5.2"
FORECAST = {
    "type": "function",
    "name": "forecast",
    "description": "Weather to come",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
    "strict": False,
}
QUESTION = "tool call: forecast for Paris"
THINKING = {"reasoning": {"effort": "low", "summary": "auto"}, "include": ["reasoning.encrypted_content"]}
CALLS = {"tools": [FORECAST], "store": False} | THINKING
EVERYTHING = ["web_search_call.action.sources", "code_interpreter_call.outputs"]
SEARCH, CODE = {"type": "web_search"}, {"type": "code_interpreter", "container": {"type": "auto"}}
PAINT = {"type": "image_generation", "size": "128x96", "partial_images": 2}


@pytest.fixture(scope="module")
def client(sandbox):
    with openai.OpenAI(base_url=sandbox.url + "/v1", api_key="sandbox", max_retries=0) as made:
        yield made


def asked(client, given, **fields):
    return client.responses.create(**{"model": MODEL, "input": given} | fields)


def streamed(client, given, **fields):
    events = list(client.responses.create(**{"model": MODEL, "input": given, "stream": True} | fields))
    return [event.type for event in events], events[-1].response


def directed(words):
    return {"X-Sandbox": words}


def kinds(response):
    return [item.type for item in response.output]


def as_sent(response):
    return [item.to_dict() for item in response.output]


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("Hello", {}),
        ("你好", THINKING),
        (QUESTION, CALLS),
        ("Search for tea", {"tools": [SEARCH], "include": EVERYTHING}),
        ("plot sin(x)", {"tools": [CODE], "include": EVERYTHING}),
        ("Hello", {"max_output_tokens": 16}),
    ],
)
def test_a_stream_says_the_same_as_the_whole(client, question, fields):
    whole = asked(client, question, **fields).model_dump()
    with client.responses.stream(model=MODEL, input=question, **fields) as stream:
        events = list(stream)
    told = events[-1].response.model_dump()
    for item in told["output"]:
        item.pop("parsed_arguments", None)
        for part in item.get("content") or ():
            part.pop("parsed", None)
    for told_of in (whole, told):  # names follow from the body, which says whether it streams
        for item in told_of["output"]:
            item.pop("id"), item.pop("container_id", None)
    assert {name: whole[name] for name in ("output", "status", "usage")} == {
        name: told[name] for name in ("output", "status", "usage")
    }


def test_the_events_come_in_their_order_with_numbers_and_none_is_called_done(http):
    text = http.post("/v1/responses", json={"model": MODEL, "input": "Hello", "stream": True} | THINKING).text
    names = [line.removeprefix("event: response.") for line in text.split("\n") if line.startswith("event: ")]
    part = "reasoning_summary_part"
    words = "reasoning_summary_text"
    summary = [f"{part}.added", f"{words}.delta", f"{words}.done", f"{part}.done"]
    message = ["content_part.added", "output_text.delta", "output_text.done", "content_part.done"]
    item = "output_item"
    expected = ["created", "in_progress", f"{item}.added", *summary, *summary, f"{item}.done"]
    expected += [f"{item}.added", *message, f"{item}.done", "completed"]
    assert [name for at, name in enumerate(names) if name != names[at - 1]] == expected
    assert [f'"sequence_number":{number}' in text for number in range(len(names))] == [True] * len(names)
    assert "[DONE]" not in text


def test_a_summary_and_the_sealed_thought_come_only_when_they_are_asked_for(client):
    thought = asked(client, "Hello", **THINKING).output[0]
    assert all(part.text for part in thought.summary)
    assert thought.encrypted_content
    thought = asked(client, "Hello", reasoning={"effort": "low"}).output[0]
    assert (thought.summary, thought.encrypted_content) == ([], None)
    assert kinds(asked(client, "Hello", reasoning={"effort": "none"})) == ["message"]


def test_a_model_with_open_weights_shows_its_thought_itself(client):
    names, response = streamed(client, "Hello", model="qwen3-max-2026-01-23", extra_body={"enable_thinking": True})
    assert "response.reasoning_text.delta" in names
    assert response.output[0].content[0].text
    assert not response.output[0].summary


def test_a_picture_and_a_file_are_looked_into(client):
    text = "data:text/plain;base64," + base64.b64encode(b"Ahoy there").decode()
    content = [
        {"type": "input_image", "image_url": data_url(picture("red"), "image/png"), "detail": "auto"},
        {"type": "input_file", "filename": "note.txt", "file_data": text},
        {"type": "input_text", "text": "Which colour?"},
    ]
    said = asked(client, [{"role": "user", "content": content}]).output_text
    assert "**red**" in said
    assert "Ahoy there" in said


def test_a_tool_loop_goes_on_with_its_sealed_thought(client):
    first = streamed(client, QUESTION, **CALLS)[1]
    assert kinds(first) == ["reasoning", "message", "function_call"]
    output = {"type": "function_call_output", "call_id": first.output[-1].call_id, "output": "Sunny"}
    history = [{"role": "user", "content": QUESTION}, *as_sent(first), output]
    assert "Sunny" in asked(client, history, **CALLS).output_text


def test_a_thought_that_was_never_handed_out_is_not_wanted_back(client):
    fields = {"tools": [FORECAST], "reasoning": {"effort": "low"}}
    first = asked(client, QUESTION, **fields)
    output = {"type": "function_call_output", "call_id": first.output[-1].call_id, "output": "Sunny"}
    history = [{"role": "user", "content": QUESTION}, first.output[-1].to_dict(), output]
    assert "Sunny" in asked(client, history, **fields).output_text


def without_thought(history):
    del history[1]


def with_a_forged_thought(history):
    history[1]["encrypted_content"] = "bm90IG91cnM="


def without_seal(history):
    history[1]["encrypted_content"] = None


def without_call(history):
    del history[3]


def without_output(history):
    del history[4]


def with_a_long_name(history):
    history[3]["call_id"] = history[4]["call_id"] = "x" * 65


def with_words_of_the_wrong_side(history):
    history[0]["content"] = [{"type": "output_text", "text": "Hello"}]


@pytest.mark.parametrize(
    ("spoil", "fields", "complaint"),
    [
        (without_thought, CALLS, "without its required 'reasoning' item"),
        (with_a_forged_thought, CALLS, "could not be verified"),
        (lambda history: None, CALLS | {"model": "gpt-5"}, "could not be verified"),
        (without_seal, CALLS, "nothing is kept"),
        (without_call, CALLS, "No tool call found"),
        (without_output, CALLS, "No tool output found"),
        (with_a_long_name, CALLS, "call_id"),
        (with_words_of_the_wrong_side, CALLS, "output_text"),
        (lambda history: None, CALLS | {"include": ["everything"]}, "everything"),
        (lambda history: None, CALLS | {"previous_response_id": "resp_1"}, "not found"),
    ],
)
def test_a_spoilt_tool_loop_is_refused(client, spoil, fields, complaint):
    first = asked(client, QUESTION, **CALLS)
    output = {"type": "function_call_output", "call_id": first.output[-1].call_id, "output": "Sunny"}
    history = [{"role": "user", "content": QUESTION}, *as_sent(first), output]
    assert asked(client, copy.deepcopy(history), **CALLS)
    spoil(history)
    with pytest.raises(openai.BadRequestError, match=complaint):
        asked(client, history, **fields)


@pytest.mark.parametrize(("model", "effort"), [("gpt-4.1", "low"), ("gpt-5", "xhigh")])
def test_a_model_takes_no_effort_that_it_does_not_know(client, model, effort):
    with pytest.raises(openai.BadRequestError, match="not supported with this model"):
        asked(client, "Hello", model=model, reasoning={"effort": effort})


def test_a_search_finds_real_pages_and_cites_them(client):
    names, response = streamed(client, "Search for tea", tools=[SEARCH], include=EVERYTHING)
    search, message = response.output
    assert search.action.query == "tea"
    notes = message.content[0].annotations
    assert {note.url for note in notes} == {source.url for source in search.action.sources} != set()
    text = message.content[0].text
    assert all(text[note.start_index : note.end_index].strip() for note in notes)
    assert names.count("response.output_text.annotation.added") == len(notes)


def test_code_is_really_run_and_its_chart_is_a_picture(client):
    names, response = streamed(client, "plot sin(x)", tools=[CODE], include=EVERYTHING)
    assert "response.code_interpreter_call_code.delta" in names
    drawn = response.output[0].outputs[-1]
    assert image(base64.b64decode(drawn.url.partition(",")[2])).width > 100
    summed = asked(client, "What is (17 + 4) * 1000?", tools=[CODE], include=EVERYTHING)
    assert summed.output[0].outputs[0].logs.strip() == "21000"
    assert "21000" in summed.output_text
    assert asked(client, "What is 17 + 4?", tools=[CODE]).output[0].outputs is None


def test_a_failing_tool_of_the_vendors_is_an_item_that_failed(client):
    for question, tool in (("Search for tea", SEARCH), ("What is 17 + 4?", CODE)):
        names, response = streamed(client, question, tools=[tool], extra_headers=directed("tool_error"))
        assert (response.output[0].status, response.status) == ("failed", "completed")
        assert not [name for name in names if name.endswith("call.completed")]


def test_a_picture_is_painted_in_the_size_that_was_asked_for(client):
    names, response = streamed(client, "Draw a boat", tools=[PAINT])
    assert image(base64.b64decode(response.output[0].result)).size == (128, 96)
    assert names.count("response.image_generation_call.partial_image") == 2


def test_deep_research_searches_opens_and_reads_before_it_writes(client):
    fields = {"model": "o3-deep-research", "tools": [{"type": "web_search_preview"}], "reasoning": {"summary": "auto"}}
    response = streamed(client, "Research the history of tea", **fields)[1]
    actions = [item.action.type for item in response.output if item.type == "web_search_call"]
    assert {"search", "open_page", "find_in_page"} == set(actions)
    assert response.output[-1].content[0].annotations
    few = asked(client, "Research the history of tea", **fields, max_tool_calls=3)
    assert sum(item.type == "web_search_call" for item in few.output) == 3 < len(actions)
    with pytest.raises(openai.BadRequestError, match="web_search_preview"):
        asked(client, "Research tea", model="o3-deep-research")


@pytest.mark.parametrize(
    ("directives", "status", "reason"),
    [
        ("finish=length", "incomplete", "max_output_tokens"),
        ("finish=content_filter", "incomplete", "content_filter"),
        ("finish=failed", "failed", "server_error"),
        ("finish=refusal", "completed", "refusal"),
    ],
)
def test_an_answer_ends_as_it_was_asked_to(client, directives, status, reason):
    names, response = streamed(client, "Hello", extra_headers=directed(directives))
    details, error = response.incomplete_details, response.error
    part = response.output[-1].content[0].type
    assert (names[-1], response.status) == (f"response.{status}", status)
    assert reason in {details and details.reason, error and error.code, part}


def test_long_beginnings_are_read_from_the_cache(client):
    sailor = [{"role": "user", "content": "Answer like a sailor. " * 300}]
    assert asked(client, sailor).usage.input_tokens_details.cached_tokens == 0
    longer = [*sailor, {"role": "assistant", "content": "Aye."}, {"role": "user", "content": "Where to?"}]
    usage = asked(client, longer).usage
    assert 1024 < usage.input_tokens_details.cached_tokens < usage.input_tokens
    assert asked(client, "Short").usage.input_tokens_details.cached_tokens == 0


def test_an_answer_keeps_to_the_schema_that_was_asked_for(client):
    class Harbour(BaseModel):
        boats: int
        name: str

    answer = client.responses.parse(model=MODEL, input="How many?", text_format=Harbour)
    assert answer.output_parsed == Harbour(boats=1, name="How many?")


@pytest.mark.parametrize(
    ("directives", "holds", "lacks"),
    [
        ("no_finish", "response.output_item.done", "response.completed"),
        ("usage=none", "response.completed", "input_tokens"),
        ("empty", "response.completed", "output_text.delta"),
        ("missing_index", "output_text.delta", '"output_index"'),
        ("usage=no_details", "output_tokens", "cached_tokens"),
    ],
)
def test_what_is_asked_to_be_missing_is_missing(http, directives, holds, lacks):
    sent = {"model": MODEL, "input": "Hello", "stream": True}
    text = http.post("/v1/responses", json=sent, headers=directed(directives)).text
    assert holds in text
    assert lacks not in text


@pytest.mark.parametrize(
    ("directives", "expected"),
    [
        ("status=400", openai.BadRequestError),
        ("status=429", openai.RateLimitError),
        ("status=500", openai.InternalServerError),
    ],
)
def test_errors_become_the_sdks_own(client, directives, expected):
    with pytest.raises(expected):
        asked(client, "Hello", extra_headers=directed(directives))


def test_an_error_inside_a_stream_is_its_last_event(client):
    headers = directed("error_in_stream=after:3 form=data")
    events = list(client.responses.create(model=MODEL, input="Hello", stream=True, extra_headers=headers))
    assert (events[-1].type, events[-1].code) == ("error", "bad_response_status_code")
    assert [event.sequence_number for event in events] == list(range(len(events)))


@pytest.mark.parametrize("directives", ["crlf", "split=5", "ping=0", "tool=whole", "lone_surrogate"])
def test_odd_but_lawful_streams_are_read_by_the_sdk(client, directives):
    response = streamed(client, QUESTION, tools=[FORECAST], extra_headers=directed(directives))[1]
    assert (response.status, kinds(response)) == ("completed", ["message", "function_call"])


def test_a_model_without_this_route_says_so(client):
    with pytest.raises(openai.InternalServerError, match="not implemented"):
        asked(client, "Hello", model="qwen3-max-preview")
