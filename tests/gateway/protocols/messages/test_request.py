"""What is said to Claude's own route, block by block (text.md 3.4, 5.1, 5.3 and 5.4)."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from chats import catalog
from chats.gateway.body import Body
from chats.gateway.protocols import load
from chats.gateway.values import Part, Prompt, Request, Turn

CLAUDE, ADAPTIVE = "claude-sonnet-4-5-20250929", "claude-opus-4-6"
HELLO = Part("text", "Hello")
TOOL = {
    "type": "function",
    "function": {"name": "weather", "description": "Tells it", "parameters": {"type": "object", "properties": {}}},
}
CALL = Part("tool_call", name="weather", call_id="toolu_1", arguments='{"city": "x"}')
THOUGHT = Part("reasoning", "Ask.", signature="EqQB")


def asked(*turns: Turn | Part, model: str = CLAUDE, tools: tuple = (), **parameters: Any) -> Request:
    turns = tuple(Turn("user", (turn,)) if isinstance(turn, Part) else turn for turn in turns or (HELLO,))
    spec = replace(catalog.get(model), protocol="messages")
    return load("messages").request(spec, Prompt(turns, parameters, tools))


def body(*turns: Turn | Part, **wishes: Any) -> dict[str, Any]:
    return json.loads(b"".join(Body(asked(*turns, **wishes).json)))


def assistant(*parts: Part, model: str = CLAUDE) -> Turn:
    return Turn("assistant", parts, model)


def answered(text: str = "sunny", call_id: str = "toolu_1", **facts: Any) -> Turn:
    return Turn("tool", (Part("tool_result", text, call_id=call_id, **facts),))


def opaque(**block: Any) -> Part:
    return Part("opaque", protocol="messages", block=block)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_call_names_its_version_and_how_much_may_be_said():
    request = asked()
    assert (request.method, request.path) == ("POST", "/v1/messages")
    assert request.headers == {"anthropic-version": "2023-06-01"}
    assert body() == {
        "model": CLAUDE,
        "max_tokens": 8192,
        "stream": True,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
    }


def test_settings_have_anthropics_names():
    sent = body(temperature=0.5, top_p=0.9, top_k=3, max_tokens=100, stop=["END"], seed=1, system_prompt="Be brief.")
    names = ("temperature", "top_p", "top_k", "max_tokens", "stop_sequences", "seed")
    assert {name: sent[name] for name in names if name in sent} == {
        "temperature": 0.5, "top_p": 0.9, "top_k": 3, "max_tokens": 100, "stop_sequences": ["END"],
    }  # fmt: skip
    assert sent["system"] == [{"type": "text", "text": "Be brief."}]


@pytest.mark.parametrize(
    ("model", "wish", "sent"),
    [
        (CLAUDE, {}, {}),
        (CLAUDE, {"thinking": False}, {"thinking": {"type": "disabled"}}),
        (CLAUDE, {"thinking": True}, {"thinking": {"type": "enabled", "budget_tokens": 4096}, "max_tokens": 12288}),
        (CLAUDE, {"budget": 100}, {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 9216}),
        (CLAUDE, {"budget": 2000, "max_tokens": 500}, {"max_tokens": 500}),
        (
            CLAUDE,
            {"budget": 2000, "max_tokens": 1500},
            {"thinking": {"type": "enabled", "budget_tokens": 1499}, "max_tokens": 1500},
        ),
        (
            "claude-opus-4-5-20251101",
            {"effort": "low"},
            {"thinking": {"type": "enabled", "budget_tokens": 2048}, "max_tokens": 10240},
        ),
        (ADAPTIVE, {"thinking": True}, {"thinking": {"type": "adaptive"}, "max_tokens": 32000}),
        (
            ADAPTIVE,
            {"effort": "low"},
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}, "max_tokens": 32000},
        ),
        (
            ADAPTIVE,
            {"budget": 2000},
            {"thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 10192},
        ),
    ],
)  # fmt: skip
def test_a_wish_to_think_becomes_a_budget_or_adapts(model, wish, sent):
    usual = {"model": model, "stream": True, "max_tokens": 8192}
    found = {name: value for name, value in body(model=model, **wish).items() if name != "messages"}
    assert found == usual | sent


def test_nothing_that_thinking_refuses_goes_along_with_it():
    wish = {"temperature": 0.5, "top_p": 0.9, "top_k": 3, "tool_choice": "required", "tools": (TOOL,)}
    assert not {"temperature", "top_p", "top_k"} & {*body(thinking=True, **wish)}
    assert body(thinking=True, **wish)["tool_choice"] == {"type": "auto"}
    assert body(**wish)["tool_choice"] == {"type": "any"}


def test_thinking_between_calls_is_asked_for_by_a_header():
    beta = "interleaved-thinking-2025-05-14"
    assert asked(thinking=True, interleaved=True).headers["anthropic-beta"] == beta
    assert "anthropic-beta" not in asked(interleaved=True).headers


class TestParts:
    def test_a_picture_is_its_bytes_or_an_address(self):
        png, web = Part("image", data=b"p", content_type="image/png"), Part("image", url="https://e.example/a.png")
        (message,) = body(Turn("user", (png, web)))["messages"]
        assert message["content"] == [
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": b64(b"p")}},
            {"type": "image", "source": {"type": "url", "url": "https://e.example/a.png"}},
        ]

    def test_a_pdf_is_a_document_and_a_text_file_is_text(self):
        pdf = Part("file", data=b"%PDF", content_type="application/pdf", name="a.pdf")
        notes = Part("file", data="号".encode(), content_type="text/markdown", name="n.md")
        (message,) = body(Turn("user", (pdf, notes)))["messages"]
        assert message["content"] == [
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": b64(b"%PDF")}},
            {"type": "text", "text": "n.md:\n\n号"},
        ]

    def test_frames_are_pictures_and_what_cannot_be_sent_is_said(self):
        parts = (Part("frames", frames=(b"1", b"2")), Part("audio", data=b"x", name="a.mp3"), Part("text", " \n"))
        (message,) = body(Turn("user", parts))["messages"]
        assert [block["type"] for block in message["content"]] == ["image", "image", "text"]
        assert "a.mp3" in message["content"][2]["text"]


class TestTools:
    def test_functions_are_declared_with_their_schema(self):
        bare = {"type": "function", "function": {"name": "a.b"}}
        assert body(tools=(TOOL, bare))["tools"] == [
            {"name": "weather", "description": "Tells it", "input_schema": {"type": "object", "properties": {}}},
            {"name": "a_b", "input_schema": {"type": "object", "properties": {}}},
        ]

    def test_the_vendors_own_stand_beside_them_unless_the_name_is_taken(self):
        search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 5}
        code = {"type": "code_execution_20250825", "name": "code_execution"}
        assert body(web_search=True, code_execution=True)["tools"] == [search, code]
        ours = {"type": "function", "function": {"name": "web_search"}}
        assert [tool.get("type") for tool in body(tools=(ours,), web_search=True)["tools"]] == [None]

    @pytest.mark.parametrize(
        ("wish", "choice"),
        [
            ({}, None),
            ({"tool_choice": "auto"}, {"type": "auto"}),
            ({"tool_choice": "none"}, {"type": "none"}),
            ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}),
        ],
    )
    def test_how_they_may_be_used_is_said_where_there_are_any(self, wish, choice):
        assert body(tools=(TOOL,), **wish).get("tool_choice") == choice
        assert "tool_choice" not in body(**wish)

    def test_a_call_and_its_result_go_back_with_the_thought_before_it(self):
        sent = body(HELLO, assistant(THOUGHT, CALL), answered(is_error=True), tools=(TOOL,), thinking=True)
        assert sent["thinking"]["type"] == "enabled"
        assert sent["messages"][1:] == [
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "Ask.", "signature": "EqQB"},
                    {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "x"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny", "is_error": True},
                ],
            },
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("said", "model"),
        [
            (assistant(CALL), CLAUDE),
            (assistant(Part("reasoning", "Ask."), CALL), CLAUDE),
            (assistant(THOUGHT, CALL, model="claude-opus-4-20250514"), CLAUDE),
            (assistant(THOUGHT, CALL, model="gpt-5"), ADAPTIVE),
        ],
    )
    def test_in_a_loop_that_began_without_its_thoughts_it_does_not_think(self, said, model):
        sent = body(HELLO, said, answered(), model=model, tools=(TOOL,), thinking=True)
        assert sent["thinking"] == {"type": "disabled"}
        assert "thinking" not in [block["type"] for block in sent["messages"][1]["content"]]

    def test_a_new_question_ends_the_loop(self):
        said = (HELLO, assistant(CALL), answered(), assistant(Part("text", "Sunny.")), HELLO)
        assert body(*said, tools=(TOOL,), thinking=True)["thinking"]["type"] == "enabled"

    def test_a_question_right_after_results_leaves_the_loop_open(self):
        said = (HELLO, assistant(CALL, model="gpt-5"), answered(), HELLO)
        assert body(*said, tools=(TOOL,), thinking=True)["thinking"] == {"type": "disabled"}

    def test_without_tools_calls_are_told_in_words(self):
        messages = body(HELLO, assistant(CALL), answered())["messages"]
        assert [message["content"][0]["text"] for message in messages[1:]] == [
            '[called weather({"city": "x"})]',
            "[weather answered\n→ sunny]",
        ]

    def test_ids_of_others_become_valid_and_stay_one(self):
        call = replace(CALL, call_id="functions.weather:0")
        result = answered(call_id="functions.weather:0")
        messages = body(HELLO, assistant(call, model="kimi-k2.5"), result, tools=(TOOL,))["messages"]
        assert messages[1]["content"][0]["id"] == messages[2]["content"][0]["tool_use_id"] == "functions_weather_0"

    def test_what_a_person_asks_after_a_result_stands_behind_it(self):
        messages = body(HELLO, assistant(CALL), answered(), HELLO, tools=(TOOL,))["messages"]
        assert [block["type"] for block in messages[2]["content"]] == ["tool_result", "text"]

    def test_a_screenshot_stands_beside_its_result(self):
        shot = answered(data=b"png", content_type="image/png")
        content = body(HELLO, assistant(CALL), shot, tools=(TOOL,))["messages"][2]["content"][0]["content"]
        assert [block["type"] for block in content] == ["text", "image"]


USE = opaque(type="server_tool_use", id="srv_1", name="web_search", input={"query": "rain"})
FOUND = opaque(type="web_search_tool_result", tool_use_id="srv_1", content=[])
STEP = Part("tool_call", "Rain", call_id="srv_1", name="web_search", arguments='{"query": "rain"}', is_vendors=True)


class TestOwnBlocks:
    def content(self, *parts: Part, model: str = CLAUDE, is_last: bool = False, **wishes: Any) -> list[dict]:
        turns = (HELLO, assistant(*parts, model=model), *(() if is_last else (HELLO,)))
        return body(*turns, **({"web_search": True} | wishes))["messages"][1]["content"]

    def test_a_step_of_the_vendors_goes_back_as_it_came(self):
        assert self.content(STEP, USE, FOUND, Part("text", "Yes.")) == [
            dict(USE.block), dict(FOUND.block), {"type": "text", "text": "Yes."},
        ]  # fmt: skip

    def test_it_goes_to_every_model_of_the_vendor(self):
        assert self.content(STEP, USE, FOUND, model=ADAPTIVE) == [dict(USE.block), dict(FOUND.block)]

    def test_half_a_step_is_told_unless_it_goes_on(self):
        assert self.content(STEP, USE) == [{"type": "text", "text": "[searched the web: rain\n→ Rain]"}]
        assert self.content(STEP, USE, is_last=True) == [dict(USE.block)]

    def test_it_is_told_where_the_tool_is_not_declared_any_more(self):
        told = [{"type": "text", "text": "[searched the web: rain\n→ Rain]"}]
        assert self.content(STEP, USE, FOUND, web_search=False) == told
        assert self.content(STEP, USE, FOUND, web_search=False, code_execution=True) == told

    def test_a_function_of_ours_with_its_name_does_not_declare_it(self):
        told = [{"type": "text", "text": "[searched the web: rain\n→ Rain]"}]
        place = opaque(type="container", id="container_1", expires_at="2099-01-01T00:00:00Z")
        search, code = ({"type": "function", "function": {"name": name}} for name in ("web_search", "code_execution"))
        assert self.content(STEP, USE, FOUND, tools=(search,)) == told
        assert self.content(STEP, USE, FOUND, tools=(code,)) == [dict(USE.block), dict(FOUND.block)]
        wishes = {"code_execution": True}
        assert "container" not in body(HELLO, assistant(HELLO, place), HELLO, tools=(code,), **wishes)
        assert "container" in body(HELLO, assistant(HELLO, place), HELLO, tools=(search,), **wishes)

    def test_another_vendors_step_is_told(self):
        assert self.content(STEP, model="gpt-5") == [{"type": "text", "text": "[searched the web: rain\n→ Rain]"}]

    def test_hidden_thoughts_go_back_while_it_thinks(self):
        hidden = opaque(type="redacted_thinking", data="Emw")
        said = (hidden, Part("reasoning", "", signature="EqQB"), Part("text", "Yes."))
        assert self.content(*said, thinking=True)[:2] == [
            {"type": "redacted_thinking", "data": "Emw"},
            {"type": "thinking", "thinking": "", "signature": "EqQB"},
        ]
        assert [block["type"] for block in self.content(*said)] == ["text"]
        other = self.content(*said, thinking=True, model="claude-opus-4-20250514")
        assert [block["type"] for block in other] == ["text"]

    def test_code_goes_on_where_it_ran_while_that_place_is_open(self):
        ran = opaque(type="container", id="container_1", expires_at="2099-01-01T00:00:00Z")
        gone = opaque(type="container", id="container_1", expires_at="2020-01-01T00:00:00Z")
        said = [assistant(Part("text", "Yes."), place) for place in (ran, gone)]
        wishes = {"code_execution": True}
        assert body(HELLO, said[0], HELLO, **wishes)["container"] == "container_1"
        assert "container" not in body(HELLO, said[1], HELLO, **wishes)
        assert "container" not in body(HELLO, said[0], HELLO)


def marked(block: dict) -> bool:
    return block.get("cache_control") == {"type": "ephemeral"}


def test_the_cache_is_marked_after_the_instructions_and_the_two_newest_questions():
    turns = (HELLO, assistant(Part("text", "1")), HELLO, assistant(Part("text", "2")), HELLO)
    sent = body(*turns, cache=True, system_prompt="Be brief.", tools=(TOOL,))
    assert marked(sent["system"][0])
    assert not marked(sent["tools"][0])
    assert [marked(message["content"][-1]) for message in sent["messages"]] == [False, False, True, False, True]
    assert marked(body(cache=True, tools=(TOOL,))["tools"][0])
    assert not any(marked(message["content"][-1]) for message in body(*turns)["messages"])


def test_the_models_pictures_go_along_with_the_next_question():
    made = assistant(Part("text", "Here"), Part("image", data=b"p", content_type="image/png"), model="gpt-5")
    messages = body(HELLO, made, Part("text", "Bluer"))["messages"]
    assert [block["type"] for block in messages[2]["content"]] == ["image", "text"]
