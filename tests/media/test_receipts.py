"""The receipt under each file: what the gateway counted, or plainly that it did not say."""

from types import SimpleNamespace

import pytest

from chats.media import receipts

FILMED = {"by_kind": {"text": 20, "audio": 234, "image": 0, "video": 6617}}


def receipt(kind, usage, status="complete", is_frames=False):
    return receipts([SimpleNamespace(pk=7, kind=kind, is_frames=is_frames)], usage, status)[7]


@pytest.mark.parametrize(
    ("kind", "usage", "state", "tokens"),
    [
        ("video", FILMED, "consumed", 6617),
        ("audio", FILMED, "consumed", 234),
        ("image", FILMED, "missing", None),
        ("image", {"by_kind": {"text": 20}}, "missing", None),
        ("video", {"by_kind": {"text": 20, "image": 900, "video": 0}}, "missing", None),
        ("image", {"by_kind": {"audio": 9}}, "unknown", None),
        ("video", {"by_kind": {}}, "unknown", None),
        ("video", {"prompt_tokens": 5}, "unknown", None),
        ("video", None, "unknown", None),
        ("file", FILMED, "unknown", None),
    ],
)
def test_a_receipt_says_what_the_gateway_counted(kind, usage, state, tokens):
    found = receipt(kind, usage)
    assert (found["state"], found["tokens"]) == (state, tokens)


@pytest.mark.parametrize("status", ["queued", "streaming"])
def test_a_receipt_waits_while_the_reply_runs(status):
    assert receipt("video", None, status)["state"] == "pending"
    assert receipt("video", FILMED, status)["state"] == "consumed"


def test_frames_are_counted_as_a_film_or_as_pictures():
    assert receipt("video", FILMED, is_frames=True)["tokens"] == 6617
    assert receipt("video", {"by_kind": {"text": 20, "image": 900}}, is_frames=True)["tokens"] == 900
