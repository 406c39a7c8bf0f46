"""What it says about what it was sent, in the language of the question, and what it counts for it."""

import base64

import pytest

from tests.sandbox import media
from tests.sandbox.media import data_url, film_part, image_part, text_part

OMNI = "qwen2.5-omni-7b"


def test_a_film_is_answered_from_what_was_measured(ask):
    text = ask.text([film_part("red", "lime", "blue"), text_part("What does the video show?")], model=OMNI)
    first, _, rest = text.partition("\n")
    assert first.startswith("Sandbox: ")
    assert "runs **3 s** at 160 × 120 pixels" in rest
    assert "**red → green → blue**, cut at 1 and 2 s" in rest
    assert "It has no sound track." in rest
    assert "| Codecs | h264 (mp4) |" in rest
    assert "You asked: “What does the video show?”" in rest


def test_a_chinese_question_is_answered_in_chinese(ask):
    text = ask.text([film_part("red", "blue"), text_part("视频里有什么？")], model=OMNI)
    assert text.startswith("Sandbox: 这不是模型的回答")
    assert "画面依次是**红色 → 蓝色**，在 1 秒处切换镜头" in text
    assert "| 时长 | 2 s |" in text


@pytest.mark.parametrize("kind", ["video/mp4", ""])
def test_data_urls_with_and_without_a_type_are_read(ask, kind):
    url = data_url(media.film("blue"), kind)
    assert "stays **blue**" in ask.text([{"type": "video_url", "video_url": {"url": url}}], model=OMNI)


def test_a_plain_string_instead_of_an_object_is_read(ask):
    url = data_url(media.picture("yellow"), "image/png")
    assert "**yellow**" in ask.text([{"type": "image_url", "image_url": url}, text_part("?")], model=OMNI)


@pytest.mark.parametrize("head", ["", "data:;base64,", "data:audio/wav;base64,"])
def test_input_audio_is_read_bare_and_as_a_data_url(ask, head):
    sound = base64.b64encode(media.sound(media.tone(880, 1))).decode()
    part = {"type": "input_audio", "input_audio": {"data": head + sound, "format": "wav"}}
    assert "a steady tone at about **880 Hz**" in ask.text([part, text_part("What do you hear?")], model=OMNI)


def test_a_list_of_frames_is_read_as_a_film(ask):
    frames = [data_url(media.picture(colour, form="JPEG"), "image/jpeg") for colour in ("red", "green")]
    text = ask.text([{"type": "video", "video": frames, "fps": 2}, text_part("?")], model=OMNI)
    assert "The 2 pictures of the film are 120 × 80 pixels. The picture goes **red → green**" in text


def test_files_are_read(ask):
    url = data_url(media.pdf(4), "application/pdf")
    part = {"type": "file", "file": {"filename": "a.pdf", "file_data": url}}
    text = ask.text([part, text_part("How long is it?")], model="gpt-4o")
    assert "The PDF “a.pdf” has **4** pages." in text
    note = data_url(b"Once upon a time", "text/plain")
    part = {"type": "file", "file": {"filename": "n.txt", "file_data": note}}
    assert "begins “Once upon a time”" in ask.text([part], model="gpt-4o")


def test_several_media_have_a_heading_each(ask):
    text = ask.text([image_part("red"), image_part("blue"), text_part("Compare")], model=OMNI)
    assert "### 1. Image\n" in text
    assert "### 2. Image\n" in text


def test_media_of_an_earlier_turn_are_still_seen(ask):
    history = [
        {"role": "user", "content": [image_part("green"), text_part("What is it?")]},
        {"role": "assistant", "content": "Green."},
        {"role": "user", "content": "Are you sure?"},
    ]
    text = ask.text(None, model=OMNI, messages=history)
    assert "### 1. Image (sent in turn 1)" in text
    assert "**green**" in text


def test_without_media_it_tells_what_history_it_was_sent(ask):
    history = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "My name is Alice."},
        {"role": "assistant", "content": "Hello Alice."},
        {"role": "user", "content": "What is my name?"},
    ]
    text = ask.text(None, messages=history, temperature=0.25)
    assert "You asked: “What is my name?”" in text
    assert "This is turn 2: 4 messages with 54 characters came in." in text
    assert "Earlier you asked: “My name is Alice.”" in text
    assert "The system prompt has 9 characters." in text
    assert "`temperature` 0.25" in text


def test_what_was_asked_cannot_spoil_the_markdown(ask):
    text = ask.text("*bold* `code` |cell| <b> $x$ [a](b)")
    assert r"\*bold\* \`code\` \|cell\| \<b\> \$x\$ \[a\](b)" in text


def test_a_model_that_cannot_take_a_kind_refuses_it(ask):
    for part, kind in ((film_part("red"), "video"), (image_part("red"), "image")):
        answer = ask.post([part, text_part("?")], model="qwen3-max-preview")
        assert answer.status_code == 400
        assert f"does not support {kind} input" in answer.json()["error"]["message"]
        assert answer.json()["error"]["code"] == "invalid_parameter_error"


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,bm8="}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,%%%"}},
        {"type": "image_url", "image_url": {}},
        {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,bm8="}},
        {"type": "video", "video": []},
        {"type": "input_audio", "input_audio": {"data": "bm8="}},
        {"type": "input_audio", "input_audio": {"data": "bm8=", "format": "wav"}},
        {"type": "hologram"},
    ],
)
def test_parts_that_cannot_be_read_are_refused(ask, part):
    answer = ask.post([part, text_part("?")], model=OMNI)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_files_by_id_are_refused_because_nothing_is_kept(ask):
    answer = ask.post([{"type": "file", "file": {"file_id": "file-1"}}], model="gpt-4o")
    assert "file_id is not supported" in answer.json()["error"]["message"]


def test_max_tokens_cuts_the_answer_short(ask):
    whole = ask.text("Hello")
    for name in ("max_tokens", "max_completion_tokens"):
        answer = ask.whole("Hello", **{name: 9})
        assert answer["choices"][0]["finish_reason"] == "length"
        assert answer["usage"]["completion_tokens"] == 9
        assert whole.startswith(answer["choices"][0]["message"]["content"])


@pytest.mark.parametrize("stop", ["model", ["zzz", "model"]])
def test_stop_ends_the_answer_before_the_word(ask, stop):
    answer = ask.whole("Hello", stop=stop)
    assert answer["choices"][0]["message"]["content"] == "Sandbox: no "
    assert answer["choices"][0]["finish_reason"] == "stop"
