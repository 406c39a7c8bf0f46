"""Anthropic's Python SDK, unmodified, against the sandbox's /v1/messages over real HTTP."""

import anthropic
import pytest

MODEL = "claude-sonnet-4-5-20250929"
THINKING = {"type": "enabled", "budget_tokens": 1024}
pytestmark = pytest.mark.filterwarnings("ignore:The model 'claude:DeprecationWarning")


@pytest.fixture
def client(sandbox):
    with anthropic.Anthropic(base_url=sandbox.url, api_key="sandbox", max_retries=0) as made:
        yield made


def asked(client, *messages, **fields):
    texts = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages]
    return client.messages.create(**{"model": MODEL, "max_tokens": 4000, "messages": texts} | fields)


def streamed(client, *messages, **fields):
    texts = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages]
    with client.messages.stream(**{"model": MODEL, "max_tokens": 4000, "messages": texts} | fields) as stream:
        return stream.get_final_message()


def test_a_stream_says_the_same_as_the_whole(client):
    whole, stream = asked(client, "Hello"), streamed(client, "Hello")
    assert whole.content[0].text.startswith("Sandbox: ")
    assert whole.stop_reason == "end_turn"
    assert [block.model_dump() for block in whole.content] == [
        block.model_dump(exclude={"parsed_output"}) for block in stream.content
    ]
    assert whole.usage == stream.usage


def test_thoughts_come_signed_before_the_words(client):
    thought, text = streamed(client, "Hello", thinking=THINKING).content
    assert thought.type == "thinking"
    assert thought.thinking
    assert thought.signature
    assert text.type == "text"
