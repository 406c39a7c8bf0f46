"""How X-Sandbox and [sandbox: …] are read; what each does over the wire is in test_misbehave.py."""

import re
from pathlib import Path

import pytest

from chats.gateway.sandbox import misbehave
from chats.gateway.sandbox.directives import RULES
from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.misbehave import Misbehaviour

DOCS = Path(__file__).parents[2] / "docs" / "sandbox.md"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        (" ; ;", {}),
        ("delay=2", {"delay_s": 2.0}),
        ("delay 2 seconds", {"delay_s": 2.0}),
        ("Delay: 0.5s", {"delay_s": 0.5}),
        ("stall", {"stall_after": 10}),
        ("stall=after:10", {"stall_after": 10}),
        ("stall after 10 deltas for 3 s", {"stall_after": 10, "stall_s": 3.0}),
        ("stall after 2；cut after 5", {"stall_after": 2, "cut_after": 5}),
        ("cut=7", {"cut_after": 7}),
        ("split", {"split_bytes": 1}),
        ("split=1; crlf", {"split_bytes": 1, "has_crlf": True}),
        ("status=429", {"status": 429}),
        ("status 429 envelope J", {"status": 429, "envelope": "J"}),
        ("status=403 code=access_denied", {"status": 403, "code": "access_denied"}),
        ("envelope=b", {"envelope": "B"}),
        ("error_in_stream", {"error_after": 0}),
        ("error in stream after 5 form data", {"error_after": 5, "error_form": "data"}),
        ("error-in-stream=after:5 form=data", {"error_after": 5, "error_form": "data"}),
        ("big event 100", {"big_event_bytes": 100}),
        ("big_event=10485760", {"big_event_bytes": 10485760}),
        ("first token 3", {"first_token_s": 3.0}),
        ("no done, no newline，no finish", {"has_done": False, "has_last_newline": False, "has_finish": False}),
        ("ping=0.1", {"ping_s": 0.1}),
        ("pace none", {"tokens_per_s": 0.0}),
        ("tokens_per_s 50", {"tokens_per_s": 50.0}),
        ("think=details", {"think": "details"}),
        ("times 2; status 503", {"times": 2, "status": 503}),
        ("finish=blank", {"finish": ""}),
    ],
)
def test_every_way_of_writing_is_understood(text, expected):
    assert misbehave.read(text) == Misbehaviour(**expected)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("frobnicate=1", "frobnicate"),
        ("delay=2; no_such_thing", "no_such_thing"),
        ("delay=soon", "soon"),
        ("delay=-1", "-1"),
        ("delay=nan", "nan"),
        ("status=200", "200"),
        ("status=teapot", "teapot"),
        ("envelope=Z", "Z"),
        ("stall after", "after"),
        ("crlf 3", "3"),
        ("think=aloud", "aloud"),
        ("= 3", ""),
    ],
)
def test_what_it_does_not_know_is_named_in_the_refusal(text, named):
    with pytest.raises(Refusal) as caught:
        misbehave.read(text)
    assert caught.value.fault.status == 400
    assert f"unknown directive '{named}'" in caught.value.fault.message


@pytest.mark.parametrize(
    ("text", "left", "directives"),
    [
        ("Hi [sandbox: stall after 10]", "Hi", " stall after 10"),
        ("[Sandbox:delay=2] Hi [sandbox: crlf]", "Hi", "delay=2; crlf"),
        ("你好【sandbox：状态】", "你好", "状态"),
        ("An [ordinary] bracket", "An [ordinary] bracket", ""),
        ("The sandbox: stall", "The sandbox: stall", ""),
    ],
)
def test_directives_are_taken_out_of_the_text(text, left, directives):
    assert misbehave.split_text(text) == (left, directives)


def test_the_header_comes_first_and_the_text_is_laid_over_it():
    start = misbehave.read("delay=2; crlf")
    assert misbehave.read("delay=3", start) == Misbehaviour(delay_s=3, has_crlf=True)


def test_the_documents_table_names_every_directive_and_no_other():
    section = DOCS.read_text("utf-8").partition("## Misbehaviour on demand")[2].partition("\n## ")[0]
    documented = re.findall(r"^\| `([a-z_]+)", section, re.MULTILINE)
    assert sorted(documented) == sorted(RULES)
