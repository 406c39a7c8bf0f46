"""The body each family gets for the same turns and wishes."""

import pytest

from chats import catalog
from chats.gateway.errors import GatewayError
from chats.gateway.values import Part

from .asking import CLAUDE, DOUBAO, GEMINI, GPT, HELLO, MP3, MP4, OMNI, PDF, PNG, TOOL, VL, b64, body, content, user


def test_every_call_is_streamed_with_usage():
    sent = body("qwen3-max")
    assert sent["stream"] is True
    assert sent["stream_options"] == {"include_usage": True}
    assert sent["model"] == "qwen3-max"
    assert sent["messages"] == [{"role": "user", "content": "Hello"}]
    assert "temperature" not in sent


def test_text_alone_is_a_string_in_every_order():
    assert content(GPT, HELLO, Part("text", "World")) == "Hello\n\nWorld"
    assert content(GPT) == ""


class TestParts:
    def test_a_picture_is_a_data_url_or_an_address(self):
        assert content(GPT, HELLO, PNG) == [
            {"type": "text", "text": "Hello"},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{b64(b'picture')}"}},
        ]
        address = Part("image", url="https://example.com/a.png")
        assert content(GPT, address) == [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]

    @pytest.mark.parametrize(("model", "prefix"), [(OMNI, "data:;base64,"), (VL, "data:video/mp4;base64,")])
    def test_a_film_is_a_data_url_without_a_type_for_omni_alone(self, model, prefix):
        assert content(model, MP4) == [{"type": "video_url", "video_url": {"url": prefix + b64(b"film")}}]

    def test_a_film_by_address_stays_an_address(self):
        film = Part("video", url="https://example.com/a.mp4")
        assert content(OMNI, film) == [{"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}}]

    def test_fps_stands_where_the_family_reads_it(self):
        film = Part("video", url="u", fps=2)
        assert content(VL, film) == [{"type": "video_url", "video_url": {"url": "u"}, "fps": 2}]
        assert content(DOUBAO, film) == [{"type": "video_url", "video_url": {"url": "u", "fps": 2}}]
        assert content("glm-4.6v", film) == [{"type": "video_url", "video_url": {"url": "u"}}]

    def test_frames_are_one_part_for_qwen_and_pictures_for_others(self):
        frames = Part("frames", frames=(b"one", b"two"), fps=0.5)
        urls = [f"data:image/jpeg;base64,{b64(frame)}" for frame in (b"one", b"two")]
        assert content(VL, frames) == [{"type": "video", "video": urls, "fps": 0.5}]
        assert content(OMNI, frames) == [{"type": "video", "video": urls}]
        assert content(GPT, frames) == [{"type": "image_url", "image_url": {"url": url}} for url in urls]

    def test_sound_is_a_data_url_for_omni_and_bare_for_others(self):
        bare = {"data": b64(b"sound"), "format": "mp3"}
        assert content(OMNI, MP3) == [
            {"type": "input_audio", "input_audio": bare | {"data": f"data:;base64,{b64(b'sound')}"}}
        ]
        assert content("gpt-audio", MP3) == [{"type": "input_audio", "input_audio": bare}]
        assert content(GEMINI, MP3) == [{"type": "input_audio", "input_audio": bare}]

    def test_sound_by_address_is_a_part_of_its_own_but_for_omni(self):
        sound = Part("audio", url="https://example.com/a.mp3", content_type="audio/mpeg")
        assert content(GEMINI, sound) == [{"type": "audio_url", "audio_url": {"url": sound.url}}]
        assert content(OMNI, sound) == [{"type": "input_audio", "input_audio": {"data": sound.url, "format": "mp3"}}]

    @pytest.mark.parametrize(
        ("content_type", "name"),
        [("audio/x-wav", "wav"), ("audio/mp4", "m4a"), ("audio/3gpp", "3gp"), ("audio/webm; codecs=opus", "webm")],
    )
    def test_sound_names_its_format(self, content_type, name):
        sound = Part("audio", data=b"x", content_type=content_type)
        assert content("gpt-audio", sound)[0]["input_audio"]["format"] == name

    def test_a_pdf_is_a_file_part(self):
        data = f"data:application/pdf;base64,{b64(b'%PDF')}"
        assert content(CLAUDE, PDF) == [{"type": "file", "file": {"filename": "a.pdf", "file_data": data}}]

    def test_a_text_file_is_text(self):
        notes = Part("file", data="号".encode(), content_type="text/markdown", name="n.md")
        assert content(CLAUDE, notes, HELLO) == "n.md:\n\n号\n\nHello"

    def test_a_file_by_address_is_refused_because_no_form_exists(self):
        with pytest.raises(GatewayError) as raised:
            content(CLAUDE, Part("file", url="https://example.com/a.pdf"))
        assert raised.value.kind == "not_supported"


def test_tools_are_declared():
    assert body(GPT, tools=(TOOL,))["tools"] == [TOOL]


class TestParameters:
    def test_what_is_set_is_sent_and_nothing_else(self):
        wishes = {"temperature": 0, "top_p": 0.5, "top_k": 3, "max_tokens": 9, "frequency_penalty": 1}
        wishes |= {"presence_penalty": -1, "seed": 0, "stop": ["END"]}
        sent = body("qwen3-max", **wishes)
        assert {key: sent[key] for key in wishes} == wishes
        unset = body("qwen3-max", temperature=None, stop=[], seed="")
        assert set(unset) == {"model", "messages", "stream", "stream_options"}

    @pytest.mark.parametrize(
        ("model", "wish", "sent"),
        [
            ("qwen3-max-preview", {"thinking": True}, {"enable_thinking": True}),
            ("qwen3-max-preview", {"thinking": "off"}, {"enable_thinking": False}),
            ("qwen3-max-preview", {"budget": 500}, {"enable_thinking": True, "thinking_budget": 500}),
            ("qwen3-max-preview", {"thinking": False, "budget": 500}, {"enable_thinking": False}),
            ("glm-4.6", {"thinking": "on"}, {"thinking": {"type": "enabled"}}),
            ("glm-4.6", {"thinking": False}, {"thinking": {"type": "disabled"}}),
            (DOUBAO, {"effort": "low"}, {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}),
            (DOUBAO, {"thinking": False, "effort": "low"}, {"thinking": {"type": "disabled"}}),
            ("gpt-5", {"effort": "high"}, {"reasoning_effort": "high"}),
            ("gpt-5", {"thinking": False}, {"reasoning_effort": "minimal"}),
            ("gpt-5.2", {"thinking": False}, {"reasoning_effort": "none"}),
            ("gpt-5.2", {"thinking": True}, {"reasoning_effort": "medium"}),
            (CLAUDE, {"thinking": False}, {"thinking": {"type": "disabled"}}),
            (
                CLAUDE,
                {"thinking": True},
                {"thinking": {"type": "enabled", "budget_tokens": 4096}, "max_tokens": 4096 + 8192},
            ),
            (
                CLAUDE,
                {"budget": 2000, "max_tokens": 1500, "temperature": 0.5, "top_k": 3},
                {"thinking": {"type": "enabled", "budget_tokens": 1499}, "max_tokens": 1500},
            ),
            (CLAUDE, {"budget": 2000, "max_tokens": 500}, {"max_tokens": 500}),
            ("claude-opus-4-6", {"thinking": True}, {"thinking": {"type": "adaptive"}}),
            (
                "claude-opus-4-6",
                {"effort": "low"},
                {"thinking": {"type": "adaptive"}, "reasoning_effort": "low"},
            ),
            ("deepseek-reasoner", {"thinking": True}, {}),
            ("qwen3-max", {"thinking": True, "budget": 7}, {}),
        ],
    )  # fmt: skip
    def test_a_wish_to_think_is_spelled_as_the_family_does(self, model, wish, sent):
        assert {k: v for k, v in body(model, **wish).items() if k not in body("gpt-4o")} == sent

    @pytest.mark.parametrize(
        ("model", "wish", "config"),
        [
            (GEMINI, {}, {}),
            (GEMINI, {"thinking": True}, {"thinking_budget": -1}),
            (GEMINI, {"budget": 512}, {"thinking_budget": 512}),
            (GEMINI, {"thinking": False}, {"thinking_budget": 0}),
            ("gemini-2.5-pro", {"thinking": False}, {"thinking_budget": 128}),
            ("gemini-3-pro-preview", {"effort": "low"}, {"thinking_level": "low"}),
            ("gemini-3-flash-preview", {"thinking": "off"}, {"thinking_level": "minimal"}),
            ("gemini-3-flash-preview", {"thinking": "on"}, {}),
        ],
    )
    def test_gemini_is_asked_for_its_thoughts_in_snake_case(self, model, wish, config):
        extra = body(model, **wish)["extra_body"]
        assert extra == {"google": {"thinking_config": config | {"include_thoughts": True}}}

    def test_a_model_that_cannot_think_gets_no_switch(self):
        assert "extra_body" not in body("gemini-2.0-flash", thinking=True)

    def test_the_code_interpreter_is_switched_on_in_a_literal_key(self):
        sent = body("qwen3-max-preview+code_interpreter")
        assert sent["model"] == "qwen3-max-preview"
        assert sent["extra_body"] == {"enable_code_interpreter": True, "enable_thinking": True}

    def test_the_shape_of_a_picture_goes_where_google_reads_it(self):
        sent = body("gemini-3-pro-image-preview", aspect_ratio="16:9", image_size="2K")
        assert sent["extra_body"]["google"]["image_config"] == {"aspect_ratio": "16:9", "image_size": "2K"}

    def test_a_size_never_goes_without_a_ratio(self):
        sent = body("gemini-3-pro-image-preview", image_size="2K")
        assert sent["extra_body"]["google"]["image_config"] == {"aspect_ratio": "1:1", "image_size": "2K"}

    @pytest.mark.parametrize(
        ("model", "wish", "sent"),
        [
            (OMNI, {}, {"modalities": ["text"]}),
            (OMNI, {"voice": ""}, {"modalities": ["text"]}),
            (
                OMNI,
                {"voice": "Ethan"},
                {"modalities": ["text", "audio"], "audio": {"voice": "Ethan", "format": "wav"}},
            ),
            (
                "qwen3-omni-flash-2025-12-01",
                {"voice": "Cherry", "thinking": True},
                {"modalities": ["text"], "enable_thinking": True},
            ),
            (
                "gpt-audio",
                {},
                {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}},
            ),
            ("gpt-audio", {"voice": ""}, {"modalities": ["text"]}),
            (GPT, {"voice": "alloy"}, {}),
        ],
    )
    def test_a_voice_is_asked_for_as_the_family_does(self, model, wish, sent):
        assert {k: v for k, v in body(model, **wish).items() if k not in body("gpt-4o")} == sent

    @pytest.mark.parametrize(
        ("model", "key", "value"),
        [
            ("qwen3-max", "enable_search", True),
            (CLAUDE, "web_search_options", {"search_context_size": "medium"}),
            ("grok-4", "search_parameters", {"mode": "auto"}),
            ("ernie-x1-32k", "web_search", {"enable": True}),
        ],
    )
    def test_web_search_is_switched_on_as_the_vendor_does(self, model, key, value):
        assert body(model, web_search=True)[key] == value
        assert key not in body(model, web_search=False)

    def test_googles_tools_are_functions_of_their_names(self):
        tools = body(GEMINI, web_search=True, code_execution=True, url_context=True)["tools"]
        assert [tool["function"]["name"] for tool in tools] == ["googleSearch", "codeExecution", "urlContext"]

    def test_googles_tools_do_not_stand_beside_ours(self):
        assert body(GEMINI, web_search=True, tools=(TOOL,))["tools"] == [TOOL]

    def test_qwens_interpreter_is_switched_on_with_its_thinking(self):
        sent = body("qwen3-max-preview", code_execution=True)
        assert sent["extra_body"] == {"enable_code_interpreter": True, "enable_thinking": True}

    def test_how_tools_may_be_used_is_said_only_where_there_are_any(self):
        wish = {"tool_choice": "required", "parallel_tool_calls": False}
        assert not {*wish} & {*body(GPT, **wish)}
        sent = body(GPT, tools=(TOOL,), **wish)
        assert {name: sent[name] for name in wish} == wish

    def test_claude_is_not_forced_while_it_thinks(self):
        assert body(CLAUDE, tools=(TOOL,), tool_choice="required", thinking=True)["tool_choice"] == "auto"
        assert body(CLAUDE, tools=(TOOL,), tool_choice="required")["tool_choice"] == "required"

    def test_how_much_is_said_is_a_word(self):
        assert body("gpt-5", verbosity="low")["verbosity"] == "low"


@pytest.mark.parametrize("spec", [s for s in catalog.listed() if "chat_completions" in s.ways], ids=lambda s: s.model)
def test_every_listed_model_can_be_asked_with_all_it_takes_in(spec):
    parts = {"image": PNG, "video": MP4, "audio": MP3, "file": PDF}
    asked = [HELLO, *(part for kind, part in parts.items() if kind in spec.inputs)]
    wishes = {p.name: p.choices[0] for p in spec.parameters if p.choices} | {"thinking": True}
    sent = body(spec, user(*asked), **wishes)
    pieces = sent["messages"][0]["content"]
    assert len(pieces) == len(asked) if len(asked) > 1 else pieces == "Hello"
