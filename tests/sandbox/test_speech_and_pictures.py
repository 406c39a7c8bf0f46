"""Answers that are heard or seen: speech as each vendor streams it, pictures of image models."""

import base64

from chats.gateway.sandbox import measure_audio, measure_image, speech
from tests.sandbox.conftest import said

SPOKEN = {"modalities": ["text", "audio"], "audio": {"voice": "Cherry", "format": "wav"}}


def pcm_of(deltas) -> bytes:
    sounds = [delta["audio"] for delta in deltas if delta.get("audio", {}).get("data")]
    assert len({sound["id"] for sound in sounds}) == 1
    return b"".join(base64.b64decode(sound["data"]) for sound in sounds)


def test_qwen_speaks_raw_pcm_whose_length_follows_the_text(ask):
    deltas = ask.deltas("Speak up", model="qwen3-omni-flash-2025-12-01", **SPOKEN)
    pcm = pcm_of(deltas)
    assert not pcm.startswith(b"RIFF")
    assert said(deltas).startswith("Sandbox: ")
    facts = measure_audio.measure(speech.as_wav(pcm))
    assert (facts.rate_hz, facts.channels, facts.character) == (24_000, 1, "speech-like")
    longer = pcm_of(
        ask.deltas("Speak up, and at greater length, if you please", model="qwen3-omni-flash-2025-12-01", **SPOKEN)
    )
    assert len(longer) > len(pcm)


def test_the_older_omni_models_put_the_words_beside_the_sound(ask):
    deltas = ask.deltas("Speak", model="qwen2.5-omni-7b", **SPOKEN)
    assert said(deltas) == ""
    transcript = "".join(delta["audio"].get("transcript", "") for delta in deltas if "audio" in delta)
    assert transcript.startswith("Sandbox: ")
    assert pcm_of(deltas)


def test_spoken_answers_are_counted(ask):
    fields = SPOKEN | {"stream_options": {"include_usage": True}}
    chunks = ask.chunks("Speak", model="qwen3-omni-flash-2025-12-01", **fields)
    assert chunks[-1]["usage"]["completion_tokens_details"]["audio_tokens"] > 0


def test_qwen_speaks_only_in_a_stream_and_gpt_streams_only_pcm16(ask):
    assert "stream mode" in ask.post("Speak", model="qwen3-omni-flash-2025-12-01", **SPOKEN).json()["error"]["message"]
    refused = ask.post("Speak", model="gpt-audio", stream=True, **SPOKEN)
    assert refused.json()["error"]["code"] == "unsupported_value"
    fields = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}}
    assert pcm_of(ask.deltas("Speak", model="gpt-audio", **fields))


def test_a_model_that_cannot_speak_refuses_to(ask):
    answer = ask.post("Speak", model="qwen3-max-preview", stream=True, **SPOKEN)
    assert "does not support audio output" in answer.json()["error"]["message"]


def drawn(url: str):
    return measure_image.measure(base64.b64decode(url.removeprefix("data:image/png;base64,")))


def test_an_image_model_sends_a_picture_in_the_colours_asked_for(ask):
    parts = ask.message("A red and blue flag", model="gemini-2.5-flash-image")["content"]
    assert [part["type"] for part in parts] == ["text", "image_url"]
    assert {colour.name for colour in drawn(parts[1]["image_url"]["url"]).colours} == {"red", "blue"}
    streamed = said(ask.deltas("画一张绿色的图", model="gemini-2.5-flash-image"))
    url = streamed.partition("![image](")[2].rstrip(")")
    assert [colour.name for colour in drawn(url).colours] == ["green"]
