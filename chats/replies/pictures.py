"""Stores the pictures of a reply as they come, so that a plot is seen while its explanation is still being written."""

import asyncio
import logging

from chats import attachments
from chats.gateway.values import MediaOut
from chats.models import Attachment, Message

from .claims import aside
from .draft import Draft

log = logging.getLogger(__name__)


class Pictures:
    """`made` are those that are stored, by key; whatever else a draft holds is stored at its end."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.made: dict[str, Attachment] = {}

    def take(self) -> None:
        """After an event that brought media: begins with a picture that is whole."""
        for key in self._draft.placed.keys() - self._tasks.keys():
            pieces = tuple(self._draft.media[key])
            self._tasks[key] = asyncio.create_task(self._store(key, pieces))

    async def _store(self, key: str, pieces: tuple[MediaOut, ...]) -> None:
        try:
            made = await aside(_kept)(self._draft.message_id, key, pieces)
        except Exception:  # at the end it is tried once more, and then the reply says what failed
            log.exception("A picture of reply %s could not be stored yet", self._draft.message_id)
            return
        self.made[key] = made
        self._draft.placed[key].facts["id"] = made.pk
        self._draft.is_reshaped = True
        self._draft.touch()

    async def settled(self) -> dict[str, Attachment]:
        """All that is stored, once nothing is under way. One that more bytes were added to counts as not stored."""
        if self._tasks:
            await asyncio.wait(self._tasks.values())
        return {key: made for key, made in self.made.items() if len(self._draft.media[key]) == 1}


def _kept(message_id: int, key: str, pieces: tuple[MediaOut, ...]) -> Attachment:
    message = Message.objects.select_related("conversation").get(pk=message_id)
    made = attachments.keep(message, key, pieces)
    message.attachments.add(made)  # who may read the message may see it from now on
    return made
