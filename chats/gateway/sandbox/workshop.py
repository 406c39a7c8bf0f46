"""Where generations are kept and their files made: one for each sandbox, its drawing in threads of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from chats.gateway.sandbox import links, make_film, make_picture, make_world
from chats.gateway.sandbox.exchange import Exchange
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.recipe import Recipe
from chats.gateway.sandbox.settings import Settings
from chats.gateway.sandbox.shelf import Shelf
from chats.gateway.sandbox.works import Work, Works

DRAWERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sandbox-draw")
ENDINGS = {"jpeg": "jpg", "mp4": "mp4", "png": "png", "webp": "webp"}


class Workshop:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.works = Works(settings.data_dir)
        self.shelf = Shelf(lambda: self.works.folder)
        self._making: dict[str, asyncio.Future[Path]] = {}

    async def file(self, recipe: Recipe, part: str = "") -> Path:
        """The result on disk, drawn once however many ask for it."""
        name = f"{recipe.digest}{part}"
        if name not in self._making:
            made = partial(self.shelf.made, name, partial(_made, recipe, part, self.shelf.kept))
            self._making[name] = asyncio.get_running_loop().run_in_executor(DRAWERS, made)
        try:
            return await asyncio.shield(self._making[name])
        finally:
            self._making.pop(name, None)

    async def content(self, recipe: Recipe, part: str = "") -> bytes:
        path = await self.file(recipe, part)
        return await asyncio.to_thread(path.read_bytes)

    async def kept(self, content: bytes) -> str:
        return await asyncio.to_thread(self.shelf.keep, content)

    def link(self, exchange: Exchange, work: Work, name: str, odd: Misbehaviour) -> str:
        life_s = self.settings.link_life_s if odd.link_life_s is None else odd.link_life_s
        return exchange.address(links.path(work.file, name, self.settings.key_prefix, life_s))

    def takes_s(self, usual: float, odd: Misbehaviour) -> float:
        return usual * self.settings.task_scale if odd.takes_s is None else odd.takes_s

    def is_g2(self, odd: Misbehaviour) -> bool:
        return (odd.generation or self.settings.generation).upper() != "G1"


def _made(recipe: Recipe, part: str, read: Callable[[str], bytes]) -> bytes:
    if recipe.kind == "world":
        return make_world.make(recipe, part, read)
    return make_film.make(recipe, read) if recipe.kind == "film" else make_picture.make(recipe, read)


def name_of(work: Work, at: int = 0) -> str:
    """As the file of a result is called in its link."""
    recipe = work.recipes[at]
    return f"{at}.{'mp4' if recipe.kind == 'film' else ENDINGS.get(recipe.form, 'png')}"
