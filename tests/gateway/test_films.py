"""A film is looked at as a person set it, where the wire format can say so."""

import pytest

from chats import catalog
from chats.catalog import asked_by, clean_parameters
from chats.gateway.films import watched
from chats.gateway.protocols import load
from chats.gateway.values import Part, Prompt, Turn

FILM = Turn("user", (Part("video", data=b"film", content_type="video/mp4"), Part("text", "What happens?")))
ANSWER = Turn("assistant", (Part("text", "Nothing."),))
GEMINI = asked_by(catalog.get("gemini-2.5-pro"), {"protocol": "generate_content"})
QWEN, DOUBAO = catalog.get("qwen3-vl-235b-a22b-instruct"), catalog.get("doubao-seed-2-0-pro-260215")


def asked(spec: catalog.ModelSpec, **parameters) -> list:
    turns = (FILM, ANSWER, FILM)
    body = load(spec.protocol).request(spec, Prompt(turns, parameters)).json
    return body.get("contents") or body["messages"]


def test_google_is_told_how_often_and_from_where_to_where():
    before, _, now = asked(GEMINI, fps=2, start_s=5, end_s=90.5)
    assert now["parts"][0]["videoMetadata"] == {"startOffset": "5s", "endOffset": "90.5s", "fps": 2}
    assert before["parts"][0]["videoMetadata"] == {"fps": 2}
    assert "videoMetadata" not in asked(GEMINI)[0]["parts"][0]


def test_qwen_wants_it_beside_the_address_and_doubao_inside():
    film = asked(QWEN, fps=1)[0]["content"][0]
    assert (film["fps"], film["video_url"].keys()) == (1, {"url"})
    assert asked(DOUBAO, fps=1)[0]["content"][0]["video_url"]["fps"] == 1


def test_a_prompt_without_wishes_is_left_as_it_is():
    prompt = Prompt((FILM,), {"temperature": 1})
    assert watched(prompt) is prompt.turns


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        (GEMINI, {"fps", "start_s", "end_s"}),
        (QWEN, {"fps"}),
        (DOUBAO, {"fps"}),
        (catalog.get("kimi-k2.5"), set()),
        (catalog.get("claude-opus-4-6"), set()),
        (catalog.get("gemini-2.5-computer-use-preview-10-2025"), set()),
    ],
)
def test_it_is_offered_to_those_who_watch_films_and_are_told(spec, names):
    assert {p.name for p in spec.parameters} & {"fps", "start_s", "end_s"} == names


def test_over_another_protocol_it_is_dropped():
    values = {"fps": 2, "start_s": 1, "end_s": 3}
    chat = {"protocol": "chat_completions"}
    assert clean_parameters(catalog.get("gemini-2.5-pro"), values | chat) == chat
    assert clean_parameters(DOUBAO, {"fps": 2, "protocol": "responses"}) == {"protocol": "responses"}
