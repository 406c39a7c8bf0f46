"""Steps and calls in words, for a model that cannot be given them as such."""

import pytest

from chats.gateway.telling import LIMIT, legible, told, told_call, told_result
from chats.gateway.values import Part


def step(name: str, arguments: str, result: str = "") -> Part:
    return Part("tool_call", result, name=name, arguments=arguments, is_vendors=True)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (step("code_interpreter", '{"language": "bash", "code": "echo 4"}', "4"), "[ran code: echo 4\n→ 4]"),
        (step("web_search", '{"queries": ["rain", "snow"]}'), "[searched the web: rain, snow]"),
        (step("open_page", '{"url": "https://a.example/"}'), "[opened a page: https://a.example/]"),
        (step("image_generation", "{}"), "[drew a picture]"),
        (step("text_editor", '{"command": "view"}', "a"), '[edited a file: {"command": "view"}\n→ a]'),
        (step("mystery", '{"cut'), '[used mystery: {"cut]'),
        (step("", "[1]"), "[used a tool: [1]]"),
    ],
)
def test_a_step_is_told_with_what_came_of_it(part, words):
    assert told(part) == words


def test_calls_of_ours_are_told_with_their_results():
    assert told_call(Part("tool_call", name="weather", arguments='{"city": "x"}')) == '[called weather({"city": "x"})]'
    assert told_result(Part("tool_result", "sunny", name="weather")) == "[weather answered\n→ sunny]"
    assert told_result(Part("tool_result", "no", name="weather", is_error=True)) == "[weather failed\n→ no]"


@pytest.mark.parametrize(
    "part", [step("code_interpreter", '{"code": "%s"}' % ("x" * 9000), "y" * 9000), step("a" * 3000, "{" * 9000, "y")]
)
def test_what_is_told_has_bounds(part):
    for said in (told(part), told_call(part), told_result(part)):
        assert len(said) <= LIMIT
        assert said.endswith("]")


def test_what_kimi_encrypted_is_for_kimi():
    sealed = "----MOONSHOT ENCRYPTED BEGIN----x"
    assert legible(sealed, "moonshot") == sealed
    assert "x" not in legible(sealed, "openai").split()
    assert legible("sunny", "openai") == "sunny"
