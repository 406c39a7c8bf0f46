"""Tokens are counted from the media themselves, by the formulas in docs/sandbox.md."""

import base64

import pytest

from tests.sandbox import media
from tests.sandbox.media import film_part, image_part, text_part

OMNI = "qwen2.5-omni-7b"


@pytest.mark.parametrize(
    ("size", "tokens"), [((280, 280), 102), ((28, 28), 6), ((10, 10), 6), ((1120, 560), 802), ((4000, 3000), 1232)]
)
def test_an_image_costs_one_token_per_28_by_28_patch(ask, size, tokens):
    usage = ask.usage([image_part("red", size=size)], model="qwen-vl-max")
    assert usage["prompt_tokens_details"]["image_tokens"] == tokens


def test_more_patches_when_high_resolution_is_asked_for(ask):
    part = image_part("red", size=(2800, 2800))
    usual = ask.usage([part], model="qwen-vl-max")["prompt_tokens_details"]["image_tokens"]
    sharp = ask.usage([part], model="qwen-vl-max", vl_high_resolution_images=True)
    assert usual <= 1282
    assert sharp["prompt_tokens_details"]["image_tokens"] == 10_002


def test_a_film_costs_patches_per_pair_of_frames_and_its_sound_25_a_second(ask):
    part = film_part("red", "blue", seconds=2, size=(560, 280), sound=media.tone(440, 4))
    details = ask.usage([part], model=OMNI)["prompt_tokens_details"]
    assert details["video_tokens"] == 4 * 200 + 2  # 4 s, 2 frames a second, in pairs of 20 x 10 patches
    assert details["audio_tokens"] == pytest.approx(100, abs=3)
    assert ask.usage([part], model="qwen-vl-max")["prompt_tokens_details"]["audio_tokens"] == 0
    faster = ask.usage([part | {"fps": 4}], model="qwen-vl-max")["prompt_tokens_details"]["video_tokens"]
    assert faster == 8 * 200 + 2


def test_sound_costs_25_tokens_a_second_and_at_least_one_second(ask):
    def cost(seconds):
        data = base64.b64encode(media.sound(media.tone(300, seconds))).decode()
        part = {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}
        return ask.usage([part], model=OMNI)["prompt_tokens_details"]["audio_tokens"]

    assert (cost(0.2), cost(4)) == (25, 100)


def test_the_parts_of_usage_add_up(ask):
    content = [film_part("red", sound=media.tone(440, 1)), image_part("blue"), text_part("Tell me")]
    usage = ask.usage(content, model=OMNI, enable_thinking=True)
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_tokens"] == sum(usage["prompt_tokens_details"].values())
    assert usage["completion_tokens"] == sum(usage["completion_tokens_details"].values())
    assert min(usage["prompt_tokens_details"][kind] for kind in ("text_tokens", "video_tokens", "image_tokens")) > 0
