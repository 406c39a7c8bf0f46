"""For every model that can be asked and every kind of file: it goes, or one says why not and how to mend it."""

from dataclasses import replace

import pytest

from chats import catalog
from chats.catalog.fit import Company, Delivery, FileFacts, fit
from chats.catalog.reasons import SENTENCES

AVAILABLE = [spec for spec in catalog.listed() if spec.is_available]
LOCAL = Delivery(has_public_url=False)
PUBLIC = Delivery(has_public_url=True)
MB = 1_000_000

FILES = {
    "a photo": FileFacts("image", "image/jpeg", size_bytes=2 * MB, width=1600, height=1200),
    "a screenshot": FileFacts("image", "image/png", size_bytes=MB, width=1440, height=900),
    "a moving picture": FileFacts("image", "image/gif", size_bytes=MB, width=400, height=300),
    "a phone photo": FileFacts("image", "image/heic", size_bytes=3 * MB, width=4032, height=3024),
    "a scan": FileFacts("image", "image/tiff", size_bytes=9 * MB, width=2480, height=3508),
    "a huge photo": FileFacts("image", "image/jpeg", size_bytes=60 * MB, width=12000, height=9000),
    "a dot": FileFacts("image", "image/png", size_bytes=90, width=4, height=4),
    "a drawing in vectors": FileFacts("image", "image/svg+xml", size_bytes=9000),
    "a remote picture": FileFacts("image", "image/jpeg", is_remote_url=True),
    "a short film": FileFacts("video", "video/mp4", "mp4", ("h264", "aac"), 3 * MB, 8.0, 1280, 720),
    "a phone film": FileFacts("video", "video/quicktime", "mov", ("hevc", "aac"), 5 * MB, 8.0, 1920, 1080),
    "a recorded tab": FileFacts("video", "video/webm", "webm", ("vp9", "opus"), 4 * MB, 12.0, 1280, 720),
    "a long film": FileFacts("video", "video/mp4", "mp4", ("h264", "aac"), 900 * MB, 3500.0, 1920, 1080),
    "a minute of film": FileFacts("video", "video/mp4", "mp4", ("h264", "aac"), 6 * MB, 61.0, 1280, 720),
    "a remote film": FileFacts("video", "video/mp4", is_remote_url=True),
    "a sampled film": FileFacts("video", "application/zip", "frames", size_bytes=MB, frames=16),
    "a voice": FileFacts("audio", "audio/wav", "wav", ("pcm_s16le",), MB, 30.0),
    "a song": FileFacts("audio", "audio/mpeg", "mp3", ("mp3",), 6 * MB, 170.0),
    "a recording of the browser": FileFacts("audio", "audio/webm", "webm", ("opus",), MB, 30.0),
    "a lecture": FileFacts("audio", "audio/mpeg", "mp3", ("mp3",), 90 * MB, 7200.0),
    "a paper": FileFacts("file", "application/pdf", "pdf", size_bytes=MB),
    "a letter": FileFacts(
        "file",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        size_bytes=MB,
    ),
    "notes": FileFacts("file", "text/markdown", size_bytes=4000),
}
REPAIRS = {"transcode", "shrink", "trim", "extract_audio", "sample_frames", "as_text"}


def one(model: str, file: FileFacts, delivery: Delivery = LOCAL, **more):
    return fit(catalog.get(model), [file], delivery, **more)[0]


@pytest.mark.parametrize("delivery", [LOCAL, PUBLIC], ids=["local", "public"])
@pytest.mark.parametrize("spec", AVAILABLE, ids=lambda s: s.model)
def test_every_file_goes_or_says_why_not_and_how_to_mend_it(spec, delivery):
    for name, file in FILES.items():
        answer = fit(spec, [file], delivery)[0]
        if answer.is_accepted:
            assert answer.form in {"data", "url", "frames", "text"}, name
            assert answer.reason is None
            assert not answer.repairs
            continue
        assert "%(" not in str(answer.reason), name
        assert answer.repairs, f"nothing mends {name} for {spec.model}: {answer.reason}"
        for repair in answer.repairs:
            word, _, model = repair.partition(":")
            assert word in REPAIRS or (word == "choose_model" and catalog.get(model).is_available)


@pytest.mark.parametrize("spec", AVAILABLE, ids=lambda s: s.model)
def test_an_offered_model_is_another_and_takes_the_kind(spec):
    for name, file in FILES.items():
        for repair in fit(spec, [file], LOCAL)[0].repairs:
            if repair.startswith("choose_model:"):
                other = catalog.get(repair.removeprefix("choose_model:"))
                assert other.model != spec.model
                assert file.kind in other.inputs or fit(other, [file], LOCAL)[0].is_accepted, name


def test_the_main_job_goes_through():
    answer = one("qwen2.5-omni-7b", FILES["a short film"])
    assert (answer.is_accepted, answer.form) == (True, "data")


def test_an_archive_is_refused_without_a_false_promise():
    answer = one("gpt-4o", FileFacts("file", "application/zip", size_bytes=MB))
    assert (answer.reason.code, answer.repairs) == ("unreadable", ())


@pytest.mark.parametrize(
    ("model", "name", "code", "repairs"),
    [
        ("gpt-4o", "a short film", "no_video", ("sample_frames", "choose_model:qwen3.5-omni-plus")),
        ("gpt-4o", "a voice", "no_audio", ("choose_model:gpt-audio",)),
        ("gpt-4", "a photo", "no_image", ("choose_model:gpt-4.1",)),
        ("qwen-max", "a voice", "no_audio", ("choose_model:qwen3.5-omni-plus",)),
        ("gpt-4o", "a phone photo", "format", ("transcode",)),
        ("claude-opus-4-6", "a huge photo", "too_big", ("shrink",)),
        ("qwen2.5-omni-7b", "a minute of film", "too_long", ("trim", "sample_frames", "extract_audio")),
        ("qwen-vl-max", "a recorded tab", "format", ("transcode", "sample_frames")),
        ("deepseek-chat", "a paper", "no_file", ("as_text",)),
        ("gpt-4o", "a letter", "no_document", ("as_text",)),
        ("glm-4.6v", "a short film", "address_only", ("sample_frames",)),
    ],
)
def test_the_repair_suits_the_reason(model, name, code, repairs):
    answer = one(model, FILES[name])
    assert answer.reason.code == code
    assert answer.repairs[: len(repairs)] == repairs


def test_a_public_address_lets_large_films_through():
    film = replace(FILES["a long film"], size_bytes=400 * MB, duration_s=1200.0)
    assert one("qwen3.5-omni-plus", film).reason.code == "too_big"
    assert one("qwen3.5-omni-plus", film, PUBLIC).form == "url"
    assert one("glm-4.6v", FILES["a short film"], PUBLIC).form == "url"


def test_small_files_go_inline_even_with_a_public_address():
    assert one("qwen3.5-omni-plus", FILES["a short film"], PUBLIC).form == "data"


def test_the_own_cap_holds_beside_the_vendors():
    tight = Delivery(max_inline_bytes=MB)
    assert one("gpt-4o", FILES["a photo"]).is_accepted
    assert one("gpt-4o", FILES["a photo"], tight).reason.code == "too_big"


def test_an_address_goes_as_an_address_unless_the_vendor_takes_none():
    assert one("qwen-vl-max", FILES["a remote film"]).form == "url"
    assert one("gpt-4o", FILES["a remote picture"]).form == "url"
    assert one("kimi-k2.5", FILES["a remote picture"]).form == "data"


def test_nobody_offers_to_change_a_file_that_lies_elsewhere():
    remote = replace(FILES["a recorded tab"], is_remote_url=True)
    assert [r.partition(":")[0] for r in one("qwen-vl-max", remote).repairs] == ["choose_model"]


def test_a_film_too_long_to_shrink_well_is_trimmed_instead():
    long, short = FILES["a long film"], replace(FILES["a long film"], size_bytes=60 * MB, duration_s=20.0)
    assert "shrink" not in one("qwen3.5-omni-plus", long).repairs
    assert one("qwen3.5-omni-plus", short).repairs[0] == "shrink"


def test_a_sampled_film_goes_as_frames_or_as_pictures():
    film = FILES["a sampled film"]
    assert one("qwen2.5-omni-7b", film).form == "frames"
    assert one("gpt-4o", film).form == "frames"
    assert not one("deepseek-chat", film).is_accepted
    assert one("qwen2.5-omni-7b", replace(film, frames=200)).reason.code == "many_frames"
    assert one("qwen2.5-omni-7b", replace(film, frames=3)).reason.code == "few_frames"


def test_text_goes_to_everyone():
    for spec in AVAILABLE:
        assert fit(spec, [FILES["notes"]], LOCAL)[0].form == "text"


# ---- several files in one message


def test_the_small_omni_model_takes_one_kind_and_the_larger_takes_all():
    files = [FILES["a short film"], FILES["a photo"], FILES["notes"]]
    first, second, third = fit(catalog.get("qwen2.5-omni-7b"), files, LOCAL)
    assert first.is_accepted
    assert (second.reason.code, second.repairs) == ("one_kind", ("choose_model:qwen3.5-omni-plus",))
    assert third.is_accepted
    assert all(answer.is_accepted for answer in fit(catalog.get("qwen3.5-omni-plus"), files, LOCAL))


def test_several_pictures_are_one_kind():
    answers = fit(catalog.get("qwen2.5-omni-7b"), [FILES["a photo"], FILES["a screenshot"]], LOCAL)
    assert [answer.is_accepted for answer in answers] == [True, True]


def test_a_second_film_is_one_too_many():
    film = FILES["a short film"]
    first, second = fit(catalog.get("qwen2.5-omni-7b"), [film, film], LOCAL)
    assert first.is_accepted
    assert second.reason.code == "too_many"


def test_files_that_fit_alone_may_be_too_much_together():
    photo = replace(FILES["a photo"], size_bytes=9 * MB)
    first, second = fit(catalog.get("gemini-2.5-flash"), [photo, photo], LOCAL)
    assert first.is_accepted
    assert (second.reason.code, second.repairs[0]) == ("together_too_big", "shrink")


# ---- who is offered instead


def test_the_same_vendor_comes_before_a_favourite():
    company = Company(catalog.listed(), favourites={"gemini-2.5-flash"})
    assert one("qwen-max", FILES["a short film"], company=company).repairs[-1] == "choose_model:qwen3.5-omni-plus"


def test_a_favourite_comes_before_a_stranger():
    company = Company(catalog.listed(), favourites={"gemini-2.5-flash"})
    assert one("gpt-4", FILES["a short film"], company=company).repairs == ("choose_model:gemini-2.5-flash",)


def test_only_models_of_the_key_are_offered():
    company = Company([catalog.get("gemini-2.5-flash"), catalog.get("gpt-4o")])
    assert one("qwen-max", FILES["a short film"], company=company).repairs[-1] == "choose_model:gemini-2.5-flash"


def test_who_talks_is_not_sent_to_one_who_draws():
    company = Company([catalog.get("gemini-3-pro-image-preview")])
    assert one("gpt-4", FILES["a photo"], company=company).repairs == ()
    assert "image" in catalog.get("gemini-3-pro-image-preview").inputs


# ---- words


def test_a_reason_is_a_plain_sentence_with_figures():
    assert str(one("qwen2.5-omni-7b", FILES["a minute of film"]).reason) == (
        "1 min 1 s is longer than the 40 s that qwen2.5-omni-7b takes."
    )
    assert str(one("claude-opus-4-6", FILES["a huge photo"]).reason) == (
        "60 MB is more than the 3.8 MB that claude-opus-4-6 takes."
    )


def test_every_reason_given_has_its_sentence():
    codes = set()
    for spec in AVAILABLE:
        for file in FILES.values():
            answer = fit(spec, [file], LOCAL)[0]
            codes |= {answer.reason.code} if answer.reason else set()
    assert {"no_video", "format", "too_big", "too_long", "too_small"} <= codes <= set(SENTENCES)
