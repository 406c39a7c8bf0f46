"""The draft: every way of cutting text into deltas gives each viewer each character once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chats.gateway.values import (
    Citation,
    Finished,
    MediaOut,
    Opaque,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolResult,
    Usage,
)
from chats.models import Attachment, Message
from chats.replies import endings
from chats.replies.draft import Draft, DraftPart, utf16_length
from chats.replies.spoken import turns_of

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


def test_calls_of_a_second_round_are_calls_of_their_own():
    draft = Draft(1, 1)
    draft.take(ToolCallDelta(0, "call-1", "f", "{}"))
    draft.parts[0].facts["result"] = {"text": "a"}
    draft.begin_round()
    draft.take(ToolCallDelta(0, "call-1", "f", '{"x": 1}'))
    first, second = draft.as_json()
    assert (first["call_id"], first["round"], first["arguments"]) == ("call-1", 0, "{}")
    assert (second["call_id"], second["round"], second["arguments"]) == ("call-1-1", 1, '{"x": 1}')


def test_each_thought_keeps_its_own_signature():
    draft = Draft(1, 1)
    for event in (ReasoningDelta("One"), ReasoningDelta("", "s1"), ReasoningDelta("Two"), ReasoningDelta("", "s2")):
        draft.take(event)
    draft.take(TextDelta("Said."))
    draft.take(ReasoningDelta("", "s3"))
    found = [(part["kind"], part["text"], part.get("signature")) for part in draft.as_json()]
    assert found == [
        ("reasoning", "One", "s1"),
        ("reasoning", "Two", "s2"),
        ("text", "Said.", None),
        ("reasoning", "", "s3"),
    ]


def test_what_a_vendors_own_tool_gave_grows_beside_its_call():
    draft = Draft(1, 1)
    draft.take(ToolCallDelta(0, "", "code_interpreter", '{"code": "1+1"}', is_vendors=True))
    draft.take(ToolResult(0, "2"))
    draft.take(ToolResult(0, "\ndone"))
    (part,) = draft.as_json()
    assert part["result"] == {"text": "2\ndone", "is_error": False, "by": "vendor"}
    assert draft.open_calls == []


def test_blocks_too_long_to_be_kept_are_there_while_the_reply_is_written():
    draft = Draft(1, 1)
    draft.take(Opaque("messages", {"type": "redacted_thinking", "data": "x" * 100}))
    draft.take(Opaque("messages", {"type": "web_search_tool_result", "content": "y" * 100_000}))
    short, long = draft.as_json()
    assert short["block"]["data"] == "x" * 100
    assert long == {"kind": "opaque", "protocol": "messages", "is_left_out": True}
    assert len(draft.as_json(is_whole=True)[1]["block"]["content"]) == 100_000
    assert [turn.parts for turn in turns_of(draft.as_json(), "claude")] == []


def test_a_picture_stands_where_it_came():
    draft = Draft(1, 1)
    draft.take(TextDelta("Before"))
    draft.take(MediaOut("image", b"png", key="p", signature="sig"))
    draft.take(TextDelta("After"))
    kinds = [part["kind"] for part in draft.as_json()]
    assert kinds == ["text", "attachment", "text"]
    assert draft.as_json()[1] == {"kind": "attachment", "id": None, "key": "0/p", "signature": "sig"}


@pytest.mark.parametrize(
    ("at", "spot"), [(0, [0, 0]), (2, [0, 3]), (3, [0, 4]), (5, [2, 2]), (99, [2, 2]), (None, None)]
)
def test_a_source_stands_at_its_place_in_units_of_the_browser(at, spot):
    draft = Draft(1, 1)
    draft.take(TextDelta("a😀"))
    draft.take(TextDelta("b"))
    draft.take(ToolCallDelta(0, "c", "f", "{}"))
    draft.take(TextDelta("cd"))
    draft.take(Citation("https://a.example", "A", at))
    assert draft.as_json()[-1].get("spots") == (None if spot is None else [spot])


def test_one_source_cited_twice_has_one_number():
    draft = Draft(1, 1)
    draft.take(TextDelta("abcdef"))
    assert draft.cite("https://a.example", "A") == 1
    assert draft.cite("https://b.example", "B") == 2
    assert draft.cite("https://a.example", "A", 3) == 1
    first, second = draft.as_json()[1:]
    assert first["spots"] == [[0, 3]]
    assert "spots" not in second


def test_a_reply_that_goes_on_knows_its_rounds_and_sources():
    row = Message(pk=5, conversation_id=1, revision=7)
    row.parts = [
        {"kind": "tool_call", "call_id": "c", "name": "f", "arguments": "{}", "round": 2, "result": {"text": "x"}},
        {"kind": "citation", "url": "https://a.example", "title": "A"},
    ]
    draft = Draft.of(row)
    assert (draft.round, draft.revision) == (3, 7)
    assert draft.cite("https://a.example", "A") == 1
    assert draft.as_json() == row.parts


def test_a_row_of_several_rounds_becomes_the_turns_it_was():
    done = {"text": "22", "is_error": False}
    parts = [
        {"kind": "reasoning", "text": "Hm", "signature": "s"},
        {"kind": "tool_call", "call_id": "a", "name": "f", "arguments": "{}", "round": 0, "result": done},
        {"kind": "tool_call", "call_id": "b", "name": "f", "arguments": "{}", "round": 0, "result": done},
        {"kind": "tool_call", "call_id": "c", "name": "f", "arguments": "{}", "round": 1, "result": done},
        {"kind": "text", "text": "It is 22."},
        {"kind": "citation", "url": "https://a.example", "title": "A"},
    ]
    turns = [(turn.role, [part.kind for part in turn.parts]) for turn in turns_of(parts, "m")]
    assert turns == [
        ("assistant", ["reasoning", "tool_call", "tool_call"]),
        ("tool", ["tool_result", "tool_result"]),
        ("assistant", ["tool_call"]),
        ("tool", ["tool_result"]),
        ("assistant", ["text"]),
    ]


def test_a_call_that_nobody_answered_is_told_in_words():
    parts = [{"kind": "tool_call", "call_id": "a", "name": "f", "arguments": "{}", "round": 0, "state": "asked"}]
    ((said,),) = (turn.parts for turn in turns_of(parts, "m"))
    assert said.kind == "text"
    assert "nobody answered" in said.text


def test_a_block_that_follows_its_calls_belongs_to_the_same_turn():
    draft = Draft(1, 1)
    draft.take(ToolCallDelta(0, "v1", "code_interpreter", "{}", is_vendors=True))
    draft.take(ToolCallDelta(1, "c1", "f", "{}"))
    draft.take(Opaque("messages", {"type": "container"}))
    draft.parts[1].facts["result"] = {"text": "x"}
    first, second = turns_of(draft.as_json(), "m")
    assert [part.kind for part in first.parts] == ["tool_call", "tool_call", "opaque"]
    assert first.parts[0].call_id == "v1"
    assert second.role == "tool"


def test_the_model_is_told_what_it_called_and_that_a_person_changed_it():
    call = {"kind": "tool_call", "call_id": "a", "name": "f", "arguments": '{"x": 2}', "edited_from": '{"x": 1}'}
    said, told = turns_of([call | {"round": 0, "result": {"text": "two"}}], "m")
    assert said.parts[0].arguments == '{"x": 1}'
    assert told.parts[0].text == '[the user changed the arguments to {"x": 2}]\ntwo'


def test_a_call_that_was_cut_is_never_run():
    for reason, count in (("length", 0), ("content_filter", 0), ("tool_calls", 1), ("stop", 1)):
        draft = Draft(1, 1)
        draft.take(ToolCallDelta(0, "c", "f", '{"query": "how do I'))
        assert draft.open_calls == []
        draft.take(Finished(reason))
        assert len(draft.open_calls) == count


def test_the_next_picture_of_a_name_takes_no_place_of_one_that_is_stored():
    row = Message(pk=5, conversation_id=1)
    row.parts = [{"kind": "attachment", "id": 7, "key": "0/part-1"}]
    draft = Draft.of(row)
    draft.take(MediaOut("image", b"png", key="part-1"))
    first, second = endings._with_files(draft.as_json(), {"0/part-1": Attachment(pk=8)})
    assert (first["id"], second["id"]) == (7, 8)


def test_long_blocks_go_back_within_the_reply_they_came_in():
    draft = Draft(1, 1)
    draft.take(Opaque("messages", {"type": "web_search_tool_result", "content": "y" * 100_000}))
    ((part,),) = (turn.parts for turn in turns_of(draft.as_json(is_whole=True), "claude"))
    assert part.kind == "opaque"


def test_a_sealed_result_goes_back_as_it_is_also_where_the_arguments_were_changed():
    call = {"kind": "tool_call", "call_id": "a", "name": "f", "arguments": "{}", "edited_from": '{"x": 1}', "round": 0}
    _said, told = turns_of([call | {"result": {"text": "----SEAL", "is_encrypted": True}}], "m")
    assert told.parts[0].text == "----SEAL"
