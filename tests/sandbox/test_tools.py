"""Functions over chat/completions: called when the question asks for what they do, in rounds, and cited."""

import json

import pytest

from chats.gateway.sandbox.formula_tools import FORMULAS
from tests.sandbox.conftest import said

WEATHER = {
    "name": "get_weather",
    "description": "Get the weather of a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
        "required": ["city"],
    },
}
SEARCH = {
    "name": "web_search",
    "description": "Searches the web with Google. Cite what you use by its number.",
    "parameters": {
        "type": "object",
        "properties": {"query": {"type": "string"}, "count": {"type": "integer"}, "country": {"type": "string"}},
        "required": ["query"],
    },
}
KIMIS = [
    tool.declared()["function"]
    for name in ("convert", "date", "base64", "memory", "fetch", "code_runner")
    for tool in FORMULAS[name]
]
TOOLS = [{"type": "function", "function": function} for function in (WEATHER, SEARCH, *KIMIS)]


def called(message):
    calls = message.get("tool_calls") or []
    return [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls]


def answered(question, *rounds):
    """The history after these rounds of (call, result) pairs."""
    history = [{"role": "user", "content": question}]
    for pairs in rounds:
        calls = [call for call, _ in pairs]
        history.append({"role": "assistant", "content": "", "tool_calls": calls})
        history += [{"role": "tool", "tool_call_id": call["id"], "content": result} for call, result in pairs]
    return history


@pytest.mark.parametrize(
    ("question", "calls"),
    [
        ("Hi", []),
        ("Write a poem about the sea", []),
        ("What do you think of me?", []),
        ("What is the weather in Paris?", [("get_weather", {"city": "Paris"})]),
        ("北京的天气怎么样", [("get_weather", {"city": "北京"})]),
        ("How long is the Great Wall?", [("web_search", {"query": "How long is the Great Wall"})]),
        ("搜索一下大熊猫吃什么", [("web_search", {"query": "大熊猫吃什么"})]),
        ("convert 100 °C to °F", [("convert", {"value": 100, "from_unit": "°C", "to_unit": "°F"})]),
        ("5公里是多少英里", [("convert", {"value": 5, "from_unit": "公里", "to_unit": "英里"})]),
        ("What is 12*7?", [("code_runner", {"code": "print(12*7)"})]),
        ("今天是几号？", [("date", {})]),
        ('encode "hello" as base64', [("base64_encode", {"data": "hello"})]),
        ("read https://sandbox.example/en/tea", [("fetch", {"url": "https://sandbox.example/en/tea"})]),
    ],
)
def test_a_question_leads_to_the_function_that_does_what_it_asks_for(ask, question, calls):
    assert called(ask.message(question, tools=TOOLS)) == calls


def test_two_places_are_asked_for_at_once_unless_one_call_at_a_time_is_wanted(ask):
    question = "What is the weather in Beijing and in Shanghai?"
    both = ask.message(question, tools=TOOLS)["tool_calls"]
    assert [json.loads(call["function"]["arguments"])["city"] for call in both] == ["Beijing", "Shanghai"]
    first = ask.message(question, tools=TOOLS, parallel_tool_calls=False)["tool_calls"]
    assert first == both[:1]
    history = answered(question, [(first[0], "rain")])
    second = ask.message(None, messages=history, tools=TOOLS, parallel_tool_calls=False)
    assert called(second) == [("get_weather", {"city": "Shanghai"})]


def test_what_comes_after_then_is_called_in_a_round_of_its_own(ask):
    question = "Search for the Great Wall, then convert 21196 km to miles"
    (search,) = ask.message(question, tools=TOOLS)["tool_calls"]
    assert search["function"]["name"] == "web_search"
    history = answered(question, [(search, "[1] Wall\nhttps://a.example\nIt is 21,196 km long.")])
    (convert,) = ask.message(None, messages=history, tools=TOOLS)["tool_calls"]
    assert convert["function"]["name"] == "convert"
    assert convert["id"] != search["id"]
    history = answered(
        question, [(search, "[1] Wall\nhttps://a.example\nIt is 21,196 km long.")], [(convert, "13170 mi")]
    )
    last = ask.message(None, messages=history, tools=TOOLS)
    assert not last.get("tool_calls")
    assert "It is 21,196 km long. [1]" in last["content"]
    assert "13170 mi" in last["content"]


def test_sources_are_cited_by_their_numbers_or_counted_on(ask):
    question = "How long is the Great Wall, and what is tea?"
    call = {"id": "c1", "type": "function", "function": {"name": "web_search", "arguments": "{}"}}
    other = call | {"id": "c2"}
    one = json.dumps({"results": [{"title": "Wall", "url": "https://a.example", "snippet": "It is long."}]})
    two = json.dumps({"organic": [{"title": "Tea", "link": "https://b.example", "snippet": "A drink."}]})
    text = ask.text(None, messages=answered(question, [(call, one), (other, two)]), tools=TOOLS)
    assert "It is long. [1]" in text
    assert "A drink. [2]" in text


def test_a_failed_tool_is_told_of(ask):
    call = {"id": "c1", "type": "function", "function": {"name": "web_search", "arguments": "{}"}}
    text = ask.text(None, messages=answered("Search for tea", [(call, "Error: no credit")]), tools=TOOLS)
    assert "**web_search** failed: “Error: no credit”" in text


def test_rounds_go_on_for_as_long_as_was_asked(ask):
    question, rounds = "loop [sandbox: rounds 3]", []
    for _ in range(3):
        history = answered(question, *rounds)
        (call,) = ask.message(None, messages=history, tools=TOOLS)["tool_calls"]
        rounds.append([(call, "done")])
    assert len({pairs[0][0]["id"] for pairs in rounds}) == 3
    assert not ask.message(None, messages=answered(question, *rounds), tools=TOOLS).get("tool_calls")


def test_sealed_results_are_open_to_kimi_alone(http, ask):
    body = {"name": "web_search", "arguments": json.dumps({"query": "How long is the Great Wall?"})}
    done = http.post("/v1/formulas/moonshot/web-search:latest/fibers", json=body).json()
    call = {"id": "c1", "type": "function", "function": {"name": "web_search", "arguments": body["arguments"]}}
    history = answered("How long is the Great Wall?", [(call, done["context"]["encrypted_output"])])
    assert "21,196" in said(ask.deltas(None, messages=history, model="kimi-k2.5"))
    assert "cannot open" in ask.text(None, messages=history, model="qwen3-max-preview")


def test_claude_over_chat_takes_back_only_its_own_thought(ask):
    model, asked = "claude-sonnet-4-5-20250929", {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    deltas = ask.deltas("Hello", model=model, **asked)
    turn = {"role": "assistant", "content": said(deltas), "reasoning_content": said(deltas, "reasoning_content")}
    turn["signature"] = said(deltas, "signature")
    history = [{"role": "user", "content": "Hello"}, turn, {"role": "user", "content": "And now?"}]
    assert ask.post(None, messages=history, model=model, **asked).status_code == 200
    turn["reasoning_content"] += "!"
    refused = ask.post(None, messages=history, model=model, **asked)
    assert refused.status_code == 400
    assert "Invalid `signature`" in refused.json()["error"]["message"]
    del turn["signature"]
    assert ask.post(None, messages=history, model=model, **asked).status_code == 200


def test_deepseek_takes_no_old_thought_back(ask):
    turn = {"role": "assistant", "content": "Hi", "reasoning_content": "hm"}
    history = [{"role": "user", "content": "Hello"}, turn, {"role": "user", "content": "And now?"}]
    assert ask.post(None, messages=history, model="deepseek-reasoner").status_code == 400
    del turn["reasoning_content"]
    assert ask.post(None, messages=history, model="deepseek-reasoner").status_code == 200


def test_kimi_wants_the_thought_back_with_the_call_it_led_to(ask):
    question, model = "What is the weather in Paris?", "kimi-k2-thinking"
    deltas = ask.deltas(question, model=model, tools=TOOLS)
    pieces = [piece for delta in deltas for piece in delta.get("tool_calls") or ()]
    arguments = "".join(piece["function"].get("arguments", "") for piece in pieces)
    call = pieces[0] | {"function": pieces[0]["function"] | {"arguments": arguments}}
    history = answered(question, [(call, "sunny")])
    refused = ask.post(None, messages=history, model=model, tools=TOOLS, stream=True)
    assert refused.status_code == 400
    assert "reasoning_content is missing" in refused.json()["error"]["message"]
    history[1]["reasoning_content"] = said(deltas, "reasoning_content")
    assert ask.post(None, messages=history, model=model, tools=TOOLS, stream=True).status_code == 200


def test_a_call_without_its_answer_is_refused(ask):
    call = {"id": "c1", "type": "function", "function": {"name": "web_search", "arguments": "{}"}}
    history = [*answered("Search for tea", [(call, "x")])[:2], {"role": "user", "content": "Well?"}]
    assert ask.post(None, messages=history, model="gpt-4o").status_code == 400
    orphan = [{"role": "user", "content": "Hi"}, {"role": "tool", "tool_call_id": "c9", "content": "x"}]
    assert ask.post(None, messages=orphan, model="gpt-4o").status_code == 400
