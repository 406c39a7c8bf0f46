"""What nobody means is refused at the doors or shown as it came, and never breaks a page."""

import pytest

from chats.models import Conversation, Message

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("depth", [300, 980, 100_000])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/presets/", 422),
        ("/comparisons/1/vote/", 400),
        ("/models/fit/", 400),
        ("/attachments/", 400),
        ("/benches/functions/", 400),
    ],
)
def test_a_body_nested_too_deep_is_refused(client, team, alice, path, status, depth):
    client.force_login(alice)
    for body in ("[" * depth, "[" * depth + "]" * depth):
        assert client.post(path, body, content_type="application/json").status_code == status


@pytest.mark.parametrize("depth", [90, 300, 900, 985, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"query":', '{"query":['])
def test_a_page_shows_calls_and_results_nested_too_deep(client, team, alice, depth, opening):
    place = Conversation.objects.create(team=team, author=alice, client_id="c")
    asked = Message.objects.create(conversation=place, author=alice, role="user", client_id="q", parts=[])
    ends = "".join("}" if mark == "{" else "]" for mark in reversed(opening) if mark in "[{")
    text = opening * depth + "0" + ends * depth
    call = {"kind": "tool_call", "call_id": "c1", "name": "web_search", "arguments": text, "round": 0, "state": "done"}
    Message.objects.create(
        conversation=place,
        author=alice,
        role="assistant",
        client_id="r",
        parent=asked,
        status="complete",
        parts=[call | {"result": {"text": text, "is_error": False, "by": "tool"}}],
    )
    client.force_login(alice)
    assert client.get(f"/c/{place.pk}/").status_code == 200
