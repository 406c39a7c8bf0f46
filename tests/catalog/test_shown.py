"""What the browser is told: everything people call a model, in little space."""

import gzip
import json

import pytest

from chats import catalog
from chats.catalog import pinyin
from chats.catalog.abilities import WORDS, abilities
from chats.catalog.shown import shown

ANSWER = shown(catalog.listed())
BY_ID = {model["id"]: model for model in ANSWER["models"]}


def test_the_catalog_stays_small_on_the_wire():
    assert len(gzip.compress(json.dumps(ANSWER, ensure_ascii=False).encode())) < 40_000


def test_every_model_is_shown_once_in_the_order_of_the_file():
    assert [model["id"] for model in ANSWER["models"]] == [spec.model for spec in catalog.listed()]


def test_a_chinese_name_can_be_typed_by_its_sound():
    names = BY_ID["qwen2.5-omni-7b"]["names"].split("\n")
    assert names[0] == "qwen2.5-omni-7b"
    assert {"通义千问", "tyqw", "tongyiqianwen", "qw", "阿里巴巴", "albb"} <= set(names)
    assert {"豆包", "db", "zjtd"} <= set(BY_ID["doubao-seed-1-8-251228"]["names"].split("\n"))


def test_pinyin_json_knows_every_chinese_name_as_pypinyin_reads_it():
    kept = json.loads(pinyin.FILE.read_text(encoding="utf-8"))
    assert kept == pinyin.spelled(), "run: python -m chats.catalog.pinyin"
    assert len(kept) > 50


@pytest.mark.parametrize(
    ("model", "can"),
    [
        ("qwen2.5-omni-7b", ("sees", "watches", "hears", "speaks")),
        ("gpt-5", ("sees", "reads", "thinks")),
        ("gemini-3-pro-image-preview", ("sees", "draws")),
        ("veo-3.1-generate-preview", ("sees", "films")),
        ("gpt-realtime-1.5", ("sees", "hears", "speaks", "live")),
        ("text-embedding-3-large", ("embeds",)),
        ("qwen3-max-preview+code_interpreter", ("thinks", "codes")),
        ("serper-search", ("searches",)),
        ("qwen-max", ()),
    ],
)
def test_abilities_follow_from_the_facts(model, can):
    assert abilities(catalog.get(model)) == can


def test_every_ability_can_be_searched_in_both_languages():
    for name, words in WORDS.items():
        assert words.split()[0] == name
        assert pinyin.HAN.search(words)


def test_models_with_the_same_controls_share_a_panel():
    assert BY_ID["qwen3-8b"]["panel"] == BY_ID["qwen-plus"]["panel"]
    panel = ANSWER["panels"][BY_ID["gpt-4o"]["panel"]]
    assert [control["name"] for control in panel][:2] == ["system_prompt", "temperature"]
    assert {"name": "temperature", "type": "number", "minimum": 0, "maximum": 2, "step": 0.1} in panel


def test_a_form_tells_the_page_what_it_asks_for():
    form = BY_ID["kling-v3"]["form"]
    assert (form["makes"], form["prompt_max"]) == ("video", 2500)
    assert [task["name"] for task in form["tasks"]] == ["text-to-video", "image-to-video"]
    assert form["tasks"][1]["slots"] == [
        {"role": "first_frame", "minimum": 1, "maximum": 1, "kinds": ("image",)},
        {"role": "last_frame", "minimum": 0, "maximum": 1, "kinds": ("image",)},
    ]
    ratio = next(p for p in form["tasks"][0]["parameters"] if p["name"] == "aspect_ratio")
    assert ratio == {
        "name": "aspect_ratio",
        "type": "choice",
        "choices": ("16:9", "9:16", "1:1"),
        "default": "16:9",
        "is_main": True,
        "is_required": True,
    }
    assert BY_ID["hailuo-2.3-t2v"]["form"]["tasks"][0]["rules"] == [
        {"if": {"resolution": ["1080P"]}, "only": {"duration": [6]}}
    ]


def test_a_model_that_also_answers_says_so_beside_its_form():
    assert BY_ID["gemini-3-pro-image-preview"]["form"]["replies"] is True
    assert "replies" not in BY_ID["gpt-image-*"]["form"]
    assert "form" not in BY_ID["gpt-4o"]


def test_the_browser_is_not_told_where_a_value_goes_on_the_wire():
    told = json.dumps(ANSWER)
    assert not [word for word in ("extra_body", "metadata", "images[]", "sent_as") if word in told]
