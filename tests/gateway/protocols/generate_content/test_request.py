"""What is said to Google's own route, part by part (text.md 6.1, images.md 7.4)."""

import json
from typing import Any

from chats import catalog
from chats.gateway.body import Body
from chats.gateway.protocols import load
from chats.gateway.values import Part, Prompt, Turn

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
SPEC = catalog.get("gemini-2.5-flash-image-preview")


def body(*turns: Turn, tools: tuple = (), spec=SPEC, **parameters: Any) -> dict[str, Any]:
    request = load("generate_content").request(spec, Prompt(turns, parameters, tools))
    return json.loads(b"".join(Body(request.json)))


def user(*parts: Part) -> Turn:
    return Turn("user", parts)


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


def test_thinking_can_be_switched_off_where_it_can():
    asked = body(user(Part("text", "a")), spec=catalog.get("gemini-2.5-flash"), thinking=False)
    assert asked["generationConfig"]["thinkingConfig"] == {"thinkingBudget": 0}


def test_functions_are_declared():
    tool = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}
    asked = body(user(Part("text", "a")), tools=(tool,), web_search=True)
    assert asked["tools"] == [{"functionDeclarations": [tool["function"]]}]


def test_files_go_by_what_they_are():
    parts = (
        Part("frames", frames=(b"1", b"2")),
        Part("video", url="https://v.example/a.mp4", content_type="video/mp4"),
        Part("file", data=b"a,b", content_type="text/csv", name="t.csv"),
    )
    (content,) = body(user(*parts))["contents"]
    assert [set(part) for part in content["parts"]] == [{"inlineData"}, {"inlineData"}, {"fileData"}, {"text"}]
    assert content["parts"][2] == {"fileData": {"mimeType": "video/mp4", "fileUri": "https://v.example/a.mp4"}}
