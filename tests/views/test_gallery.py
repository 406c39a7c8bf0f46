"""The gallery: everything models made, filters, where it comes from and goes to, and names of downloads."""

import datetime
import re
from urllib.parse import unquote

import pytest
from django.utils import timezone

from chats import galleries
from chats.models import Message
from tests.views import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(team, alice):
    return made.conversation(team, alice)


@pytest.fixture
def gallery(client, alice):
    def get(path="/gallery/items/", user=alice, status=200, **headers):
        client.force_login(user)
        answer = client.get(path, headers=headers)
        assert answer.status_code == status
        return answer.content.decode()

    return get


def tiles(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'class="piece [^>]*data-tile="(\d+)"', page)]


def picture(place, **fields):
    row = made.generation(place, state="succeeded", kind="image", **fields)
    return made.result(row).attachment


def spoken(place, question="Read this aloud"):
    """A sound in a usual reply, without any generation."""
    row = made.generation(place, prompt=question, state="succeeded")
    sound = made.file(row, kind="audio", name="reply.wav", poster="", width=None, height=None, duration_s=4.2)
    answer, _count = row.message, row.delete()
    answer.attachments.add(sound)
    Message.objects.filter(pk=answer.pk).update(model="qwen-omni-turbo")
    return sound


def test_everything_a_model_made_is_there_and_what_people_brought_is_not(gallery, place):
    image = picture(place)
    film = made.result(made.generation(place, state="succeeded"), kind="video", name="boat.mp4").attachment
    sound = spoken(place)
    made.given(made.generation(place), made.file(made.generation(place), name="brought.png"))
    assert set(tiles(gallery())) == {image.pk, film.pk, sound.pk}


def test_a_world_is_one_tile(gallery, place):
    seen = made.generation(place, state="succeeded", kind="file")
    made.result(seen, role="viewer", url="https://marble.example/1")
    made.result(seen, kind="file", name="w.spz", role="splat", poster="")
    panorama = made.result(seen, role="panorama").attachment
    bare = made.generation(place, state="succeeded", kind="file")
    splat = made.result(bare, kind="file", name="v.spz", role="splat", poster="").attachment
    made.result(bare, kind="file", name="v.glb", role="mesh", poster="")
    assert set(tiles(gallery())) == {panorama.pk, splat.pk}
    assert set(tiles(gallery("/gallery/items/?kind=world"))) == {panorama.pk, splat.pk}
    assert tiles(gallery("/gallery/items/?kind=image")) == []
    page = gallery(f"/gallery/items/{splat.pk}/")
    assert "https://marble.example/1" not in page
    assert "v.glb" in page or "Mesh" in page


def test_only_what_a_person_may_see(gallery, team, alice, bob, charlie):
    shared = picture(made.conversation(team, alice))
    private = picture(made.conversation(team, alice, is_shared=False))
    assert tiles(gallery()) == [private.pk, shared.pk]
    assert tiles(gallery(user=bob)) == [shared.pk]
    gallery(f"/gallery/items/{private.pk}/", bob, 404)
    gallery(f"/gallery/items/{shared.pk}/", charlie, 404)


def test_the_filters(gallery, team, place, bob):
    boat = picture(place, model="gpt-image-1", prompt="A paper BOAT at dawn", ago_s=3600)
    other = picture(made.conversation(team, bob), model="seedream-4", prompt="一只纸船", ago_s=86_400 * 3)
    sound = spoken(place, "念出纸船的故事")
    day = f"{timezone.now() - datetime.timedelta(days=2):%Y-%m-%d}"
    found = {
        "kind=audio": {sound.pk},
        "kind=image": {boat.pk, other.pk},
        "model=seedream-4": {other.pk},
        "model=qwen-omni-turbo": {sound.pk},
        f"author={bob.pk}": {other.pk},
        f"from={day}": {boat.pk, sound.pk},
        f"to={day}": {other.pk},
        "q=boat": {boat.pk},
        "q=纸船": {other.pk, sound.pk},
        "q=nothing": set(),
        "kind=odd&author=x&from=2026-99-99": {boat.pk, other.pk, sound.pk},
    }
    for query, expected in found.items():
        assert set(tiles(gallery(f"/gallery/items/?{query}"))) == expected, query


def test_the_pages_follow_each_other_without_a_gap(gallery, place):
    row = made.generation(place, state="succeeded", kind="image")
    all_of_them = {made.result(row).attachment.pk for _n in range(130)}
    found, path = [], "/gallery/items/"
    while path:
        page = gallery(path)
        found += tiles(page)
        cursor = re.search(r'data-before="([^"]+)"', page)
        path = f"/gallery/items/?before={cursor[1]}" if cursor else ""
    assert len(found) == 130
    assert set(found) == all_of_them


def test_the_details_tell_where_it_comes_from_and_what_came_of_it(gallery, place, alice, bob, team):
    source = picture(place, prompt="The still")
    film = made.generation(place, prompt="Let it sail", state="succeeded", parameters={"duration": 5})
    made.given(film, source)
    result = made.result(film, kind="video", name="sail.mp4").attachment
    hidden = made.generation(made.conversation(team, alice, is_shared=False), state="succeeded", prompt="Secret")
    made.given(hidden, source)
    page = gallery(f"/gallery/items/{result.pk}/")
    assert "Let it sail" in page
    assert f'href="/gallery/items/{source.pk}/"' in page
    assert f'href="/m/{film.message_id}/"' in page
    theirs = gallery(f"/gallery/items/{source.pk}/", bob, **{"X-Requested-With": "fetch"})
    assert f'href="/m/{film.message_id}/"' in theirs
    assert f'href="/m/{hidden.message_id}/"' not in theirs
    assert "<html" not in theirs
    assert f'href="/m/{hidden.message_id}/"' in gallery(f"/gallery/items/{source.pk}/")


@pytest.mark.parametrize(
    ("prompt", "name", "expected"),
    [
        ("A paper boat: on/the  sea?", "x.mp4", "2026-11-24 A paper boat on the sea kling-v3.mp4"),
        ("一只纸船在海上", "x.mp4", "2026-11-24 一只纸船在海上 kling-v3.mp4"),
        ("", "x.mp4", "2026-11-24 kling-v3.mp4"),
        ("word " * 40, "x", "2026-11-24 word word word word word word word word kling-v3"),
    ],
)
def test_a_download_has_a_useful_name(client, place, alice, prompt, name, expected):
    row = made.generation(place, prompt=prompt, state="succeeded")
    type(row).objects.filter(pk=row.pk).update(created_at=datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC))
    row.refresh_from_db()
    attachment = made.result(row, kind="video", name=name).attachment
    client.force_login(alice)
    told = client.get(f"/attachments/{attachment.pk}/download/")["Content-Disposition"]
    assert told.startswith("attachment")
    assert expected in unquote(told)


def test_what_a_person_brought_keeps_its_own_name(client, place, alice):
    row = made.generation(place)
    brought = made.file(row, name="holiday.png")
    made.given(row, brought)
    client.force_login(alice)
    assert "holiday.png" in client.get(f"/attachments/{brought.pk}/download/")["Content-Disposition"]


def test_an_empty_gallery_says_how_to_fill_it(gallery, team, place):
    page = gallery("/gallery/")
    assert "comes here by itself" in page
    assert re.search(r'href="/\?model=[^"]+"', page)
    assert "Nothing fits these filters" in gallery("/gallery/?q=boat")


def test_a_page_is_found_from_the_pieces_on_and_not_from_all_messages(alice, team, place):
    picture(place)
    plan = galleries._shown(alice, team).values_list("pk")[:61].explain()
    assert "message_attachments" in plan
    assert "message_order" not in plan  # by conversation: ten thousand pieces would take twenty seconds
