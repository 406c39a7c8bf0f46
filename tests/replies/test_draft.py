"""The draft: every way of cutting text into deltas gives each viewer each character once."""

import json

from hypothesis import given
from hypothesis import strategies as st

from chats.gateway.values import Citation, Finished, ReasoningDelta, TextDelta, ToolCallDelta, Usage
from chats.replies.draft import Draft, DraftPart, utf16_length

TEXTS = st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=30), max_size=30)


class Page:
    """What static/js/lib/stream.js does: append by UTF-16 offset, drop overlap, notice gaps."""

    def __init__(self) -> None:
        self.parts: dict[int, bytes] = {}
        self.has_gap = False

    def take(self, frames) -> None:
        for ops in frames:
            for part, _, at, text in ops:
                have = self.parts.get(part, b"")
                units = text.encode("utf-16-le")
                if at * 2 > len(have):
                    self.has_gap = True
                    return
                self.parts[part] = have + units[len(have) - at * 2 :] if at * 2 + len(units) > len(have) else have

    def lengths(self) -> list[int]:
        return [len(self.parts.get(index, b"")) // 2 for index in range(max(self.parts, default=-1) + 1)]

    def text(self, part: int) -> str:
        return self.parts.get(part, b"").decode("utf-16-le")


@given(TEXTS, st.lists(st.booleans(), min_size=30, max_size=30))
def test_a_viewer_who_misses_frames_gets_every_character_once(pieces, arrives):
    draft, page = Draft(1, 1), Page()
    for piece, is_seen in zip(pieces, arrives, strict=False):
        draft.take(TextDelta(piece))
        frames = draft.untold()
        if is_seen:
            page.take(frames)
    page.take(draft.missing(page.lengths()))
    page.take(draft.missing([]))
    assert page.text(0) == "".join(pieces).replace("\x00", "\ufffd")


def test_no_frame_outgrows_64_kb_even_when_all_is_escaped():
    draft = Draft(1, 1)
    draft.take(TextDelta("\x01" * 300_000))
    frames = draft.untold()
    assert len(frames) > 1
    assert max(len(json.dumps(ops)) for ops in frames) < 60_000


def test_thinking_and_text_are_parts_in_the_order_they_came():
    draft = Draft(1, 1)
    for event in (ReasoningDelta("Hm. "), ReasoningDelta("So.", "sig"), TextDelta("Four."), Finished("stop")):
        draft.take(event)
    assert draft.as_json() == [
        {"kind": "reasoning", "text": "Hm. So.", "signature": "sig"},
        {"kind": "text", "text": "Four."},
    ]
    assert draft.finish_reason == "stop"
    assert draft.thinking_s is not None


def test_pieces_of_two_calls_are_told_apart_by_index():
    draft = Draft(1, 1)
    draft.take(ToolCallDelta(0, "a", "add", '{"x"'))
    draft.take(ToolCallDelta(1, "b", "sub", "{}"))
    draft.take(ToolCallDelta(0, "", "", ":1}"))
    assert [(part["name"], part["arguments"]) for part in draft.as_json()] == [("add", '{"x":1}'), ("sub", "{}")]


def test_citations_stand_after_the_text_whenever_they_came():
    draft = Draft(1, 1)
    for event in (TextDelta("See "), Citation("https://example.com", "E"), TextDelta("this."), Usage(3, 2, 5)):
        draft.take(event)
    assert [part["kind"] for part in draft.as_json()] == ["text", "citation"]
    assert draft.as_json()[0]["text"] == "See this."


def test_a_continued_reply_appends_to_what_it_has():
    draft = Draft(1, 1, [DraftPart.of({"kind": "text", "text": "Once 😀 "})], revision=7)
    draft.take(TextDelta("upon"))
    assert draft.untold() == [[(0, "text", utf16_length("Once 😀 "), "upon")]]
    assert draft.as_json() == [{"kind": "text", "text": "Once 😀 upon"}]


def test_lengths_that_cut_a_character_still_give_text_that_can_be_sent():
    draft = Draft(1, 1)
    draft.take(TextDelta("a😀b"))
    draft.untold()
    for have in range(6):
        json.dumps(draft.missing([have]), ensure_ascii=False).encode()
