"""Every entry of the gateway's list is one block of models.toml, and says the same."""

import json
import tomllib
from pathlib import Path

import pytest

from chats import catalog
from chats.catalog import reading

COPY = json.loads((Path(__file__).parent / "gateway_entries.json").read_text(encoding="utf-8"))
SHARED = Path(__file__).parents[3] / "shared" / "gateway"
OWN_BLOCKS = {"serper-search", "kimi-formulas"}  # routes of the gateway, not entries of the files


def block_of(entry: dict) -> catalog.ModelSpec:
    found = [s for s in catalog.listed() if set(entry["seed_names"]) <= set(s.seed_names)]
    assert len(found) == 1, f"{entry['seed_names']} stand in {[s.model for s in found]}"
    return found[0]


def name_of(entry: dict) -> str:
    return entry.get("id") or entry["page"]


@pytest.mark.parametrize("entry", COPY, ids=name_of)
def test_an_entry_of_the_gateway_is_one_block(entry):
    spec = block_of(entry)
    assert spec.model == entry["id"] if entry.get("id") else spec.page == entry["page"]


@pytest.mark.parametrize("entry", COPY, ids=name_of)
def test_a_block_says_what_its_entry_says(entry):
    spec = block_of(entry)
    assert spec.inputs >= set(entry["inputs"])
    assert spec.outputs >= set(entry["outputs"])
    assert entry["kind"] in {spec.kind, *spec.options.get("also_kinds", ())}


def test_a_block_takes_nothing_that_no_entry_names():
    inputs = {}
    for entry in COPY:
        inputs.setdefault(block_of(entry).model, set()).update(entry["inputs"])
    too_much = {m: catalog.get(m).inputs - kinds for m, kinds in inputs.items() if catalog.get(m).inputs - kinds}
    assert too_much == {"wan2.6-t2v": {"audio"}, "wan2.6-i2v": {"audio"}}  # metadata.audio_url


def test_there_is_no_block_without_an_entry():
    named = {block_of(entry).model for entry in COPY}
    assert {spec.model for spec in catalog.listed()} - named == OWN_BLOCKS


def test_an_id_is_one_block():
    blocks = tomllib.loads((reading.HERE / "models.toml").read_text(encoding="utf-8"))["model"]
    ids = [block["id"] for block in blocks]
    assert len(ids) > 150
    assert sorted(ids) == sorted(set(ids))


def test_a_further_wire_name_belongs_to_one_block_and_is_no_block_itself():
    owned = [variant for spec in catalog.listed() for variant in spec.variants]
    assert "kling-v2-master" in owned
    assert len(owned) == len(set(owned))
    assert set(owned).isdisjoint(spec.model for spec in catalog.listed())


def test_the_copy_has_every_page_of_the_gateways_own_files():
    pages = [name for entry in COPY for name in entry["seed_names"]]
    assert len(pages) == len(set(pages))
    assert len(COPY) == 122 + 23 + 32
    if SHARED.is_dir():  # beside the checkout of those who write the catalog, not beside everybody's
        assert sorted(pages) == sorted(pages_of_the_files())
        assert {entry.get("id") for entry in COPY} == {entry.get("id") for entry in entries_of_the_files()}


def entries_of_the_files():
    for file in SHARED.glob("models-*.json"):
        yield from json.loads(file.read_text(encoding="utf-8"))


def pages_of_the_files():
    for entry in entries_of_the_files():
        page = "/".join(entry.get(key, "") for key in ("seed_section", "seed_group", "seed_name"))
        yield from entry.get("seed_names") or [page]


@pytest.mark.parametrize("spec", catalog.listed(), ids=lambda s: s.model)
def test_a_block_keeps_to_the_words_of_the_catalog(spec):
    kinds = {"text", "image", "video", "audio", "file", "vector"}
    assert spec.inputs <= kinds - {"vector"}
    assert spec.outputs <= kinds
    assert spec.vendor_label
    assert spec.protocol in spec.protocols
    assert spec.words


def test_everything_on_chat_completions_can_be_asked_now():
    chat = [spec for spec in catalog.listed() if "chat_completions" in spec.protocols]
    assert all(spec.is_available for spec in chat)
    assert len(chat) > 110
    assert catalog.get("qwen3-max-preview+code_interpreter").is_available


def test_everything_that_draws_or_films_can_be_asked_now():
    made = [spec for spec in catalog.listed() if spec.section in ("图片生成", "视频生成")]
    assert len(made) == 12 + 21
    assert all(spec.is_available for spec in made)


def test_what_only_another_route_reaches_is_named_and_not_available():
    later = {spec.protocol for spec in catalog.listed() if not spec.is_available}
    assert later == {"speech", "realtime"}


def test_a_name_nobody_listed_gets_a_plain_chat_spec():
    spec = catalog.get("brand-new-model")
    assert (spec.model, spec.protocol, spec.inputs) == ("brand-new-model", "chat_completions", {"text"})
    assert spec.is_available
    assert not spec.is_listed


def test_a_further_wire_name_gets_the_facts_of_its_family():
    spec = catalog.get("gpt-image-1.5")
    assert (spec.family, spec.protocol, spec.wire_model) == ("gpt-image", "images", "gpt-image-1.5")


def test_the_code_interpreter_is_asked_under_the_name_of_its_model():
    assert catalog.get("qwen3-max-preview+code_interpreter").wire_model == "qwen3-max-preview"
    assert catalog.get("qwen3-max-preview").wire_model == "qwen3-max-preview"


def test_a_model_lays_its_facts_over_those_of_its_family():
    limits = catalog.get("qwen2.5-omni-7b").options["limits"]["video"]
    assert limits["max_duration_s"] == 40
    assert "mp4" in limits["formats"]
