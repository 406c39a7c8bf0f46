"""What goes back of what was said, in the form each family wants it."""

import pytest

from chats.gateway.values import Part, Turn

from .asking import CLAUDE, GPT, HELLO, OMNI, assistant, b64, body, user


def test_the_system_prompt_comes_first():
    sent = body(GPT, system_prompt="Be brief.")
    assert sent["messages"][0] == {"role": "system", "content": "Be brief."}
    assert body(GPT, Turn("system", (HELLO,)), HELLO)["messages"][0] == {"role": "system", "content": "Hello"}


def test_what_the_model_said_goes_back_as_text_only():
    spoken = assistant(Part("text", "Hi"), Part("audio", data=b"x"), Part("image", data=b"y"), model=OMNI)
    assert body("gpt-audio", HELLO, spoken, HELLO)["messages"][1] == {"role": "assistant", "content": "Hi"}


def test_pictures_the_model_made_go_back_with_the_next_question():
    painter = "gemini-3-pro-image-preview"
    turns = [
        user(HELLO),
        assistant(Part("text", "One"), Part("image", data=b"first")),
        user(HELLO),
        assistant(Part("image", data=b"second", content_type="image/png")),
        user(Part("text", "Bluer")),
    ]
    messages = body(painter, *turns)["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[2]["content"] == [
        {"type": "text", "text": "Hello"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{b64(b'second')}"}},
        {"type": "text", "text": "Bluer"},
    ]


def test_questions_in_a_row_are_one():
    failed = assistant()
    assert body("deepseek-reasoner", user(HELLO), failed, user(Part("text", "Again")))["messages"] == [
        {"role": "user", "content": "Hello\n\nAgain"}
    ]


@pytest.mark.parametrize(
    ("model", "reasoning"),
    [
        (CLAUDE, {"content": "Four", "reasoning_content": "2+2", "signature": "EqQB"}),
        ("deepseek-reasoner", {"content": "Four"}),
        ("kimi-k2-thinking", {"content": "Four"}),
        ("minimax-m2", {"content": "<think>\n2+2\n</think>\n\nFour"}),
        ("qwen3-max-preview", {"content": "Four"}),
    ],
)
def test_reasoning_goes_back_only_to_who_wants_it(model, reasoning):
    answer = assistant(Part("reasoning", "2+2", signature="EqQB"), Part("text", "Four"), model=model)
    assert body(model, HELLO, answer, HELLO)["messages"][1] == {"role": "assistant", **reasoning}


def test_reasoning_of_another_model_does_not_go_back():
    answer = assistant(Part("reasoning", "2+2", signature="EqQB"), Part("text", "Four"), model="claude-opus-4-6")
    assert body(CLAUDE, HELLO, answer, HELLO)["messages"][1] == {"role": "assistant", "content": "Four"}


def test_claude_gets_reasoning_only_with_its_signature():
    answer = assistant(Part("reasoning", "2+2"), Part("text", "Four"), model=CLAUDE)
    assert "reasoning_content" not in body(CLAUDE, HELLO, answer, HELLO)["messages"][1]


def test_a_tool_call_and_its_result_go_back():
    calls = assistant(
        Part("reasoning", "Ask."), Part("tool_call", name="f", call_id="c1", arguments=""), model="kimi-k2-thinking"
    )
    result = Turn("tool", (Part("tool_result", "42", call_id="c1"),))
    assert body("kimi-k2-thinking", HELLO, calls, result)["messages"][1:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            "reasoning_content": "Ask.",
        },
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
    ]


def test_a_tool_call_that_nobody_answered_does_not_go_back():
    calls = assistant(Part("text", "Let me see"), Part("tool_call", name="f", call_id="c1", arguments="{}"))
    assert body(GPT, HELLO, calls, HELLO)["messages"][1] == {"role": "assistant", "content": "Let me see"}


@pytest.mark.parametrize(("model", "given"), [("kimi-k2-thinking", "functions.f:0"), (CLAUDE, "functions_f_0")])
def test_ids_stay_as_the_vendor_likes_them(model, given):
    calls = assistant(Part("tool_call", name="f", call_id="functions.f:0", arguments="{}"))
    result = Turn("tool", (Part("tool_result", "42", call_id="functions.f:0"),))
    _question, call, answer = body(model, HELLO, calls, result)["messages"]
    assert call["tool_calls"][0]["id"] == answer["tool_call_id"] == given


def test_two_rounds_of_one_vendors_count_get_ids_of_their_own():
    call = assistant(Part("tool_call", name="f", call_id="call-1", arguments="{}"))
    result = Turn("tool", (Part("tool_result", "42", call_id="call-1"),))
    messages = body(GPT, HELLO, call, result, call, result)["messages"]
    given = [message["tool_calls"][0]["id"] for message in messages if message["role"] == "assistant"]
    assert given == ["call-1", "call-1_2"]
    assert [message["tool_call_id"] for message in messages if message["role"] == "tool"] == given


def test_a_failed_tool_says_so():
    calls = assistant(Part("tool_call", name="f", call_id="c1", arguments="{}"))
    result = Turn("tool", (Part("tool_result", "no such city", call_id="c1", is_error=True),))
    assert body(GPT, HELLO, calls, result)["messages"][2]["content"] == "Error: no such city"


def test_what_kimis_tools_encrypt_is_for_kimi():
    calls = assistant(Part("tool_call", name="f", call_id="c1", arguments="{}"))
    sealed = "----MOONSHOT ENCRYPTED BEGIN----abc----MOONSHOT ENCRYPTED END----"
    result = Turn("tool", (Part("tool_result", sealed, call_id="c1"),))
    assert body("kimi-k2-thinking", HELLO, calls, result)["messages"][2]["content"] == sealed
    assert "abc" not in body(GPT, HELLO, calls, result)["messages"][2]["content"]


def test_a_step_the_vendor_took_itself_is_told():
    step = Part("tool_call", "4", name="code_interpreter", arguments='{"code": "2+2"}', is_vendors=True)
    said = assistant(Part("text", "So: "), step, Part("text", "four."))
    assert body(GPT, HELLO, said, HELLO)["messages"][1] == {
        "role": "assistant",
        "content": "So: \n\n[ran code: 2+2\n→ 4]\n\nfour.",
    }


def test_bare_thoughts_go_to_every_model_of_the_vendor_that_wants_them():
    calls = assistant(Part("reasoning", "Ask."), Part("tool_call", name="f", call_id="c"), model="kimi-k2-thinking")
    result = Turn("tool", (Part("tool_result", "42", call_id="c"),))
    assert body("kimi-k2.5", HELLO, calls, result)["messages"][1]["reasoning_content"] == "Ask."
    assert "reasoning_content" not in body("qwen3-max", HELLO, calls, result)["messages"][1]
