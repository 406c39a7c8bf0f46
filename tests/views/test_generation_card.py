"""What a generation's card says in each of its states, and which acts it offers."""

import html
import re

import pytest

from chats.templatetags import generation_tags
from tests.views import made

pytestmark = pytest.mark.django_db
KEPT = {"error": {"kind": "content_refused", "message": "blocked <b>here</b>", "request_id": "r-1", "code": "x"}}
NAMED = {"remote_id": "job-1"}

# state, fields, words, acts
CARDS = [
    ("queued", {}, "Waiting to be sent", "cancel change"),
    ("submitting", {}, "Being sent", "cancel change"),
    ("submitted", NAMED, "Accepted", "cancel change"),
    ("running", NAMED, "Being made", "cancel change"),
    ("downloading", NAMED, "Copying the result", "cancel change"),
    ("succeeded", NAMED, "Done", "again change"),
    ("failed", KEPT, "A content filter refused this.", "again again change"),
    ("failed", KEPT | NAMED, "The prompt is kept.", "again check again change"),
    ("expired", NAMED, "We stopped waiting. The vendor may still finish.", "check again change"),
    ("cancelled", {"sent_at": None}, "Nothing was charged.", "again again change"),
    ("cancelled", NAMED, "The vendor may still run and charge.", "check again change"),
    ("unknown", {}, "it may have been charged. Nothing is sent again by itself.", "again again change"),
    ("unknown", NAMED, "it may have been charged.", "check again again change"),
]


@pytest.fixture
def place(team, alice):
    return made.conversation(team, alice)


@pytest.fixture
def page(client, alice):
    def get(path, user=alice):
        client.force_login(user)
        answer = client.get(path)
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def acts(text: str) -> str:
    return " ".join(re.findall(r'data-act="(\w+)"', text))


@pytest.mark.parametrize(("state", "fields", "words", "offered"), CARDS, ids=lambda value: str(value)[:20])
def test_each_state_has_its_words_and_acts(page, place, state, fields, words, offered):
    row = made.generation(place, state=state, **fields)
    card = page(f"/generations/{row.pk}/")
    assert words in html.unescape(card)
    assert acts(card) == offered
    assert f'data-state="{state}"' in card
    assert ("data-open" in card) == row.is_open
    assert "style=" not in card


def test_a_viewer_sees_the_card_and_no_acts(page, place, victor):
    card = page(f"/generations/{made.generation(place).pk}/", victor)
    assert "Being made" in card
    assert not acts(card)


def test_what_a_vendor_wrote_is_text(page, place):
    card = page(f"/generations/{made.generation(place, state='failed', **KEPT).pk}/")
    assert "blocked &lt;b&gt;here&lt;/b&gt;" in card
    assert "r-1" in card


def test_the_shape_is_the_same_before_and_after(page, place):
    waiting = page(f"/generations/{made.generation(place, parameters={'aspect_ratio': '9:16'}).pk}/")
    done = made.generation(place, state="succeeded")
    made.result(done, kind="video", name="boat.mp4", width=720, height=1280)
    shape = 'class="shape" width="1125" height="2000"'
    assert shape in waiting
    assert shape in page(f"/generations/{done.pk}/")


def test_as_many_shapes_wait_as_pictures_were_asked_for(page, place):
    row = made.generation(place, kind="image", parameters={"n": 4, "size": "1024x1024"})
    assert page(f"/generations/{row.pk}/").count('class="shape"') == 4


def test_results_are_shown_played_and_downloaded(page, place):
    row = made.generation(place, state="succeeded", kind="file")
    panorama = made.result(row, role="panorama").attachment
    made.result(row, kind="video", name="boat.mp4")
    splat = made.result(row, kind="file", name="boat.spz", role="splat", poster="").attachment
    made.result(row, role="viewer", url="https://marble.example/world/1")
    card = page(f"/generations/{row.pk}/")
    assert f'data-tile="{panorama.pk}"' in card
    assert "<media-player" in card
    assert f"/attachments/{splat.pk}/download/" in card
    assert re.search(r'href="https://marble.example/world/1" target="_blank" rel="noopener noreferrer"', card)


def test_a_viewer_page_that_is_no_address_of_the_web_is_no_link(page, place):
    row = made.generation(place, state="succeeded", kind="file")
    made.result(row, role="viewer", url="javascript:alert(1)")
    assert "javascript:" not in page(f"/generations/{row.pk}/")


def test_several_cards_stand_in_one_message_and_are_asked_for_again_together(page, place):
    row = made.generation(place, model="kling-v3", parameters={"duration": 5})
    other = made.generation(place, model="vidu-q2", state="failed")
    type(other).objects.filter(pk=other.pk).update(message=row.message, position=1)
    row.message.parts.append({"kind": "generation", "id": other.pk})
    row.message.save(update_fields=["parts"])
    bubble = page(f"/messages/{row.message_id}/")
    assert bubble.count("<generation-card ") == 2
    assert "2 models side by side" in bubble
    told = html.unescape(re.search(r'data-runs="([^"]*)"', bubble)[1])
    assert told.count('"count": 1') == 2
    assert "message-error" not in bubble


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "5 s"), (12, "15 s"), (55, "55 s"), (56, "1 min"), (61, "2 min"), (600, "10 min")],
)
def test_what_is_left_is_told_no_finer_than_it_is_known(seconds, words):
    assert generation_tags.rounded(seconds) == words


@pytest.mark.parametrize(
    ("ratio", "shape"),
    [("16 / 9", (2000, 1125)), ("9 / 16", (1125, 2000)), ("21 / 1", (2000, 667)), ("odd", (2000, 2000))],
)
def test_a_shape_has_the_sides_of_its_ratio(ratio, shape):
    assert generation_tags.sides(ratio) == shape
