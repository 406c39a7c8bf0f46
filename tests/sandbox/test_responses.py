"""OpenAI's Python SDK, unmodified, against the sandbox's /v1/responses over real HTTP."""

import openai
import pytest

MODEL = "gpt-5.2"


@pytest.fixture
def client(sandbox):
    with openai.OpenAI(base_url=sandbox.url + "/v1", api_key="sandbox", max_retries=0) as made:
        yield made


def streamed(client, given, **fields):
    with client.responses.stream(model=MODEL, input=given, **fields) as stream:
        events = list(stream)
        return events, stream.get_final_response()


def test_a_stream_says_the_same_as_the_whole(client):
    whole = client.responses.create(model=MODEL, input="Hello")
    events, stream = streamed(client, "Hello")
    assert whole.output_text.startswith("Sandbox: ")
    assert stream.output_text == whole.output_text
    assert (whole.status, whole.usage) == ("completed", stream.usage)
    assert [event.sequence_number for event in events if event.type != "response.output_text.done"] == sorted(
        event.sequence_number for event in events if event.type != "response.output_text.done"
    )


def test_a_summary_comes_only_when_it_is_asked_for(client):
    reasoning = {"effort": "low", "summary": "auto"}
    thought, _ = streamed(client, "Hello", reasoning=reasoning, include=["reasoning.encrypted_content"])[1].output
    assert thought.summary[0].text
    assert thought.encrypted_content
    thought, _ = client.responses.create(model=MODEL, input="Hello", reasoning={"effort": "low"}).output
    assert (thought.summary, thought.encrypted_content) == ([], None)
