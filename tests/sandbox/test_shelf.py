"""Files on disk: within a bound, made once, and tasks that outgrow what memory keeps."""

import asyncio
import os

from chats.gateway.sandbox import shelf, works
from chats.gateway.sandbox.recipe import Recipe
from chats.gateway.sandbox.settings import Settings
from chats.gateway.sandbox.shelf import Shelf
from chats.gateway.sandbox.works import Work, Works
from chats.gateway.sandbox.workshop import Workshop


def test_what_was_not_used_for_longest_makes_room(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "RESULTS_BYTES", 10)
    monkeypatch.setattr(shelf, "LOOK_EVERY", 1)
    kept = Shelf(lambda: tmp_path)
    for at, name in enumerate(("old", "used", "new")):
        path = kept.made(name, lambda: b"12345")
        os.utime(path, (at, at) if name != "used" else (100, 100))
    kept.made("newest", lambda: b"12345")
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["newest", "used"]


def test_a_kept_picture_is_found_by_its_content(tmp_path):
    kept = Shelf(lambda: tmp_path)
    name = kept.keep(b"picture")
    assert kept.keep(b"picture") == name
    assert kept.kept(name) == b"picture"


async def test_a_file_that_many_ask_for_is_drawn_once(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr("chats.gateway.sandbox.make_picture.make", lambda recipe, read: made.append(1) or b"drawn")
    shop = Workshop(Settings(data_dir=tmp_path))
    paths = await asyncio.gather(*(shop.file(Recipe("picture", "boat", 1, 64, 64)) for _ in range(5)))
    assert (len(set(paths)), len(made)) == (1, 1)
    assert paths[0].read_bytes() == b"drawn"


def test_tasks_that_memory_let_go_of_are_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(works, "REMEMBERED", 4)
    kept = Works(tmp_path)
    recipe = Recipe("film", "boat", 1, 64, 64, inputs=("a",), seconds=2)
    for at in range(6):
        kept.add(
            Work(f"id{at}", "/v1/videos", "kling-v3", "boat", "key", vendor="kling", recipes=(recipe,), at=at + 2e9)
        )
    first = kept.find("id0")
    assert (first.recipes, first.vendor, first.at) == ((recipe,), "kling", 2e9)
    assert kept.of_file(first.file) is first
    kept.tell(first)
    assert Works(tmp_path).find("id0").is_told
    assert len(kept.listed()) == 6
