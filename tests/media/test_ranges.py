"""Range headers as players, downloads and strangers send them."""

import pytest

from chats.media.ranges import MOST_BYTES, Unsatisfiable, wanted

SIZE = 10_000_000


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-99", (0, 100)),
        ("bytes=0-", (0, MOST_BYTES)),
        ("bytes=9999999-", (SIZE - 1, SIZE)),
        ("bytes=-100", (SIZE - 100, SIZE)),
        ("bytes=-99999999", (0, MOST_BYTES)),
        ("bytes=5-99999999", (5, 5 + MOST_BYTES)),
        ("bytes=0-0", (0, 1)),
        ("bytes=0-1,5-9", None),
        ("bytes=9-5", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("items=0-5", None),
        ("bytes 0-5", None),
    ],
)
def test_a_range_becomes_a_span(header, span):
    assert wanted(header, SIZE) == span


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE}-{SIZE + 5}"])
def test_a_range_outside_the_file_is_unsatisfiable(header):
    with pytest.raises(Unsatisfiable):
        wanted(header, SIZE)
