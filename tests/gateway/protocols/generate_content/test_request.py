"""What is said to Google's own route, part by part (text.md 6.1, images.md 7.4)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chats import catalog
from chats.gateway.body import Body
from chats.gateway.protocols import load
from chats.gateway.values import Part, Prompt, Turn

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
SPEC = catalog.get("gemini-2.5-flash-image-preview")
HELLO = Part("text", "Hello")
STEP = Part("tool_call", "4", name="code_interpreter", arguments='{"code": "print(4)"}', is_vendors=True)
CODE = Part(
    "opaque",
    protocol="generate_content",
    block={"executableCode": {"language": "PYTHON", "code": "print(4)"}, "thoughtSignature": "c2ln"},
)
OUTPUT = Part(
    "opaque",
    protocol="generate_content",
    block={"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "4"}},
)


def body(*turns: Turn, tools: tuple = (), spec=SPEC, **parameters: Any) -> dict[str, Any]:
    request = load("generate_content").request(spec, Prompt(turns, parameters, tools))
    return json.loads(b"".join(Body(request.json)))


def user(*parts: Part) -> Turn:
    return Turn("user", parts)


def tool(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def test_an_edit_is_what_the_references_print():
    asked = body(
        user(Part("text", "make it snow"), Part("image", data=b"abc", content_type="image/png")), aspect_ratio="16:9"
    )
    assert asked == {
        "contents": [
            {
                "role": "user",
                "parts": [{"text": "make it snow"}, {"inlineData": {"mimeType": "image/png", "data": "YWJj"}}],
            }
        ],
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"aspectRatio": "16:9"}},
    }


def test_the_model_stands_in_the_address():
    request = load("generate_content").request(SPEC, Prompt((user(Part("text", "Hi")),)))
    assert request.path == "/v1beta/models/gemini-2.5-flash-image-preview:streamGenerateContent?alt=sse"


def test_what_the_model_said_goes_back_as_it_came():
    said = Turn(
        "assistant",
        (
            Part("reasoning", "a plan", signature="s1"),
            Part("reasoning", "unsigned"),
            Part("reasoning", "two joined", signature="c2lnLTE=c2lnLTI="),
            Part("text", "Here", signature="s2"),
            Part("image", data=b"abc", content_type="image/png", signature="s3"),
        ),
        model=SPEC.model,
    )
    asked = body(user(Part("text", "Draw")), said, user(Part("text", "Bluer")))
    assert asked["contents"][1] == {
        "role": "model",
        "parts": [
            {"text": "a plan", "thought": True, "thoughtSignature": "s1"},
            {"text": "Here", "thoughtSignature": "s2"},
            {"inlineData": {"mimeType": "image/png", "data": "YWJj"}, "thoughtSignature": "s3"},
        ],
    }


def test_signatures_are_for_the_model_that_gave_them():
    other = Turn("assistant", (Part("reasoning", "hm", signature="s"), Part("text", "Hi", signature="s")), "gpt-4o")
    assert body(user(Part("text", "a")), other)["contents"][1] == {"role": "model", "parts": [{"text": "Hi"}]}


def test_neighbours_of_one_role_are_one_content():
    asked = body(user(Part("text", "a")), Turn("assistant", ()), user(Part("text", "b")))
    assert asked["contents"] == [{"role": "user", "parts": [{"text": "a"}, {"text": "b"}]}]


def test_a_call_goes_back_with_its_answer_only():
    call = Part("tool_call", call_id="c", name="weather", arguments='{"city": "x"}', signature="s")
    result = Turn("tool", (Part("tool_result", "sunny", call_id="c"),))
    asked = body(user(Part("text", "a")), Turn("assistant", (call,), SPEC.model), result)
    assert asked["contents"][1:] == [
        {
            "role": "model",
            "parts": [{"functionCall": {"id": "c", "name": "weather", "args": {"city": "x"}}, "thoughtSignature": "s"}],
        },
        {
            "role": "user",
            "parts": [{"functionResponse": {"id": "c", "name": "weather", "response": {"result": "sunny"}}}],
        },
    ]
    assert len(body(user(Part("text", "a")), Turn("assistant", (call,), SPEC.model))["contents"]) == 1


def test_settings_have_googles_names():
    asked = body(
        user(Part("text", "a")),
        spec=catalog.get("gemini-2.5-flash"),
        system_prompt="Be brief.",
        temperature=0.5,
        top_p=0.9,
        max_tokens=100,
        seed=0,
        stop=["END"],
        budget=512,
        web_search=True,
    )
    assert asked["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert asked["generationConfig"] == {
        "temperature": 0.5,
        "topP": 0.9,
        "maxOutputTokens": 100,
        "seed": 0,
        "stopSequences": ["END"],
        "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 512},
    }
    assert asked["tools"] == [{"googleSearch": {}}]


@pytest.mark.parametrize(
    ("model", "wish", "config"),
    [
        ("gemini-2.5-flash", {}, {"includeThoughts": True}),
        ("gemini-2.5-flash", {"thinking": False}, {"thinkingBudget": 0}),
        ("gemini-2.5-flash", {"thinking": True}, {"includeThoughts": True, "thinkingBudget": -1}),
        ("gemini-2.5-pro", {"budget": 512}, {"includeThoughts": True, "thinkingBudget": 512}),
        ("gemini-3-pro-preview", {"effort": "low"}, {"includeThoughts": True, "thinkingLevel": "low"}),
        ("gemini-2.0-flash", {"thinking": True}, None),
    ],
)
def test_a_wish_to_think_is_a_budget_or_a_level(model, wish, config):
    asked = body(user(HELLO), spec=catalog.get(model), **wish)
    assert asked.get("generationConfig", {}).get("thinkingConfig") == config


class TestTools:
    def test_functions_are_declared_in_googles_part_of_json_schema(self):
        odd = {**SCHEMA, "$schema": "x", "additionalProperties": False}
        bare = {"type": "function", "function": {"name": "now", "strict": True, "parameters": {"type": "object"}}}
        tools = (tool("weather", odd), bare)
        assert body(user(HELLO), tools=tools)["tools"] == [
            {"functionDeclarations": [{"name": "weather", "parameters": SCHEMA}, {"name": "now"}]}
        ]

    @pytest.mark.parametrize(
        ("declared", "sent"),
        [
            ({"properties": {"additionalProperties": {"type": "object", "additionalProperties": False}}},
             {"properties": {"additionalProperties": {"type": "object"}}}),
            ({"properties": {"properties": {"additionalProperties": True}}}, {"properties": {"properties": {}}}),
            ({"properties": {"$schema": {}}, "$schema": "x"}, {"properties": {"$schema": {}}}),
            ({"properties": {"a": {"items": [{"$schema": "x"}], "default": {"additionalProperties": 1}}}},
             {"properties": {"a": {"items": [{}], "default": {"additionalProperties": 1}}}}),
            ({"properties": {"a": {"anyOf": [{"properties": {"$schema": {"$schema": "x"}}}]}}},
             {"properties": {"a": {"anyOf": [{"properties": {"$schema": {}}}]}}}),
        ],
    )  # fmt: skip
    def test_a_keyword_is_left_out_and_never_a_property_of_its_name(self, declared, sent):
        (tools,) = body(user(HELLO), tools=(tool("f", declared | {"required": ["additionalProperties"]}),))["tools"]
        assert tools["functionDeclarations"][0]["parameters"] == sent | {"required": ["additionalProperties"]}

    def test_googles_own_do_not_stand_beside_them(self):
        wishes = {"web_search": True, "code_execution": True, "url_context": True}
        own = [{"googleSearch": {}}, {"codeExecution": {}}, {"urlContext": {}}]
        assert body(user(HELLO), **wishes)["tools"] == own
        (only,) = body(user(HELLO), tools=(tool("weather", SCHEMA),), **wishes)["tools"]
        assert set(only) == {"functionDeclarations"}

    @pytest.mark.parametrize(("choice", "mode"), [("auto", "AUTO"), ("required", "ANY"), ("none", "NONE")])
    def test_how_they_may_be_used_is_said_where_there_are_any(self, choice, mode):
        asked = body(user(HELLO), tools=(tool("weather", SCHEMA),), tool_choice=choice)
        assert asked["toolConfig"] == {"functionCallingConfig": {"mode": mode}}
        assert "toolConfig" not in body(user(HELLO), tool_choice=choice)

    def test_a_model_that_steers_a_screen_is_given_one(self):
        spec = replace(SPEC, options={**SPEC.options, "computer_use": True})
        assert body(user(HELLO), spec=spec)["tools"] == [{"computerUse": {"environment": "ENVIRONMENT_BROWSER"}}]

    @pytest.mark.parametrize(
        ("said", "facts", "response"),
        [
            ("sunny", {}, {"result": "sunny"}),
            ('{"url": "https://a.example/"}', {}, {"url": "https://a.example/"}),
            ("no such city", {"is_error": True}, {"error": "no such city"}),
        ],
    )
    def test_a_result_is_an_object(self, said, facts, response):
        assert response_to("{}", said, **facts)["response"] == response

    def test_a_step_that_had_to_be_confirmed_says_that_it_was(self):
        arguments = '{"x": 1, "safety_decision": {"decision": "require_confirmation"}}'
        asked = response_to(arguments, '{"url": "u"}', data=b"png", content_type="image/png")
        assert asked["response"] == {"url": "u", "safety_acknowledgement": "true"}
        assert asked["parts"] == [{"inlineData": {"mimeType": "image/png", "data": "cG5n"}}]
        assert response_to(arguments, "refused", is_error=True)["response"] == {"error": "refused"}

    @pytest.mark.parametrize("made_up", ["call-1", "call-12-3"])
    def test_ids_that_were_made_up_for_google_do_not_go_back(self, made_up):
        twice = (said(made_up, signature=""), answered(made_up)) * 2
        call, result, *again = parts_of(*twice)
        assert again == [call, result]
        assert call == {"functionCall": {"name": "weather", "args": {}}}
        assert result == {"functionResponse": {"name": "weather", "response": {"result": "sunny"}}}


def response_to(arguments: str, text: str, **facts: Any) -> dict[str, Any]:
    call = Turn("assistant", (Part("tool_call", call_id="c", name="click_at", arguments=arguments),), SPEC.model)
    asked = body(user(HELLO), call, Turn("tool", (Part("tool_result", text, call_id="c", **facts),)))
    return asked["contents"][-1]["parts"][0]["functionResponse"]


def said(call_id: str = "c", model: str = SPEC.model, signature: str = "c2ln") -> Turn:
    return Turn("assistant", (Part("tool_call", call_id=call_id, name="weather", signature=signature),), model)


def answered(call_id: str = "c") -> Turn:
    return Turn("tool", (Part("tool_result", "sunny", call_id=call_id),))


def parts_of(*turns: Turn, spec=SPEC) -> list[dict[str, Any]]:
    contents = body(user(HELLO), *turns, user(HELLO), spec=spec)["contents"]
    return [part for content in contents for part in content["parts"]][1:-1]


GEMINI_3 = catalog.get("gemini-3-pro-preview")


class TestPast:
    def test_a_signed_call_goes_back_to_gemini_3_as_it_came(self):
        call, result = parts_of(said(model=GEMINI_3.model), answered(), spec=GEMINI_3)
        assert call == {"functionCall": {"id": "c", "name": "weather", "args": {}}, "thoughtSignature": "c2ln"}
        assert "functionResponse" in result

    @pytest.mark.parametrize(("model", "signature"), [("gpt-5", "c2ln"), ("gemini-3-pro-preview", "")])
    def test_a_call_without_gemini_3s_signature_is_told(self, model, signature):
        told = [{"text": "[called weather()]"}, {"text": "[weather answered\n→ sunny]"}]
        assert parts_of(said(model=model, signature=signature), answered(), spec=GEMINI_3) == told
        assert "functionCall" in parts_of(said(model=model, signature=""), answered())[0]

    def test_code_goes_back_as_it_came_and_its_signature_to_its_model_alone(self):
        turn = Turn("assistant", (STEP, CODE, OUTPUT, Part("text", "Four.")), SPEC.model)
        assert parts_of(turn) == [dict(CODE.block), dict(OUTPUT.block), {"text": "Four."}]
        bare = {"executableCode": CODE.block["executableCode"]}
        assert parts_of(replace(turn, model="gemini-2.5-pro"))[0] == bare

    def test_half_of_a_run_and_other_vendors_code_are_told(self):
        words = {"text": "[ran code: print(4)\n→ 4]"}
        assert parts_of(Turn("assistant", (STEP, CODE), SPEC.model)) == [words]
        assert parts_of(Turn("assistant", (STEP,), "claude-opus-4-6")) == [words]

    def test_a_search_of_its_own_is_no_part_of_what_it_said(self):
        step = Part("tool_call", "A", name="web_search", arguments='{"queries": ["a"]}', is_vendors=True)
        assert parts_of(Turn("assistant", (Part("text", "Yes."), step), SPEC.model)) == [{"text": "Yes."}]
        told = {"text": "[searched the web: a\n→ A]"}
        assert parts_of(Turn("assistant", (Part("text", "Yes."), step), "gpt-5"))[1] == told

    def test_another_vendors_pictures_go_along_with_the_next_question(self):
        made = Turn("assistant", (Part("text", "Here"), Part("image", data=b"p")), "gpt-5")
        contents = body(user(HELLO), made, user(Part("text", "Bluer")))["contents"]
        assert [set(part) for content in contents[1:] for part in content["parts"]] == [
            {"text"}, {"inlineData"}, {"text"},
        ]  # fmt: skip


def test_files_go_by_what_they_are():
    parts = (
        Part("frames", frames=(b"1", b"2")),
        Part("video", url="https://v.example/a.mp4", content_type="video/mp4"),
        Part("file", data=b"a,b", content_type="text/csv", name="t.csv"),
    )
    (content,) = body(user(*parts))["contents"]
    assert [set(part) for part in content["parts"]] == [{"inlineData"}, {"inlineData"}, {"fileData"}, {"text"}]
    film = body(user(Part("video", data=b"f", content_type="video/mp4", fps=2.0)))["contents"][0]["parts"][0]
    assert film["videoMetadata"] == {"fps": 2.0}
    assert content["parts"][2] == {"fileData": {"mimeType": "video/mp4", "fileUri": "https://v.example/a.mp4"}}
